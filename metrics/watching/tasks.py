"""What Celery calls. A worker that loads this module knows the job that watches."""

from __future__ import annotations

from celery import shared_task

from metrics.watching import nightly


@shared_task(name="metrics.watching.tasks.watch", max_retries=3, default_retry_delay=10)
def watch() -> None:
    """The days that are complete and that nobody has watched."""
    nightly.submit_due()
