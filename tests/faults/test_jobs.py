"""What happens to jobs when real workers and a real Redis are killed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection

from sopdesk.accounts.models import User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import in_line, submit
from tests.faults.processes import Machine, kill, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ROWS = 40


@pytest.fixture(autouse=True)
def fault_rows(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS fault_rows (job bigint, number bigint)")
        cursor.execute("TRUNCATE fault_rows")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE fault_rows")


def job_of(
    rows: int = ROWS,
    pause: float = 0.05,
    kind: str = "faults.write_rows",
    actor: User | None = None,
    **payload: Any,
) -> Job:
    return submit(kind, key=uuid4().hex, payload={"rows": rows, "pause": pause, **payload}, actor=actor)


def done(job: Job) -> int:
    job.refresh_from_db()
    return job.progress_done


def finished(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_finished


def assert_nothing_lost_or_doubled(job: Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM fault_rows WHERE job = %s ORDER BY number", [job.pk])
        assert [row[0] for row in cursor.fetchall()] == list(range(job.payload["rows"]))
    assert (job.state, job.progress_done) == ("done", job.payload["rows"])


def test_what_somebody_asked_for_passes_what_waited_before_it(workers: Machine, gia: User) -> None:
    """Thirty messages lie before its own; a worker takes it as soon as a chunk ends."""
    nightly = [job_of(rows=5, pause=0.02) for _ in range(30)]
    until(lambda: any(done(job) for job in nightly), 60, "work goes on")
    assert in_line() > 10
    asked = job_of(rows=10, pause=0.02, actor=gia)
    until(lambda: finished(asked), 60, "what was asked for is done")
    assert sum(not finished(job) for job in nightly) > 10
    until(lambda: all(finished(job) for job in nightly), 60, "and then the others")
    for job in (asked, *nightly):
        assert_nothing_lost_or_doubled(job)


def test_work_goes_on_within_a_minute_of_the_workers_death(workers: Machine) -> None:
    """The lease must run out and a sweep find it; production's leave a third of the minute to a worker's start."""
    sweep = settings.CELERY_BEAT_SCHEDULE["jobs.sweep"]["schedule"]
    assert running.LEASE.total_seconds() + sweep < 40
    job = job_of(rows=30, pause=0.1)
    until(lambda: 5 <= done(job) < 20, 60, "the job is on its way")
    worker = workers.worker
    for process in [worker, *worker.children()]:
        kill(process)
    before = done(job)
    workers.start_worker()
    until(lambda: done(job) > before, 60, "work goes on")
    until(lambda: finished(job), 60, "the job ends")
    assert_nothing_lost_or_doubled(job)


def test_killed_again_and_again_nothing_is_lost_or_doubled(workers: Machine) -> None:
    job = job_of(rows=400, pause=0.02)  # eight seconds of work: it outlasts the four kills
    chance = random.Random(42)
    for round_ in range(4):
        before = done(job)
        until(lambda before=before: done(job) > before, 60, "work goes on")
        assert not finished(job)
        time.sleep(chance.uniform(0, 0.3))
        worker = workers.worker
        if round_ % 2:
            kill(chance.choice(worker.children()))
        else:
            kill(worker)
            workers.start_worker()
    until(lambda: finished(job), 90, "the job ends")
    assert_nothing_lost_or_doubled(job)


def test_a_chunk_that_kills_every_worker_is_set_aside_visibly(workers: Machine) -> None:
    poison = job_of(kind="faults.die")
    sound = job_of(rows=10)
    until(lambda: finished(poison), 90, "the poison is set aside")
    assert poison.state == "failed"
    assert "died three times" in poison.error
    until(lambda: finished(sound), 60, "the sound job ends")
    assert_nothing_lost_or_doubled(sound)


def test_a_chunk_that_takes_too_long_is_stopped_and_set_aside(workers: Machine) -> None:
    endless = job_of(kind="faults.wait_in_postgres")
    until(lambda: finished(endless), 90, "the endless chunk is set aside")
    assert endless.state == "failed"
    assert "TimeLimit" in endless.error
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'")
        assert cursor.fetchone() == (0,)


def test_a_worker_that_hangs_holds_up_nobody(workers: Machine, tmp_path: Path) -> None:
    marker = tmp_path / "stalled"
    job = job_of(rows=20, pause=0.01, stall_at=7, stall_marker=str(marker))
    stalled = psutil.Process(int(until(lambda: marker.exists() and marker.read_text(), 60, "a worker hangs")))
    until(lambda: finished(job), 60, "another one ends the job")
    stalled.resume()
    time.sleep(1)
    assert_nothing_lost_or_doubled(job)


def test_without_redis_submitting_is_quick_and_the_sweeper_catches_up(workers: Machine) -> None:
    under_way = job_of(rows=30, pause=0.1)
    until(lambda: done(under_way) > 0, 60, "the job is on its way")
    kill(workers.redis)
    began = time.monotonic()
    submitted = job_of(rows=10)
    assert time.monotonic() - began < 1
    workers.start_redis()

    def both_ended() -> bool:
        workers.keep_worker()
        return finished(under_way) and finished(submitted)

    until(both_ended, 120, "both jobs end")
    assert_nothing_lost_or_doubled(under_way)
    assert_nothing_lost_or_doubled(submitted)


def test_an_emptied_redis_delays_but_loses_nothing(workers: Machine) -> None:
    jobs = [job_of(rows=20, pause=0.05) for _ in range(4)]
    until(lambda: any(done(job) > 0 for job in jobs), 60, "a job is on its way")
    redis.Redis.from_url(workers.redis_url).flushall()
    until(lambda: all(finished(job) for job in jobs), 120, "all jobs end")
    for job in jobs:
        assert_nothing_lost_or_doubled(job)
