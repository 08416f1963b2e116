"""All rollups anew, month by month, by as many workers as there are: each month is a job of its own.

Needed after the reporting time zone was changed, or when an upgrade counts something new. Days whose sums retention
froze are passed over (rollups.rebuild): those sums are all there is of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import connection

from metrics import batches, rollups
from metrics.weeks import OF_ALL
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.rebuild_rollups"
# A week of all teams, which workers of before an upgrade leave as it is, may lie where no ticket and no other rollup is
# any more. Where there is a block there are its weeks, and each of these is added up anew by any of its days.
_SPAN: Final = f"""
WITH whole AS (SELECT day FROM metrics_week WHERE label = '' AND weeks = {OF_ALL})
SELECT least(min((created_at AT TIME ZONE %(zone)s)::date), (SELECT min(day) FROM whole)),
    greatest(max((created_at AT TIME ZONE %(zone)s)::date), (SELECT max(day) FROM whole),
        (SELECT max(day) FROM metrics_rollup))
FROM metrics_ticket"""


def span() -> tuple[date, date] | None:
    """The first and the last day that tickets or their rollups lie on; None where there are neither."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, {"zone": settings.REPORTING_TIME_ZONE})
        first, last = cursor.fetchone()
    return (first, last) if first else None


def start(first: date, last: date) -> list[Job]:
    """One job for each month of these days, both included. Each time anew, also when it was done before."""
    run = uuid4().hex
    return [
        submit(
            KIND, key=hashlib.sha256(f"{run} {begins}".encode()).hexdigest(),
            payload={"first": begins.isoformat(), "last": ends.isoformat()}, actor=None, unit=Job.Unit.DAYS,
        )
        for begins, ends in months(first, last)
    ]  # fmt: skip


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """These days in pieces that each lie in one month."""
    while first <= last:
        ends = min(last, (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        yield first, ends
        first = ends + timedelta(days=1)


@step(KIND)
def advance(job: Job) -> Step:
    """The next days of a month."""
    first, last = (date.fromisoformat(job.payload[name]) for name in ("first", "last"))
    begins = date.fromisoformat(job.cursor["next"]) if job.cursor else first
    after = min(batches.end(begins), last + timedelta(days=1))
    days = [begins + timedelta(days=n) for n in range((after - begins).days)]
    rollups.rebuild(days)
    finished = after > last
    if finished:
        rollups.refresh_facets()
    cursor: dict[str, Any] = {"next": after.isoformat()}
    return Step(cursor, (after - first).days, (last - first).days + 1, finished)
