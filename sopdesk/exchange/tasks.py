"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from sopdesk.exchange import exporting, receiving


@shared_task(name="sopdesk.exchange.tasks.tidy", max_retries=3, default_retry_delay=10)
def tidy() -> None:
    """Remove uploaded files that nobody imported, and exports that are no longer offered."""
    receiving.remove_old_files()
    exporting.remove_old_exports()
