"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from sopdesk.documents import publishing, reminding


@shared_task(name="sopdesk.documents.tasks.settle_due", max_retries=3, default_retry_delay=10)
def settle_due() -> None:
    publishing.settle_due()


@shared_task(name="sopdesk.documents.tasks.remind_owners", max_retries=3, default_retry_delay=10)
def remind_owners() -> None:
    reminding.remind_owners()
