"""Keeping the index equal to what is in force: the publisher replaces a document's passages in its transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sopdesk.search.models import Passage, Word


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


# Words as people write them, for spelling; what has a digit in it is no word to be misspelt.
_LEARN = """
    INSERT INTO search_word (word)
    SELECT DISTINCT lexeme FROM search_passage, LATERAL unnest(to_tsvector(
        'public.search_simple', public.search_separated(concat_ws(' ', title, heading, text))))
    WHERE length(lexeme) BETWEEN 3 AND 40 AND lexeme !~ '[0-9]'
        AND (%(documents)s::bigint[] IS NULL OR document_id = ANY(%(documents)s))
    ORDER BY lexeme
    ON CONFLICT DO NOTHING
"""


def replace(document_id: int, rows: Iterable[PassageRow]) -> None:
    """Make these the only passages of the document, all at once."""
    replace_all({document_id: rows})


def replace_all(rows: Mapping[int, Iterable[PassageRow]]) -> None:
    """Make these the only passages of these documents, all at once: document -> its passages."""
    with transaction.atomic():
        Passage.objects.filter(document_id__in=rows).delete()
        Passage.objects.bulk_create(
            Passage(document_id=document_id, **vars(row)) for document_id, own in rows.items() for row in own
        )
        # Afterwards: two publications that teach the same new words must not wait for one another.
        transaction.on_commit(lambda: learn_words(*rows), robust=True)


def learn_words(*document_ids: int) -> None:
    """Remember the words of these documents' passages, or of all, as candidates for misspelt ones."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, {"documents": list(document_ids) or None})


def learn_all_words() -> None:
    """Forget words that no longer stand anywhere, and learn those that do."""
    with transaction.atomic():
        Word.objects.all().delete()
        learn_words()


def forget_others(document_ids: Collection[int]) -> int:
    """Drop the passages of all documents but these. Returns how many passages went."""
    return Passage.objects.exclude(document_id__in=document_ids).delete()[0]
