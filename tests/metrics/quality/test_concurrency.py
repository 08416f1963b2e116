"""Several people at once, on real Postgres: threads with a connection each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from metrics.models import Source, Ticket
from metrics.privacy import erasing, persons, purging
from metrics.quality import bringing, reassigning, reviewing, sampling, taking
from metrics.quality.errors import QualityRefused, StaleReview
from metrics.quality.models import Draw, QualityImport, Review
from metrics.quality.reviewing import Given
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests import factories
from tests.faults.processes import until
from tests.metrics.quality import making
from tests.metrics.test_days_behind import is_blocked

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(n: int, verb: Callable[[int], object]) -> list[object]:
    """Run the verb in n threads that start together; what each returned or refused with."""
    barrier = Barrier(n)

    def one(index: int) -> object:
        try:
            barrier.wait(timeout=20)
            return verb(index)
        except (QualityRefused, StaleReview, PermissionDenied) as refusal:
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


def test_a_review_is_finished_or_handed_over_and_never_both(gia: User, payments: Team) -> None:
    other = factories.user("Uma Analyst", "analyst", team=payments)
    review = making.given(making.scorecard(gia), making.ticket("T1", payments), other)
    marks = {one.pk: Given(one.top) for one in making.criteria(review.version)}

    def verb(index: int) -> object:
        if index:
            return reassigning.reassign(other, [review.pk], to=gia, actor=gia)
        return reviewing.finish(review, marks, note="", revision=0, actor=other)

    done = at_once(2, verb)
    review.refresh_from_db()
    assert sum(isinstance(each, (QualityRefused, PermissionDenied)) for each in done) == 1
    ended = (review.state, review.reviewer, review.marks.count())
    assert ended in {("done", other, 3), ("assigned", gia, 0)}


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


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Another connection does it as soon as a first review is written here, and waits or ends."""
    begun: list[Thread] = []

    def work() -> None:
        try:
            act()
        finally:
            connection.close()

    def beside(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not begun and sql.startswith('INSERT INTO "metrics_quality_review"'):
            begun.append(Thread(target=work))
            begun[0].start()
            until(lambda: is_blocked() or not begun[0].is_alive(), 60, "the other waits or ends")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(beside):
        yield
    begun[0].join(60)


def test_an_erasure_takes_the_note_that_comes_in_meanwhile(gia: User, carla: User, payments: Team) -> None:
    person = persons.find("ann@example.com")
    making.ticket("T1", payments, assignee="Dev", requester_key=person.hashes[0])
    text = "Ticket,Reviewer,Date,Comment,Greets\nT1,Gia Rossi,2026-11-12,Says Ann,yes\n"
    card = making.scorecard(gia, criteria=making.CRITERIA[:1])
    draft = bringing.receive(
        [text.encode()], name="qa.csv", source=making.source(), scorecard=card, actor=gia
    )
    with meanwhile(lambda: erasing.erase(person, actor=carla)):
        making.run_job(bringing.bring(draft, actor=gia))
    assert Review.objects.get().note == ""


def test_a_purge_and_results_of_its_tickets_wait_in_turn(
    gia: User, payments: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purge takes words out of rejected rows, then the tickets; who brings in wants them the other way."""
    monkeypatch.setattr(taking, "ROWS", 1)
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job: None)
    ticket = making.ticket("T1", payments, assignee="Dev")
    Source.objects.update(keep_months=1)
    Ticket.objects.update(updated_at=making.datetime(2024, 1, 1, tzinfo=making.UTC))
    text = (
        "Ticket,Reviewer,Date,Comment,Greets\nT1,Gia Rossi,2026-11-12,Oh,9\nT1,Gia Rossi,2026-11-12,Oh,yes\n"
    )
    card = making.scorecard(gia, criteria=making.CRITERIA[:1])
    draft = bringing.receive([text.encode()], name="r.csv", source=ticket.source, scorecard=card, actor=gia)
    started = bringing.bring(draft, actor=gia)
    assert running.run(started.job_id or 0)
    purge = purging.start(ticket.source, actor=None)
    with meanwhile(lambda: running.run(purge.job_id or 0)):
        making.run_job(started)
    assert [job.error for job in Job.objects.filter(pk__in=[started.job_id, purge.job_id])] == ["", ""]
    assert not Ticket.objects.exists()
