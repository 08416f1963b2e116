"""What Celery calls."""

from __future__ import annotations

import time

from celery import shared_task
from django.conf import settings

from sopdesk.jobs import running, submitting, sweeping


@shared_task(name=submitting.TASK, max_retries=3, default_retry_delay=10)
def run_job(job_id: int) -> None:
    # Some chunks in a row, for what a process has ready for the next; then back to the end of the queue.
    until = time.monotonic() + settings.CELERY_TASK_SOFT_TIME_LIMIT / 9
    while running.run(job_id):
        if time.monotonic() > until:
            submitting.hint(job_id)
            return


@shared_task(name="sopdesk.jobs.tasks.sweep", max_retries=3, default_retry_delay=10)
def sweep() -> None:
    sweeping.sweep()
