"""Real questions of real people: does the right answer come up? (StackFAQ: Karan and Šnajder, 2018.)"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sopdesk.search.indexing import PassageRow, learn_all_words, replace
from sopdesk.search.searching import search

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "search_stackfaq"
ONE_IN = 4

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the StackFAQ questions are not beside the project"),
]


def _lines(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def _index(number: int, title: str, answers: list[str]) -> None:
    always = DateTimeTZRange(datetime(2026, 1, 1, tzinfo=UTC), None)
    replace(
        number + 1,
        [
            PassageRow(
                kind="article", key=f"faq-{number}", number=1, title=title[:200], heading="", anchor=f"a{place}",
                text=answer, locale="en", audience="public", audience_teams=[], in_force=always, published_by="",
            )
            for place, answer in enumerate(answers)
        ],
    )  # fmt: skip


def test_the_right_answer_is_among_the_first() -> None:
    """Plain BM25 over these documents: 0.70 first, 0.94 among five, mean reciprocal rank 0.80."""
    for document in _lines("corpus.jsonl"):
        _index(int(str(document["id"])), str(document["title"]), list(document["answers"]))  # type: ignore[call-overload]
    learn_all_words()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_passage")
    ranks = []
    for question in _lines("queries.jsonl")[::ONE_IN]:
        results = search(str(question["query"]), viewer=AnonymousUser(), size=10)
        keys = [document.key for document in [*results.documents, *results.also]][:10]
        key = f"faq-{question['doc']}"
        ranks.append(keys.index(key) + 1 if key in keys else None)
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    five = sum(rank is not None and rank <= 5 for rank in ranks) / len(ranks)
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    print(f"first {first:.3f}, among five {five:.3f}, mean reciprocal rank {reciprocal:.3f} of {len(ranks)}")
    assert first > 0.68
    assert five > 0.89
    assert reciprocal > 0.77
