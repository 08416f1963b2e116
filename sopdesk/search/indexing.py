"""Keeping the index equal to what is in force: the publisher replaces a document's passages in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sopdesk.search.models import Passage


@dataclass(frozen=True)
class PassageRow:
    """One section of one version, as the index holds it."""

    kind: str
    key: str
    number: int
    title: str
    heading: str
    anchor: str
    text: str
    locale: str
    audience: str
    audience_teams: list[str]
    in_force: DateTimeTZRange
    published_by: str


def replace(document_id: int, rows: Iterable[PassageRow]) -> None:
    """Make these the only passages of the document, all at once."""
    with transaction.atomic():
        Passage.objects.filter(document_id=document_id).delete()
        Passage.objects.bulk_create(Passage(document_id=document_id, **vars(row)) for row in rows)
