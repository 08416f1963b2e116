"""Several people at once, on real Postgres: threads with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from metrics.quality import bringing, reviewing, sampling
from metrics.quality.errors import QualityRefused, StaleReview
from metrics.quality.models import Draw, QualityImport, Review
from metrics.quality.reviewing import Given
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.jobs.models import Job
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(n: int, verb: Callable[[int], object]) -> list[object]:
    """Run the verb in n threads that start together; what each returned or refused with."""
    barrier = Barrier(n)

    def one(index: int) -> object:
        try:
            barrier.wait(timeout=20)
            return verb(index)
        except (QualityRefused, StaleReview) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(one, range(n)))


def test_two_draws_of_one_week_are_one(gia: User, payments: Team) -> None:
    for number in range(6):
        making.ticket(f"T{number}", payments)
    said = {"name": "2 of every team", "scorecard": making.scorecard(gia), "count": 2, "per": "team"}
    rule = sampling.add_rule(actor=gia, **said)
    week = sampling.last_week(making.datetime(2026, 11, 18).date())
    drawn = at_once(4, lambda _: sampling.draw(rule, week, actor=gia))
    assert len({draw.pk for draw in drawn if isinstance(draw, Draw)}) == 1
    assert all(isinstance(draw, Draw) for draw in drawn)
    assert Review.objects.filter(draw__isnull=False).values("external_id").distinct().count() == 2
    assert Entry.objects.filter(event="sample:drawn").count() == 1


def test_a_review_is_finished_once_in_two_windows(gia: User, payments: Team) -> None:
    review = making.given(making.scorecard(gia), making.ticket("T1", payments), gia)
    rows = making.criteria(review.version)

    def finish(score: int) -> object:
        marks = {one.pk: Given(score) for one in rows}
        return reviewing.finish(review, marks, note="", revision=0, actor=gia)

    results = at_once(2, finish)
    assert sorted(isinstance(result, Review) for result in results) == [False, True]
    scores = {mark.score for mark in Review.objects.get(pk=review.pk).marks.all()}
    assert len(scores) == 1
    assert Entry.objects.filter(event="quality:reviewed").count() == 1


def test_a_file_is_brought_in_by_one_job(gia: User, payments: Team) -> None:
    making.ticket("T1", payments, assignee="Dev")
    text = "Ticket,Reviewer,Date,Greets,Solves it,Verifies the owner\nT1,Gia Rossi,2026-11-12,yes,2,1\n"
    card, place = making.scorecard(gia), making.source()
    draft = bringing.receive([text.encode()], name="qa.csv", source=place, scorecard=card, actor=gia)
    results = at_once(3, lambda _: bringing.bring(draft, actor=gia))
    assert sum(isinstance(result, QualityImport) for result in results) == 1
    assert Job.objects.filter(kind=bringing.KIND).count() == 1
    making.run_job(QualityImport.objects.get())
    assert Review.objects.count() == 1
