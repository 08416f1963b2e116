"""Ranking: which passages answer a question best, among those that the person may read and that are in force.

The work is bounded whatever is asked: each source of hits gives its first few hundred, and only those are ranked.
A word in every second passage costs no more than a rare one; its counts then are lower bounds, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from sopdesk.search import highlighting, kinds
from sopdesk.search.lexing import Lexed
from sopdesk.search.models import Passage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User

HEAD_HITS, TEXT_HITS = 600, 1000
LIMITS = {
    "key_hits": 200,
    "title_hits": 200,
    "head_hits": HEAD_HITS,
    "text_hits": TEXT_HITS,
    "term_hits": 200,
    "loose_hits": 200,
}
PASSAGES_A_DOCUMENT = 3
KEY_WORTH, PLAIN_WORD_WORTH = 9.0, 3.0
# ts_rank's weights of text, (unused), headings and title. `own`: what a section itself says, whatever its title.
WEIGHTS = {
    "weights": "{0.1, 0.2, 0.4, 1.0}",
    "own_weights": "{0.1, 0.2, 0.4, 0.0}",
    "loose_weights": "{0.5, 0.3, 0.7, 1.0}",
}

# Where hits come from, best first; `worth` is added to how well the words match.
# Where titles and headings alone give all that is ranked, the text is not looked at: it would rank below them.
_STRICT = """
    headed AS MATERIALIZED (SELECT id FROM readable WHERE head @@ %(head)s::tsquery LIMIT %(head_hits)s),
    hits AS (
        (SELECT id, %(key_worth)s AS worth FROM readable WHERE compact_key = %(key)s LIMIT %(key_hits)s)
        UNION ALL (SELECT id, 5.0 FROM readable WHERE compact_key LIKE %(key_begins)s LIMIT %(key_hits)s)
        UNION ALL (SELECT id, 3.0 FROM readable WHERE lower(title) = %(title)s LIMIT %(title_hits)s)
        UNION ALL (SELECT id, 1.0 FROM readable WHERE lower(title) LIKE %(title_begins)s LIMIT %(title_hits)s)
        UNION ALL SELECT id, 0.5 FROM headed
        UNION ALL (SELECT id, 0.0 FROM readable WHERE vector @@ %(text)s::tsquery
                   AND (SELECT count(*) FROM headed) < %(head_hits)s LIMIT %(text_hits)s)
    ), scored AS (
        SELECT id, document_id, kind, worth,
               ts_rank(%(weights)s, vector, %(lit)s::tsquery, 1) AS rank,
               ts_rank(%(own_weights)s, vector, %(lit)s::tsquery, 1) AS own
        FROM (SELECT id, max(worth) AS worth FROM hits GROUP BY id) best JOIN search_passage USING (id)
    )"""

# Nothing holds all words: what holds the most telling of them. A word tells the more, the fewer passages hold it.
_LOOSE = """
    terms AS (SELECT * FROM unnest(%(terms)s::text[]::tsquery[], %(telling)s::float[]) AS term(query, telling)),
    hits AS (
        SELECT hit.id, sum(telling) AS told
        FROM terms CROSS JOIN LATERAL (
            SELECT id FROM readable WHERE vector @@ query LIMIT %(term_hits)s
        ) AS hit
        GROUP BY hit.id ORDER BY told DESC LIMIT %(loose_hits)s
    ), scored AS (
        SELECT id, document_id, kind, 0.0 AS worth, sum(telling * ts_rank(%(loose_weights)s, vector, query, 1)) AS rank,
               sum(telling * ts_rank(%(own_weights)s, vector, query, 1)) AS own
        FROM hits JOIN search_passage USING (id) CROSS JOIN terms
        GROUP BY id, document_id, kind
    )"""

_PAGE = """
    documents AS (
        SELECT document_id, kind, (max(worth) + max(rank)) * max(weight) AS score
        FROM scored JOIN unnest(%(kinds)s::text[], %(kind_weights)s::float[]) AS weighed(kind, weight) USING (kind)
        GROUP BY document_id, kind
    ), page AS (
        SELECT * FROM documents ORDER BY score DESC, document_id LIMIT %(size)s OFFSET %(offset)s
    ), best AS (
        SELECT id, score, own, row_number() OVER (PARTITION BY document_id ORDER BY own DESC, id) AS place
        FROM scored JOIN page USING (document_id)
    ), shown AS (
        SELECT score, place, kind, key, number, locale, lower(in_force) AS since, published_by, anchor, document_id,
               ts_headline(config, public.search_separated(title), %(lit)s::tsquery, %(whole)s) AS title,
               ts_headline(config, public.search_separated(heading), %(lit)s::tsquery, %(whole)s) AS heading,
               ts_headline(config, public.search_separated(left(text, %(read)s)), %(lit)s::tsquery,
                           CASE WHEN length(text) > %(short)s THEN %(lines)s ELSE %(whole)s END) AS text
        FROM best JOIN search_passage USING (id), LATERAL public.search_config(locale) AS config
        WHERE place = 1 OR (place <= %(passages)s AND own > 0)
    ), summary AS (
        SELECT (SELECT count(*) FROM scored) AS passages,
               (SELECT json_object_agg(kind, n) FROM (SELECT kind, count(*) n FROM documents GROUP BY kind) k) AS counts
    )
    SELECT summary.*, shown.* FROM summary LEFT JOIN shown ON true ORDER BY score DESC, document_id, place"""


@dataclass(frozen=True)
class Row:
    """A passage on the page, its words marked by highlighting's signs."""

    kind: str
    key: str
    number: int
    locale: str
    since: datetime
    published_by: str
    anchor: str
    document_id: int
    title: str
    heading: str
    text: str


@dataclass(frozen=True)
class Ranked:
    """`rows` by document, best first; `counts` are documents by kind, and lower bounds when there is `more`."""

    rows: list[Row] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    more: bool = False


@dataclass(frozen=True)
class Reader:
    """For whom, when, and of which kind ("" for any): the one door to the passages of a search."""

    viewer: User | AnonymousUser
    at: datetime
    kind: str = ""

    def readable(self) -> tuple[str, dict[str, Any]]:
        """The passages that may be found, as a SELECT and its parameters by name."""
        passages = Passage.objects.visible_to(self.viewer).in_force(self.at)
        passages = passages.filter(kind__in=[self.kind] if self.kind else kinds.names())
        sql, params = passages.values(*_READABLE).query.sql_with_params()
        named = {f"readable_{place}": value for place, value in enumerate(params)}
        return sql % tuple(f"%({name})s" for name in named), named


_READABLE = ("id", "document_id", "kind", "title", "compact_key", "head", "vector")


def strict(reader: Reader, lexed: Lexed, *, text: str, key: str, size: int, offset: int = 0) -> Ranked:
    """What holds everything that was asked for, or has that key or title."""
    title = text.lower()
    params = {
        "head": lexed.head, "text": lexed.text, "lit": lexed.head, "title": title, "title_begins": _begins(title),
        "key": key, "key_begins": _begins(key) if any(char.isdigit() for char in key) else "",
        # One plain word may be a key by chance: "refund" asks for the rule as well as for the label.
        "key_worth": PLAIN_WORD_WORTH if text.isalpha() else KEY_WORTH,
    }  # fmt: skip
    return _rank(reader, _STRICT, params, without=lexed.without, size=size, offset=offset)


def loose(reader: Reader, terms: Sequence[tuple[float, str]], *, without: str, size: int) -> Ranked:
    """What holds the most telling of these tsqueries, each with its weight."""
    queries = [query for _, query in terms]
    params = {"terms": queries, "telling": [telling for telling, _ in terms], "lit": " | ".join(queries)}
    return _rank(reader, _LOOSE, params, without=without, size=size, offset=0)


def _rank(
    reader: Reader, source: str, params: dict[str, Any], *, without: str, size: int, offset: int
) -> Ranked:
    readable, named = reader.readable()
    lacking = " WHERE NOT vector @@ %(without)s::tsquery" if without else ""
    statement = f"WITH readable AS NOT MATERIALIZED (SELECT * FROM ({readable}) AS allowed{lacking}), {source}, {_PAGE}"  # noqa: S608
    shown: dict[str, Any] = {
        "size": size, "offset": offset, "passages": PASSAGES_A_DOCUMENT, "without": without,
        "read": highlighting.READ_MAX, "short": highlighting.SHORT,
        "whole": highlighting.WHOLE, "lines": highlighting.TWO_LINES,
        "kinds": kinds.names(), "kind_weights": [kinds.kind_of(name).weight for name in kinds.names()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, {**named, **LIMITS, **WEIGHTS, **shown, **params})
        rows = cursor.fetchall()
    passages, counts, *_ = rows[0]
    found = [Row(*row[4:]) for row in rows if row[2] is not None]
    return Ranked(found, counts or {}, more=passages >= HEAD_HITS)


def _begins(text: str) -> str:
    """A LIKE pattern for what begins so."""
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"{escaped}%"
