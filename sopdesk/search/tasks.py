"""What Celery calls."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from sopdesk.search.models import SearchQuery


@shared_task(name="sopdesk.search.tasks.write_query", ignore_result=True)
def write_query(asked_id: str, fields: dict[str, Any]) -> None:
    SearchQuery.objects.update_or_create(pk=asked_id, defaults=fields)
