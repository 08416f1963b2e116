"""Did you mean: words that stand in no passage the person may read, and the nearest that do."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from sopdesk.search.asking import Asked, Term
from sopdesk.search.lexing import lex_terms
from sopdesk.search.ranking import Reader

NEIGHBOURS = 80
CHOICES = 4


def mend(asked: Asked, reader: Reader) -> dict[str, str]:
    """For each word that leads nowhere, a near one that does lead somewhere for this person."""
    words = list(dict.fromkeys(asked.words))
    begun = {term.words[-1] for term in asked.terms if term.begins}
    lost = [word for word, known in zip(words, _known(words, reader, begun), strict=True) if not known]
    choices = {word: _near(word, goes_on=word in begun) for word in lost}
    candidates = sorted({choice for near in choices.values() for choice in near})
    findable = {word for word, known in zip(candidates, _known(candidates, reader), strict=True) if known}
    chosen = {
        word: next((choice for choice in near if choice in findable), None) for word, near in choices.items()
    }
    return {word: choice for word, choice in chosen.items() if choice}


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        line = [row]
        for column, right in enumerate(other, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _known(
    words: Sequence[str], reader: Reader, begun: set[str] | frozenset[str] = frozenset()
) -> list[bool]:
    """Whether each word stands in a passage that the person may find. A word that no language counts does."""
    if not words:
        return []
    queries = lex_terms([Term((word,), begins=word in begun) for word in words])
    readable, named = reader.readable()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH readable AS NOT MATERIALIZED ({readable})"  # noqa: S608
            # The narrow index first: a common word stands in some title or heading.
            " SELECT query = '' OR EXISTS (SELECT FROM readable WHERE head @@ query::tsquery)"
            " OR EXISTS (SELECT FROM readable WHERE vector @@ query::tsquery)"
            " FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS asked(query, place) ORDER BY place",
            {**named, "queries": queries},
        )
        return [row[0] for row in cursor.fetchall()]


def _near(word: str, *, goes_on: bool) -> list[str]:
    """Words of the index that may be meant: those that begin so, then those a slip away."""
    if len(word) < 3 or any(char.isdigit() for char in word):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM search_word ORDER BY word <-> %s LIMIT %s", [word, NEIGHBOURS])
        near = [found for (found,) in cursor.fetchall()]
        if goes_on:
            cursor.execute(
                "SELECT word FROM search_word WHERE word LIKE %s ORDER BY word LIMIT 2", [f"{word}%"]
            )
            begun = [found for (found,) in cursor.fetchall()]
        else:
            begun = []
    slips = 1 if len(word) < 5 else 2
    measured = sorted((distance(word, found), found[0] != word[0], found) for found in near)
    return [*begun, *(found for slip, _, found in measured if 0 < slip <= slips)][:CHOICES]
