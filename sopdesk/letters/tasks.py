"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from sopdesk.letters import posting


@shared_task(name="sopdesk.letters.tasks.send_waiting", max_retries=3, default_retry_delay=10)
def send_waiting() -> None:
    posting.send_waiting()
    posting.forget_old()
