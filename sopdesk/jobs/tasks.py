"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from sopdesk.jobs import running, submitting, sweeping


@shared_task(name=submitting.TASK, max_retries=3, default_retry_delay=10)
def run_job(job_id: int) -> None:
    if running.run(job_id):
        submitting.hint(job_id)


@shared_task(name="sopdesk.jobs.tasks.sweep", max_retries=3, default_retry_delay=10)
def sweep() -> None:
    sweeping.sweep()
