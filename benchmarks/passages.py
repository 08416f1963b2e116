"""100,000 passages like those of a large desk: 12,500 documents, their words as often as people use them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from django.db import connection
from psycopg.types.range import TimestamptzRange

COMMON = """account refund payment customer order ticket identity verify policy request subscription charge card email
phone password login device billing invoice amount currency market region minor parent guardian consent privacy data
erasure access export report harassment abuse appeal strike removal video creator payout balance threshold tax form
bank transfer chargeback dispute evidence bank fraud unauthorised purchase gift coin store app platform update version
bug crash log screenshot escalate queue lead specialist legal compliance safety urgent deadline reply macro label note
outcome decision confirm check review approve reject close reopen merge transfer callback language translation hold
limit reset recovery code authenticator backup session suspicious location address name birth document passport
licence scan expiry renewal trial discount coupon promotion price plan upgrade downgrade cancel delivery courier parcel
damage replacement warranty return label carrier tracking delay outage incident status maintenance"""
GLUE = """the a to of and in for is if when with on at by from that this you they must may can not be has have it as or
after before within under over only then than their your our any each all"""
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu zan cor dis fen gra hol ith jun kel"
KINDS = ("sop", "sop", "sop", "article", "article", "macro", "label")
DOCUMENTS = 12_500
SECTIONS = 8
TEAMS = [f"team-{number}" for number in range(12)]
COLUMNS = (
    "kind, key, document_id, number, title, heading, anchor, text, locale, audience, audience_teams, in_force,"
    " published_by"
)


class Vocabulary:
    """Words drawn as people use them: a few very often, most of 30,000 hardly ever."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.glue = GLUE.split()
        rare = {
            "".join(self.random.choices(SYLLABLES.split(), k=self.random.randint(2, 4)))
            for _ in range(34_000)
        }
        self.content = [*COMMON.split(), *sorted(rare)[:30_000]]
        self.weights = list(accumulate(1 / (rank + 20) for rank in range(len(self.content))))

    def words(self, count: int) -> list[str]:
        return self.random.choices(self.content, cum_weights=self.weights, k=count)

    def sentence(self) -> str:
        words = [
            word
            for pair in zip(self.words(7), self.random.choices(self.glue, k=7), strict=True)
            for word in pair
        ]
        return " ".join(words).capitalize() + "."

    def text(self) -> str:
        return " ".join(self.sentence() for _ in range(self.random.randint(3, 10)))


def build(documents: int = DOCUMENTS) -> None:
    """Fill the empty index by COPY, and the list of words beside it."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY search_passage ({COLUMNS}) FROM STDIN") as copy:
            for row in _rows(documents):
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO search_word SELECT DISTINCT word FROM search_passage,"
            " unnest(regexp_split_to_array(lower(title || ' ' || heading || ' ' || text), '[^a-z]+')) word"
            " WHERE length(word) BETWEEN 3 AND 40 ON CONFLICT DO NOTHING"
        )
        cursor.execute("VACUUM ANALYZE search_passage, search_word")


def _rows(documents: int) -> Iterator[tuple[object, ...]]:
    words = Vocabulary()
    choose = words.random.choice
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for document in range(documents):
        kind = choose(KINDS)
        title = " ".join(words.words(4)).capitalize()
        key = f"SOP-{document:04}" if kind == "sop" else f"{title.lower().replace(' ', '-')}-{document}"
        audience = choose(("internal", "internal", "public", "teams"))
        since = start + timedelta(minutes=document * 20)
        for section in range(SECTIONS):
            heading = " ".join(words.words(3)).capitalize()
            yield (
                kind, key, document, 1, title, heading, f"section-{section}", words.text(), "en", audience,
                words.random.sample(TEAMS, 2) if audience == "teams" else [], TimestamptzRange(since, None), "Ana Lim",
            )  # fmt: skip
