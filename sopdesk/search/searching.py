"""Searching: what was typed in, ranked results out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from sopdesk.search import asking, kinds, lexing, ranking, spelling
from sopdesk.search.asking import Asked
from sopdesk.search.highlighting import segments
from sopdesk.search.ranking import Ranked, Reader, Row
from sopdesk.search.results import FoundDocument, FoundPassage, KindCount, Results

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User

PAGE_SIZE = 20
# Fewer documents than these, and others with some of the words come along.
FEW = 3
# Of a long question, so many words are looked for: those that tell most.
TERMS_MAX = 8
# A word that the statistics do not list stands in fewer passages than this share.
RARE = 0.002


def search(
    typed: str,
    *,
    viewer: User | AnonymousUser,
    kind: str = "",
    page: int = 1,
    size: int = PAGE_SIZE,
    at: datetime | None = None,
    typing: bool = False,
) -> Results:
    """One page of what this person may find at a time, now by default. `kind` is the name of a registered kind;
    any other means all. While `typing`, the last word is taken for the beginning of one.

    When nothing holds all words as typed, near spellings are tried; when few documents do, those that hold the most
    telling words come along.
    """
    asked = asking.read(typed, typing=typing)
    kind = kind if kind in kinds.names() else ""
    reader = Reader(viewer, at or timezone.now(), kind)
    results = Results(asked, [], [], kind=kind, page=page, size=size)
    if not asked.terms and not asked.key:
        return results
    ranked = _strict(asked, reader, size, (page - 1) * size)
    results = _with(results, ranked, _counts(asked, reader) if kind else ranked)
    if not results.total_of_all_kinds:
        results = _respelt(replace(results, kind=""), replace(reader, kind=""))
    if results.total_of_all_kinds < FEW and len(asked.words) > 1:
        results = replace(results, also=_also(results, reader))
    return results


def _respelt(results: Results, reader: Reader) -> Results:
    """What is found when words that lead nowhere are written as near ones that do lead somewhere."""
    spelling_of = spelling.mend(results.asked, reader)
    if not spelling_of:
        return results
    meant = results.asked.respelt(spelling_of)
    ranked = _strict(meant, reader, results.size, 0)
    return replace(_with(results, ranked, ranked), respelt=meant)


def _also(results: Results, reader: Reader) -> list[FoundDocument]:
    """Documents with the most telling of the words, but for those that are found already."""
    asked = results.respelt or results.asked
    queries = [query for query in lexing.lex_terms(asked.terms) if query]
    if len(queries) < 2:
        return []
    telling = sorted(zip(_telling(queries), queries, strict=True), reverse=True)[:TERMS_MAX]
    without = lexing.lex(asked).without if asked.excluded else ""
    ranked = ranking.loose(reader, telling, without=without, size=results.size)
    found = {(document.kind.name, document.key) for document in results.documents}
    return [
        document for document in _documents(ranked.rows) if (document.kind.name, document.key) not in found
    ]


def _strict(asked: Asked, reader: Reader, size: int, offset: int) -> Ranked:
    lexed = lexing.lex(asked)
    return ranking.strict(reader, lexed, text=asked.text, key=asked.key, size=size, offset=offset)


def _counts(asked: Asked, reader: Reader) -> Ranked:
    """The counts of all kinds, beside one kind's results."""
    return _strict(asked, replace(reader, kind=""), 0, 0)


def _telling(queries: list[str]) -> list[float]:
    """How much each word tells: the rarer, the more, by Postgres' own statistics of the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)"
            " AS common(word, share) WHERE schemaname = 'public' AND tablename = 'search_passage'"
            " AND attname = 'vector' AND word = ANY(%s)",
            [[lexeme for query in queries for lexeme in lexing.lexemes(query)]],
        )
        share = dict(cursor.fetchall())
    shares = (
        max((share.get(lexeme, RARE) for lexeme in lexing.lexemes(query)), default=RARE) for query in queries
    )
    return [math.log(1 + 1 / found) for found in shares]


def _with(results: Results, ranked: Ranked, counted: Ranked) -> Results:
    counts = [
        KindCount(kind, counted.counts[kind.name])
        for kind in kinds.all_kinds()
        if kind.name in counted.counts
    ]
    return replace(results, documents=_documents(ranked.rows), counts=counts, more=counted.more)


def _documents(rows: list[Row]) -> list[FoundDocument]:
    return [_document(list(passages)) for _, passages in groupby(rows, key=lambda row: row.document_id)]


def _document(rows: list[Row]) -> FoundDocument:
    first = rows[0]
    kind = kinds.kind_of(first.kind)
    url = kind.url(first.key)
    return FoundDocument(
        kind=kind,
        key=first.key,
        number=first.number,
        title=segments(first.title),
        locale=first.locale,
        since=first.since,
        published_by=first.published_by,
        url=url,
        passages=[
            FoundPassage(
                segments(row.heading), segments(row.text), f"{url}#{row.anchor}" if row.anchor else url
            )
            for row in rows
        ],
    )
