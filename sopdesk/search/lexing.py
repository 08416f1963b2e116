"""From words to lexemes: what Postgres makes of a question in each language that the index holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from sopdesk.search.asking import Asked, Term

# Two letters begin so many words that they are looked up in titles and headings alone.
TEXT_BEGINNING_MIN = 3

# Passages are written in several languages and the question names none: each of the index's languages reads it.
# A loose scan of the locale index: as many steps as there are locales, however many passages.
_LEX = """
    WITH RECURSIVE used(locale) AS (
        (SELECT locale FROM search_passage ORDER BY locale LIMIT 1)
        UNION ALL
        SELECT (SELECT p.locale FROM search_passage p WHERE p.locale > used.locale ORDER BY p.locale LIMIT 1)
        FROM used WHERE used.locale IS NOT NULL
    ), configs AS (
        SELECT public.search_config(locale) AS config FROM used WHERE locale IS NOT NULL
        UNION SELECT 'public.search_simple'::regconfig
    )
    SELECT e.place, to_tsquery(c.config, e.expression)::text, c.config = 'public.search_simple'::regconfig
    FROM configs c CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS e(expression, place)
    ORDER BY e.place
"""


@dataclass(frozen=True)
class Lexed:
    """Tsqueries, as text. `head` is for titles and headings, `text` for everything, `without` for what must not
    occur; one that matches nothing is empty."""

    head: str
    text: str
    without: str


def lex(asked: Asked) -> Lexed:
    """All that was asked for, in the languages of the index."""
    head, text, without = _queries([asked.all_words(), asked.all_words(TEXT_BEGINNING_MIN), asked.without()])
    return Lexed(head, text, without)


def lex_terms(terms: Sequence[Term]) -> list[str]:
    """A tsquery for each term; empty for a word that its language does not count, such as "the"."""
    return _queries([term.expression(TEXT_BEGINNING_MIN) for term in terms], drop_stop_words=True)


def lexemes(tsquery: str) -> list[str]:
    """The bare lexemes of a tsquery in text form."""
    return [found.replace("''", "'") for found in re.findall(r"'((?:[^']|'')*)'", tsquery)]


def _queries(expressions: Sequence[str], *, drop_stop_words: bool = False) -> list[str]:
    """Each expression as one tsquery that holds when it does in any of the index's languages."""
    readings: list[set[str]] = [set() for _ in expressions]
    unimportant = [False] * len(expressions)
    with connection.cursor() as cursor:
        cursor.execute(_LEX, [list(expressions)])
        for place, query, simple in cursor.fetchall():
            if query:
                readings[place - 1].add(f"( {query} )")
            elif not simple:
                unimportant[place - 1] = True
    if drop_stop_words and not all(unimportant):
        readings = [set() if drop else found for found, drop in zip(readings, unimportant, strict=True)]
    return [" | ".join(sorted(found)) for found in readings]
