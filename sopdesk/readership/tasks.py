"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from sopdesk.readership import following, gating, reminding


@shared_task(name="sopdesk.readership.tasks.settle", max_retries=3, default_retry_delay=10)
def settle() -> None:
    """What steps of changes bring for readers, and gates that may open."""
    following.follow_all()
    gating.try_all()


@shared_task(name="sopdesk.readership.tasks.remind", max_retries=3, default_retry_delay=60)
def remind() -> None:
    reminding.remind_all()
