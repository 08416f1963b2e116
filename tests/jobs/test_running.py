"""One chunk at a time, by lease; a chunk and its cursor stand together or not at all."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from sopdesk.jobs import registry, running
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step
from sopdesk.jobs.running import run
from sopdesk.jobs.sweeping import sweep
from tests.jobs.conftest import Work

pytestmark = pytest.mark.django_db


def job_of(kind: str = "test.count", **fields: object) -> Job:
    return Job.objects.create(kind=kind, key=uuid4().hex, payload={"rows": 30}, **fields)


def lease_runs_out() -> None:
    Job.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_chunk_by_chunk_to_the_end(work: Work) -> None:
    job = job_of()
    seen = []
    while run(job.pk):
        job.refresh_from_db()
        seen.append((job.state, job.progress_done, job.percent))
    job.refresh_from_db()
    assert seen == [("running", 10, 33), ("running", 20, 66)]
    assert (job.state, job.progress_done, job.percent, job.report) == ("done", 30, 100, {"rows": 30})
    assert job.started_at is not None
    assert job.finished_at is not None
    assert work.chunks == [0, 10, 20]


def test_time_without_a_worker_is_no_time_of_work(work: Work) -> None:
    job = job_of()
    run(job.pk)
    hour = timezone.now() - timedelta(hours=1)
    Job.objects.update(created_at=hour, started_at=hour, last_chunk_at=hour)
    job.refresh_from_db()
    assert job.waits_for_worker
    run(job.pk)
    job.refresh_from_db()
    assert not job.waits_for_worker
    assert running.LEASE.total_seconds() <= job.worked_s < 60


def test_a_job_in_hand_or_put_off_waits_for_nobody(work: Work) -> None:
    long_ago, now = timezone.now() - timedelta(hours=1), timezone.now()
    said = {"created_at": long_ago, "started_at": long_ago}
    in_hand = {"lease": uuid4(), "lease_until": now - timedelta(seconds=60)}  # a chunk that takes its time
    for fields, waits in (
        ({}, True), ({"state": "done"}, False), ({"lease_until": now + timedelta(seconds=9)}, False), (in_hand, False),
        ({**in_hand, "lease_until": now - timedelta(seconds=121)}, True), ({"last_chunk_at": now}, False),
    ):  # fmt: skip
        assert Job(kind="test.count", **{**said, **fields}).waits_for_worker == waits, fields


def test_a_finished_job_is_left_alone(work: Work) -> None:
    assert run(job_of(state="done").pk) is False
    assert run(12345) is False
    assert work.chunks == []


def test_a_leased_job_is_left_to_its_worker(work: Work) -> None:
    job = job_of(state="running", lease=uuid4(), lease_until=timezone.now() + timedelta(seconds=5))
    assert run(job.pk) is False
    lease_runs_out()
    assert run(job.pk) is True
    assert work.chunks == [0]


def test_a_poison_chunk_is_set_aside_after_three_tries(work: Work) -> None:
    job = job_of("test.poison")
    for _ in range(3):
        lease_runs_out()
        with pytest.raises(ValueError, match="poison"):
            run(job.pk)
    lease_runs_out()
    assert run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, len(work.chunks), work.tidied) == ("failed", 3, [job.pk])
    assert job.error == "ValueError: row 7 is poison"
    assert job.finished_at is not None


def test_a_chunk_that_kills_its_worker_is_set_aside_too(work: Work) -> None:
    job = job_of(attempts=3, state="running", lease=uuid4(), lease_until=timezone.now())
    assert run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, work.chunks) == ("failed", [])
    assert "died" in job.error


def test_tries_are_counted_per_chunk(work: Work) -> None:
    job = job_of(attempts=2)
    assert run(job.pk) is True
    job.refresh_from_db()
    assert job.attempts == 0


def test_a_refusal_is_final_and_says_why(work: Work) -> None:
    job = job_of("test.refused")
    assert run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("failed", "The file is no CSV.", 1)


def test_a_kind_this_worker_does_not_know_waits_for_another(work: Work) -> None:
    job = job_of("test.of_tomorrow")
    with pytest.raises(registry.UnknownKind):
        run(job.pk)
    job.refresh_from_db()
    assert job.state == "running"


def test_tidying_that_fails_leaves_the_job_set_aside(work: Work) -> None:
    def broken(job: Job) -> None:
        Job.objects.update(error="half")
        raise OSError("disk")

    registry.on_failed("test.refused")(broken)
    job = job_of("test.refused")
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The file is no CSV.")


def test_a_worker_that_lost_its_lease_cannot_commit(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of()
    claim = running._claim

    def claim_then_stall(job_id: int) -> object:
        mine = claim(job_id)
        lease_runs_out()
        assert run_by_another(job_id) is True
        return mine

    def run_by_another(job_id: int) -> bool:
        monkeypatch.setattr(running, "_claim", claim)
        return run(job_id)

    monkeypatch.setattr(running, "_claim", claim_then_stall)
    assert run(job.pk) is False
    job.refresh_from_db()
    assert (job.progress_done, work.chunks) == (10, [0])


def test_the_sweeper_finds_what_waits(work: Work, hints: list[int]) -> None:
    waits = job_of()
    died = job_of(state="running", lease=uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
    job_of(state="running", lease=uuid4(), lease_until=timezone.now() + timedelta(seconds=9))
    job_of(state="done")
    job_of(state="failed")
    assert sweep() == 2
    assert hints == [waits.pk, died.pk]


@pytest.mark.django_db(transaction=True)
def test_a_chunk_longer_than_its_lease_is_not_done_twice(
    work: Work, hints: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LEASE", timedelta(0))
    begun, may_end = Event(), Event()

    def slow(job: Job) -> Step:
        begun.set()
        assert may_end.wait(10)
        return work.count(job)

    registry.step("test.count")(slow)
    job = job_of()
    worker = Thread(target=lambda: (run(job.pk), connection.close()))
    worker.start()
    assert begun.wait(10)
    assert run(job.pk) is False
    assert sweep() == 0
    may_end.set()
    worker.join(10)
    job.refresh_from_db()
    assert (job.progress_done, work.chunks) == (10, [0])
