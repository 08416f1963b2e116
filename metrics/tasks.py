"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from metrics import ageing, collecting, late_teams, reading_ahead, renaming, undoing, upgrading


@shared_task(name="metrics.tasks.age", max_retries=3, default_retry_delay=10)
def age() -> None:
    renaming.submit_due()
    late_teams.submit_due()
    upgrading.submit_due()
    ageing.age()
    reading_ahead.sweep()


@shared_task(name="metrics.tasks.forget_befores", max_retries=3, default_retry_delay=10)
def forget_befores() -> None:
    undoing.forget_befores()


@shared_task(name="metrics.tasks.collect_imports", max_retries=3, default_retry_delay=10)
def collect_imports() -> None:
    collecting.collect()
