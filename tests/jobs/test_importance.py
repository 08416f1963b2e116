"""What somebody waits for comes before what nobody watches, and the latter gets on all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone
from kombu.transport.redis import PRIORITY_STEPS

from sopdesk.accounts.models import User
from sopdesk.celery import app
from sopdesk.jobs import submitting, sweeping, tasks
from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import submit
from tests.jobs.conftest import Work

pytestmark = pytest.mark.django_db
FIRST, LATER = Importance.FIRST.value, Importance.LATER.value


def job_of(actor: User | None = None, *, waits: timedelta = timedelta(), **fields: Any) -> Job:
    job = Job.objects.create(
        kind="test.count", key=uuid4().hex, payload={"rows": 30}, created_by=actor, **fields
    )
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - waits)
    return job


def test_workers_of_every_release_listen_to_both_lines() -> None:
    """They do by themselves to the steps that kombu has; other ones would be for new workers only."""
    assert {FIRST, LATER} <= set(PRIORITY_STEPS)
    assert min(PRIORITY_STEPS) == FIRST
    assert not {"priority_steps", "sep", "queue_order_strategy"} & set(app.conf.broker_transport_options)
    assert app.conf.task_default_priority is None  # a message that says nothing is among the first


def test_what_beat_sends_is_among_the_first() -> None:
    """It has no row, so that no sweep would ever lift it."""
    sent = app.conf.beat_schedule.items()
    assert {name for name, entry in sent if entry["options"].get("priority", FIRST) != FIRST} == set()


def test_a_message_says_whether_somebody_asked(
    gia: User, told: list[tuple[int, int]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        nightly = submit("test.count", key="a", payload={}, actor=None)
        asked = submit("test.count", key="b", payload={}, actor=gia)
    assert told == [(nightly.pk, LATER), (asked.pk, FIRST)]


def test_one_that_nobody_asked_for_gives_way_after_its_chunk(
    gia: User, work: Work, told: list[tuple[int, int]]
) -> None:
    nightly, asked = job_of(), job_of(gia)
    tasks.run_job(nightly.pk)
    assert (work.chunks, told) == ([0], [(nightly.pk, LATER)])
    tasks.run_job(asked.pk)
    assert work.chunks == [0, 0, 10, 20]
    tasks.run_job(nightly.pk)
    assert (work.chunks[-2:], len(told)) == ([10, 20], 1)


def test_one_in_hand_or_put_off_is_not_given_way_to(
    gia: User, work: Work, told: list[tuple[int, int]]
) -> None:
    now = timezone.now()
    job_of(gia, lease_until=now + timedelta(seconds=9))
    job_of(
        gia, state="running", lease=uuid4(), lease_until=now - timedelta(seconds=9)
    )  # its chunk takes long
    tasks.run_job(job_of().pk)
    assert (work.chunks, told) == ([0, 10, 20], [])


def test_the_sweeper_takes_those_first_that_somebody_asked_for(
    gia: User, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LATER_LINE", 2)
    newest, oldest = (job_of(waits=timedelta(minutes=minutes)) for minutes in (1, 3))
    old = job_of(waits=timedelta(minutes=9), last_chunk_at=timezone.now() - timedelta(minutes=2))
    asked = job_of(gia)
    assert sweeping.sweep() == 3
    assert told == [(asked.pk, FIRST), (oldest.pk, LATER), (old.pk, LATER)]
    assert newest.pk not in dict(told)


def test_what_waited_long_gets_its_turn_one_in_a_sweep(
    gia: User, told: list[tuple[int, int]], work: Work
) -> None:
    older, oldest = (job_of(waits=sweeping.LONG * times) for times in (2, 3))
    asked = job_of(gia)
    sweeping.sweep()
    assert told == [(asked.pk, FIRST), (oldest.pk, FIRST), (older.pk, LATER)]
    told.clear()
    tasks.run_job(oldest.pk)
    assert told == [(oldest.pk, LATER)]
    sweeping.sweep()
    assert told[1:] == [(asked.pk, FIRST), (older.pk, FIRST), (oldest.pk, LATER)]


def test_no_message_is_added_behind_a_long_line(
    gia: User, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But what somebody asked for, and what has waited long."""
    waiting = [job_of(waits=timedelta(minutes=4) - timedelta(seconds=place)) for place in range(3)]
    asked = job_of(gia)
    monkeypatch.setattr(sweeping, "in_line", lambda: sweeping.LATER_LINE - 2)
    assert sweeping.sweep() == 3
    assert told == [(asked.pk, FIRST), (waiting[0].pk, LATER), (waiting[1].pk, LATER)]
    monkeypatch.setattr(sweeping, "in_line", lambda: sweeping.LATER_LINE + 1)
    told.clear()
    assert sweeping.sweep() == 1
    oldest = job_of(waits=sweeping.LONG * 2)
    assert sweeping.sweep() == 2
    assert told == [(asked.pk, FIRST), (asked.pk, FIRST), (oldest.pk, FIRST)]


def test_a_lost_line_of_quick_jobs_is_hinted_at_once(told: list[tuple[int, int]]) -> None:
    Job.objects.bulk_create(Job(kind="test.count", key=uuid4().hex) for _ in range(150))
    assert sweeping.sweep() == len({job for job, _ in told}) == 150


def test_the_sweeper_reads_no_more_of_a_job_than_it_needs(
    gia: User, told: list[tuple[int, int]], django_assert_num_queries: Any
) -> None:
    for actor in (gia, gia, None, None):
        job_of(actor)
    with django_assert_num_queries(4) as asked:  # a savepoint's two among them
        assert sweeping.sweep() == 4
    for query in asked.captured_queries:
        selected = query["sql"].split(" FROM ")[0]
        assert not {name for name in ("payload", "cursor", "report") if f'"{name}"' in selected}


def test_what_lies_in_redis_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Celery("other", broker="memory://")
    other.conf.update(
        task_default_queue=uuid4().hex, broker_transport_options=app.conf.broker_transport_options
    )
    monkeypatch.setattr(submitting, "app", other)
    assert submitting.in_line() == 0
    for level in (FIRST, LATER):
        other.send_task("anything", priority=level)
    assert submitting.in_line() == 2
    other.conf.broker_url = "redis://127.0.0.1:1/0"
    assert submitting.in_line() == 0, "without Redis"
