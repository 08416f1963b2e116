"""Doing a job by lease: claim it, do one chunk, save rows and cursor together, go on with the next.

A worker that dies holds nothing: its transaction rolls back and its lease runs out, so that the next worker begins
at the last committed cursor. A worker that lost its lease cannot commit, because the lease is checked under the
row's lock in the chunk's own transaction. A worker that stalls in mid-chunk keeps that lock, not the lease: Postgres
ends its transaction after IDLE_LIMIT, so that it can hold up nobody and its late commit fails.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, JobWaits, Step, failed_of, step_of

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=20)  # covers claim to lock; a running chunk is held by the row's lock, not by time
IDLE_LIMIT = timedelta(seconds=30)  # of a chunk's transaction between two statements
GONE_CHECK = timedelta(seconds=5)  # how soon Postgres notices, within a statement, that the worker is gone
MAX_ATTEMPTS = 3
ERROR_LENGTH = 300
CHUNK_FIELDS = (
    "cursor",
    "report",
    "progress_done",
    "progress_total",
    "attempts",
    "error",
    "lease",
    "lease_until",
    "state",
    "finished_at",
    "last_chunk_at",
    "worked_s",
)


def say_something() -> None:
    """Called now and then by a chunk that waits for something but Postgres, which would end it (IDLE_LIMIT)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def run(job_id: int) -> bool:
    """Do one chunk of the job. Returns whether there is more to do now.

    Nothing happens for a job that is finished or that another worker holds. An error of the chunk is written to
    the job and raised again; after MAX_ATTEMPTS tries of one chunk the job is set aside as failed, visibly.
    """
    lease = _claim(job_id)
    if lease is None:
        return False
    try:
        return _do_chunk(job_id, lease)
    except JobWaits as reason:
        _put_off(job_id, lease, str(reason))
        return False
    except JobRefused as refusal:
        _fail(job_id, lease, str(refusal))
        return False
    except Exception as error:
        log.exception("job_chunk_failed", job=job_id)
        _release(job_id, lease, _in_short(error))
        raise


def gives_way(job: Job) -> bool:
    """Whether somebody waits for another job, and nobody for this one.

    One that has a lease does not wait, even if that has run out: its chunk takes long. Where its worker died instead,
    this job goes on for the rest of its turn.
    """
    if job.importance != Importance.LATER:
        return False
    return Job.objects.claimable(timezone.now()).asked_for().filter(lease=None).exists()


def _in_short(error: Exception) -> str:
    """An error as the job keeps it: its first line only, for the further ones of Postgres quote rows."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:ERROR_LENGTH]


def _claim(job_id: int) -> UUID | None:
    """Take the lease, counting the try, or return None when it is not to be had."""
    lease, now = uuid4(), timezone.now()
    with transaction.atomic():
        job = Job.objects.claimable(now).select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None:
            return None
        job.attempts += 1
        if job.attempts > MAX_ATTEMPTS:
            _set_aside(job, job.error or _("The worker died three times at the same place."))
            return None
        job.state, job.lease, job.lease_until = Job.State.RUNNING, lease, now + LEASE
        job.started_at = job.started_at or now
        job.save(update_fields=["attempts", "state", "lease", "lease_until", "started_at"])
    return lease


def _do_chunk(job_id: int, lease: UUID) -> bool:
    began = timezone.now()
    with transaction.atomic():
        bound_transaction()
        job = Job.objects.select_for_update().filter(pk=job_id, lease=lease).first()
        if job is None:
            return False
        _save(job, step_of(job.kind)(job), began)
    return not job.is_finished


def bound_transaction() -> None:
    """Let Postgres end this transaction by itself when its worker stalls or vanishes without a word."""
    limits = {
        "idle_in_transaction_session_timeout": IDLE_LIMIT,
        "client_connection_check_interval": GONE_CHECK,
    }
    with connection.cursor() as cursor:
        for name, limit in limits.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, f"{int(limit.total_seconds())}s"])


def _save(job: Job, step: Step, began: datetime) -> None:
    """Write where the chunk ended; the lease is given back, so that any worker may do the next."""
    now = timezone.now()
    # A turn of other jobs in between is a part of this job's time; an hour without a worker is not.
    idle = began - (job.last_chunk_at or job.started_at or began)
    job.worked_s += (now - began + min(max(idle, timedelta()), LEASE)).total_seconds()
    job.last_chunk_at = now
    job.cursor, job.report = step.cursor, step.report or job.report
    job.progress_done, job.progress_total = step.done, step.total
    job.attempts, job.error, job.lease, job.lease_until = 0, "", None, None
    if step.finished:
        job.state, job.finished_at = Job.State.DONE, now
    job.save(update_fields=CHUNK_FIELDS)


def _release(job_id: int, lease: UUID, error: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, lease=lease).first()
        if job is None:
            return
        if job.attempts >= MAX_ATTEMPTS:
            _set_aside(job, error)
            return
        job.error, job.lease, job.lease_until = error, None, timezone.now() + LEASE
        job.save(update_fields=["error", "lease", "lease_until"])


def _put_off(job_id: int, lease: UUID, reason: str) -> None:
    """Try again later; that does not count among the tries of the chunk."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, lease=lease).first()
        if job is not None:
            job.attempts, job.error, job.lease, job.lease_until = 0, reason, None, timezone.now() + LEASE
            job.save(update_fields=["attempts", "error", "lease", "lease_until"])


def _fail(job_id: int, lease: UUID, reason: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, lease=lease).first()
        if job is not None:
            _set_aside(job, reason)


def _set_aside(job: Job, reason: str) -> None:
    """Give up for good, visibly; the kind tidies what it began. Even when that fails the job stays set aside."""
    job.state, job.error, job.finished_at = Job.State.FAILED, reason, timezone.now()
    job.lease, job.lease_until = None, None
    job.save(update_fields=["state", "error", "finished_at", "lease", "lease_until"])
    tidy = failed_of(job.kind)
    if tidy is None:
        return
    try:
        with transaction.atomic():
            tidy(job)
    except Exception:
        log.exception("job_not_tidied", job=job.pk)
