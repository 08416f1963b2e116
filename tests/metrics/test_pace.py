"""How long an import takes yet: as its chunks tell, and nothing while nobody works at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from metrics.models import Import
from metrics.pace import Pace, pace
from sopdesk.jobs.models import Job


def job(**said: Any) -> Job:
    now = timezone.now()
    given = {
        "state": "running",
        "created_at": now,
        "started_at": now,
        "last_chunk_at": now,
        "progress_done": 250,
    }
    return Job(**{"cursor": {"offset": 10, "size": 40}, **given, "worked_s": 60.0, **said})


def test_it_is_counted_over_the_time_that_was_worked() -> None:
    started = timezone.now() - timedelta(days=1)
    found = pace(Import(rows_read=6000), job(created_at=started, started_at=started))
    assert found == Pace(10, 40, 100, 180)
    assert found.minutes_left == 3


def test_nothing_is_said_at_first_and_while_nobody_works() -> None:
    silent = timezone.now() - timedelta(minutes=10)
    waits = job(created_at=silent, started_at=silent, last_chunk_at=silent)
    assert waits.waits_for_worker
    assert pace(Import(rows_read=6000), waits) == Pace(10, 40, None, None)
    assert pace(Import(rows_read=6000), job(cursor={"offset": 10, "size": 40, "phase": "weeks"})) == Pace(
        10, 40, None, None
    ), "all figures are right by then"
    assert pace(Import(), job(progress_done=0, worked_s=0)) == Pace(10, 40, None, None)
