"""What Celery calls. A worker that loads this module knows the job of the cards."""

from __future__ import annotations

from celery import shared_task

from metrics.effects import looking
from metrics.effects import making as making


@shared_task(name="metrics.effects.tasks.look", max_retries=3, default_retry_delay=10)
def look() -> None:
    """Every look whose day has come."""
    looking.submit_due()
