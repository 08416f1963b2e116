"""What somebody waits for comes before what nobody watches, and the latter gets on all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from kombu.transport.redis import PRIORITY_STEPS

from sopdesk.accounts.models import User
from sopdesk.celery import app
from sopdesk.jobs import sweeping, tasks
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
    job_of(gia, lease_until=timezone.now() + timedelta(seconds=9))
    tasks.run_job(job_of().pk)
    assert (work.chunks, told) == ([0, 10, 20], [])


def test_the_sweeper_takes_those_first_that_somebody_asked_for(
    gia: User, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LATER_BATCH", 2)
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
