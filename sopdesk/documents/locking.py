"""Locking what a verb is about to change, and reading it again under the lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from sopdesk.documents.models import Change, Document


def locked_change(change: Change) -> Change:
    """The change as it is now, locked until the transaction ends. What the caller read before may be stale.

    Rows that only point at a locked one may still be written: their writer may hold the end of the audit chain, which
    the caller will wait for.
    """
    return Change.objects.select_for_update(no_key=True).get(pk=change.pk)


def lock_documents(ids: Iterable[int]) -> None:
    """Lock documents in one order, so that two publications that share some cannot wait for each other."""
    documents = Document.objects.select_for_update(no_key=True).filter(pk__in=sorted(ids))
    list(documents.order_by("pk").values_list("pk"))


def database_now() -> datetime:
    """The time by the database's clock, the one that ranges and triggers are checked against: as it is, not as it was
    when the transaction began. One that waited for a lock began long before it may go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [(now,)] = cursor.fetchall()
    moment: datetime = now
    return moment
