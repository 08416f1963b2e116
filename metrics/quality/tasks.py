"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from metrics.quality import sampling


@shared_task(name="metrics.quality.tasks.draw", max_retries=3, default_retry_delay=10)
def draw() -> None:
    sampling.draw_due()
