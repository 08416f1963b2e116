"""What Celery calls."""

from __future__ import annotations

import time

from celery import shared_task
from django.conf import settings

from sopdesk.jobs import running, submitting, sweeping
from sopdesk.jobs.models import Job


@shared_task(name=submitting.TASK, max_retries=3, default_retry_delay=10)
def run_job(job_id: int) -> None:
    # Some chunks in a row, for what a process has ready for the next; then back to the end of its line. One that nobody
    # asked for goes back after any chunk, as soon as somebody waits.
    until = time.monotonic() + settings.CELERY_TASK_SOFT_TIME_LIMIT / 9
    while running.run(job_id):
        job = Job.objects.only("created_by").get(pk=job_id)
        if time.monotonic() > until or running.gives_way(job):
            submitting.hint(job)
            return


@shared_task(name="sopdesk.jobs.tasks.sweep", max_retries=3, default_retry_delay=10)
def sweep() -> None:
    sweeping.sweep()
