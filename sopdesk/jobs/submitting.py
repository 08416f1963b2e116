"""Putting work on the list, and hinting to a worker that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.db import IntegrityError, transaction
from kombu.exceptions import ChannelError, OperationalError

from sopdesk.celery import app
from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

log = structlog.get_logger(__name__)
TASK = "sopdesk.jobs.tasks.run_job"


HINT_ENDS_SECONDS = 600  # A message that nobody took by then is replaced by the sweeper's.


def submit(
    kind: str, *, key: str, payload: dict[str, Any], actor: User | None, unit: str = Job.Unit.ROWS
) -> Job:
    """Add a job, once: while the same work (kind and key) waits, runs or is done, that job is returned instead.

    The row commits with the caller's transaction; the hint is sent after it. Of two that submit at once, both get
    the one job. `key` is a hash (64 characters at most) of what is to be done, `unit` what its progress counts, `actor`
    the person who waits for it: where that is None, every job that somebody asked for comes before it.
    """
    same = Job.objects.exclude(state=Job.State.FAILED).filter(kind=kind, key=key)
    while True:
        try:
            with transaction.atomic():
                job = Job.objects.create(kind=kind, key=key, payload=payload, unit=unit, created_by=actor)
        except IntegrityError:
            already = same.first()
            if already is not None:
                return already
            continue  # It failed in between: the work is open to be submitted again.
        _hint_after_commit(job)
        return job


def _hint_after_commit(job: Job) -> None:
    """Whatever goes wrong with the hint, the caller's work is committed and stands."""
    transaction.on_commit(lambda: hint(job), robust=True)


def hint(job: Job, importance: Importance | None = None) -> bool:
    """Tell a worker by Redis, with the job's own importance unless another is given.

    False when Redis is down: then the sweeper finds the row, so nothing is lost.
    """
    level = job.importance if importance is None else importance
    try:
        app.send_task(TASK, args=[job.pk], retry=False, expires=HINT_ENDS_SECONDS, priority=level.value)
    except (OperationalError, OSError) as error:
        log.warning("job_hint_not_sent", job=job.pk, reason=str(error))
        return False
    return True


def in_line() -> int:
    """How many messages of either importance lie in Redis. 0 when there is no such list, or Redis is down."""
    connection: Any
    with app.connection_for_read() as connection:
        try:
            line = connection.default_channel.queue_declare(app.conf.task_default_queue, passive=True)
            return int(line.message_count)
        except ChannelError:  # a list that is empty is none
            return 0
        except (OperationalError, *connection.connection_errors) as error:
            log.warning("line_not_counted", reason=str(error))
            return 0
