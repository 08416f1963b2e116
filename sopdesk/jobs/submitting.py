"""Putting work on the list, and hinting to a worker that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from sopdesk.celery import app
from sopdesk.jobs.models import Job

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

log = structlog.get_logger(__name__)
TASK = "sopdesk.jobs.tasks.run_job"


def submit(kind: str, *, key: str, payload: dict[str, Any], actor: User | None) -> Job:
    """Add a job, once: while the same work (kind and key) waits, runs or is done, that job is returned instead.

    The row commits with the caller's transaction; the hint is sent after it. Of two that submit at once, both get
    the one job. `key` is a hash (64 characters at most) of what is to be done.
    """
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, payload=payload, created_by=actor)
    except IntegrityError:
        return Job.objects.exclude(state=Job.State.FAILED).get(kind=kind, key=key)
    transaction.on_commit(lambda: hint(job.pk))
    return job


def hint(job_id: int) -> None:
    """Tell a worker by Redis. When Redis is down the sweeper finds the row, so this only logs and goes on."""
    try:
        app.send_task(TASK, args=[job_id], retry=False)
    except (OperationalError, OSError) as error:
        log.warning("job_hint_not_sent", job=job_id, reason=str(error))
