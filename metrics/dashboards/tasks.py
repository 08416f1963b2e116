"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from metrics.dashboards import mailing, refusals


@shared_task(name="metrics.dashboards.tasks.send_views", max_retries=3, default_retry_delay=10)
def send_views() -> None:
    refusals.note()
    mailing.send_due()
