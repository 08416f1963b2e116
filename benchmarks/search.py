"""Search over 100,000 passages, as an agent of one team asks it, against two plain ways over the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection
from django.utils import timezone

from benchmarks.measures import Measure, milliseconds, percentile
from benchmarks.passages import COMMON, TEAMS, Vocabulary, build
from sopdesk.accounts.models import Team, User
from sopdesk.search.ranking import Reader
from sopdesk.search.searching import search

ASKED = 300
LIMIT_P95 = 50.0
# Scans of all rows, for comparison: slow, so asked fewer times.
ASKED_OF_PEERS = 40


def measure() -> Iterator[Measure]:
    """p50 and p95 of a mix of questions, without the network: typing, words, questions, keys, phrases, slips."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        build()
        agent = User(name="Dev", email="dev@example.com", roles=["agent"], team=Team(slug=TEAMS[3], name="T"))
        asked = list(_questions(ASKED))
        for question in asked[:40]:
            search(question, viewer=agent, size=7)
        ours = _times(partial(search, viewer=agent, size=7, typing=True), asked)
        like, bare = (_times(peer, asked[:ASKED_OF_PEERS]) for peer in _peers(agent))
        for name, share, limit in (("p50", 0.5, None), ("p95", 0.95, LIMIT_P95)):
            what, value = f"search, 100,000 passages, {name}", percentile(ours, share)
            yield Measure(what, value, "ms", limit, percentile(like, share), "ILIKE")
            yield Measure(what, value, "ms", limit, percentile(bare, share), "bare tsquery")
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _questions(count: int) -> Iterator[str]:
    """What people type, in the shares in which they do: half of it is a word being typed."""
    chance = random.Random(7)
    vocabulary = Vocabulary(seed=1)
    common = COMMON.split()
    for place in range(count):
        words = vocabulary.words(3)
        yield [
            words[0][: chance.randint(2, 6)],
            f"{words[0]} {words[1][: chance.randint(2, 5)]}",
            chance.choice(common)[: chance.randint(3, 8)],
            chance.choice(common),
            " ".join(words[:2]),
            " ".join(words),
            f"SOP-{chance.randint(0, 12_000):04}",
            f'"{words[0]} the {words[1]}"',
            _slip(chance.choice(common), chance),
            f"how do I {words[0]} a {words[1]} when the {words[2]} is {chance.choice(common)}",
        ][place % 10]


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randint(1, max(1, len(word) - 2))
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def _times(ask: Callable[[str], object], asked: list[str]) -> list[float]:
    """Milliseconds for each question: the best of five tries, since other programs run too."""
    return [min(milliseconds(partial(ask, each)) for _ in range(5)) for each in asked]


def _peers(agent: User) -> list[Callable[[str], object]]:
    """The same questions by a scan of the text, and by Postgres' full text search without bounds or typo tolerance."""
    readable, named = Reader(agent, timezone.now()).readable()
    only = f"SELECT p.id FROM ({readable}) AS r JOIN search_passage p USING (id)"  # noqa: S608
    like = f"{only} WHERE p.title ILIKE %(like)s OR p.text ILIKE %(like)s ORDER BY p.title LIMIT 20"
    bare = (
        f"{only}, websearch_to_tsquery('public.search_en', %(asked)s) AS q WHERE p.vector @@ q"
        " ORDER BY ts_rank(p.vector, q) DESC LIMIT 20"
    )

    def run(statement: str, question: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**named, "like": f"%{question}%", "asked": question})
            cursor.fetchall()

    return [partial(run, like), partial(run, bare)]
