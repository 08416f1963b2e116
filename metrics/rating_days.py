"""On which day a rating counts: when it was given, or, where its source says so, when its ticket was last solved.

`Rating.counts_at` is that moment. When a source says otherwise than before, a job moves the ratings there are, ticket
by ticket, and marks the days that they leave and those they come to; the job ends when these are added up. An import
stores ratings as the source says while it holds the source's lock, so none slips between two chunks.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import connection

from metrics import rollups
from metrics.models import Facet, Source
from metrics.storing import SOURCE_LOCKS
from metrics.summing import once
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

KIND: Final = "metrics.rating_days"
CHUNK: Final = 5000

_OF_SOURCE: Final = "FROM metrics_ticketkey WHERE source_id = %(source)s"
_NEXT: Final = f"""SELECT array_agg(id), max(external_id), count(*) FROM (
    SELECT id, external_id {_OF_SOURCE} AND external_id > %(after)s ORDER BY external_id LIMIT {CHUNK}) AS chunk"""
_COUNTS_AT: Final = """coalesce(CASE WHEN s.rating_day = 'solved' THEN t.last_solved_at END,
        r.rated_at, r.offered_at, t.last_solved_at, t.created_at)"""
# From a rating to its ticket by the key, which says in which month that lies.
MOVE: Final = f"""
WITH due AS MATERIALIZED (
    SELECT r.id, r.ticket_id, r.counts_at AS was, {_COUNTS_AT} AS at
    FROM metrics_rating AS r JOIN metrics_ticketkey AS k ON k.id = r.ticket_id
        JOIN metrics_ticket AS t ON t.id = k.id AND t.created_at = k.created_at
        JOIN metrics_source AS s ON s.id = t.source_id
    WHERE r.ticket_id = ANY(%(ids)s)
), moved AS (
    UPDATE metrics_rating AS r SET counts_at = due.at FROM due
    WHERE r.ticket_id = due.ticket_id AND r.id = due.id AND r.counts_at <> due.at
    RETURNING due.was, due.at
)
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT %(import)s::bigint, (moment AT TIME ZONE %(zone)s)::date
FROM moved, LATERAL (VALUES (was), (at)) AS moments (moment) ORDER BY 2
ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day"""


def start(source: Source, *, actor: User) -> Job:
    """Move the ratings of a source to the day that it says now. Each change is a job of its own; several end alike."""
    key = hashlib.sha256(f"{source.pk} {uuid4().hex}".encode()).hexdigest()
    return submit(KIND, key=key, payload={"source": source.pk}, actor=actor)


def job_of(source: Source) -> Job | None:
    """The newest, whatever became of it."""
    return Job.objects.filter(kind=KIND, payload__source=source.pk).order_by("-pk").first()


@step(KIND)
def advance(job: Job) -> Step:
    """The ratings of the next tickets; after the last of them, the next days."""
    if "days" in job.cursor:
        left = rollups.catch_up(None) and rollups.stale_days(None)
        return Step(job.cursor, job.progress_done, job.progress_total, not left)
    names: dict[str, Any] = {"source": job.payload["source"], "after": job.cursor.get("after", "")}
    with connection.cursor() as cursor:
        # An import stores tickets of the source before this chunk or after it, never meanwhile.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, names["source"]])
        if "total" not in job.cursor:
            cursor.execute(f"SELECT count(*) {_OF_SOURCE}", names)
            job.cursor["total"] = cursor.fetchone()[0]
        cursor.execute(_NEXT, names)
        ids, last, count = cursor.fetchone()
        if ids is None:
            return Step({**job.cursor, "days": True}, job.progress_done, job.progress_total, False)
        move(cursor, ids)
    done = job.progress_done + count
    return Step({**job.cursor, "after": last}, done, max(done, job.cursor["total"]), False)


def move(cursor: Any, ids: list[int], *, import_id: int | None = None) -> None:
    """Have the ratings of these tickets count on the day that their source says, and mark the days touched."""
    names = {"ids": ids, "import": import_id, "zone": settings.REPORTING_TIME_ZONE}
    cursor.execute(MOVE, names)


def sources_at_solve(viewer: User) -> list[str]:
    """Of the sources with figures that this person may see those whose ratings count at the solve. One query."""
    rows = Facet.objects.visible_to(viewer).filter(label="", source__rating_day=Source.RatingDay.SOLVED)
    return once(
        ("ratings at solve", viewer.pk), lambda: sorted({*rows.values_list("source__name", flat=True)})
    )
