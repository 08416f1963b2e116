"""Tickets get the team that their source named, also where it came to be only after them.

An import gives each ticket its team (metrics/storing.py). The newest job remembers which names meant which team; where
others mean one now, another one goes through the tickets that have none, and marks the days they count on. A ticket
that has a team keeps it, whatever that is called since.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from django.conf import settings
from django.db import connection

from metrics.storing import SOURCE_LOCKS, TEAMS
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.late_teams"
CHUNK_TICKETS: Final = 20_000

_NEXT: Final = """
SELECT max(id), min(created_at), max(created_at) FROM (
    SELECT id, created_at FROM metrics_ticketkey WHERE id > %s ORDER BY id LIMIT %s) AS next"""
_OF_CHUNK: Final = """t.id > %(after)s AND t.id <= %(last)s AND t.created_at BETWEEN %(from)s AND %(to)s
    AND t.team_id IS NULL AND lower(t.team_name) = named.name"""
_NAMED: Final = "unnest(%(names)s::text[], %(teams)s::bigint[]) AS named (name, team)"
_SOURCES: Final = (
    f"SELECT DISTINCT t.source_id FROM metrics_ticket AS t, {_NAMED} WHERE {_OF_CHUNK} ORDER BY 1"
)
_ASSIGN: Final = f"""
WITH given AS (
    UPDATE metrics_ticket AS t SET team_id = named.team FROM {_NAMED} WHERE {_OF_CHUNK}
    RETURNING t.id, t.created_at, t.first_solved_at, t.last_solved_at, t.asked_at
),
marked AS (
    INSERT INTO metrics_staleday (ticket_import_id, day)
    SELECT DISTINCT NULL::bigint, (at AT TIME ZONE %(zone)s)::date AS behind FROM (
        SELECT unnest(ARRAY[created_at, first_solved_at, last_solved_at] || asked_at) AS at FROM given
        UNION ALL SELECT counts_at FROM metrics_rating JOIN given ON given.id = ticket_id
        UNION ALL SELECT ended_at FROM metrics_handlesegment JOIN given ON given.id = ticket_id
    ) AS days WHERE at IS NOT NULL ORDER BY behind
    ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day
)
SELECT count(*) FROM given"""


def submit_due() -> Job | None:
    """Submit what new teams call for; None where none are new. Safe to run as often as one likes."""
    with connection.cursor() as cursor:
        cursor.execute(TEAMS)
        now = {str(name): int(team) for name, team in cursor.fetchall()}
    last = Job.objects.filter(kind=KIND).exclude(state=Job.State.FAILED).order_by("-pk").first()
    before = last.payload["of"] if last else {}
    new = {name: team for name, team in now.items() if before.get(name) != team}
    if not new:
        return None
    said = json.dumps([last.pk if last else 0, now], sort_keys=True)
    payload = {"of": now, "new": new}
    return submit(KIND, key=hashlib.sha256(said.encode()).hexdigest(), payload=payload, actor=None)


@step(KIND)
def advance(job: Job) -> Step:
    """The next tickets, by their number."""
    after, given = job.cursor.get("after", 0), job.cursor.get("given", 0)
    new: dict[str, int] = job.payload["new"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM metrics_ticketkey")
        total = cursor.fetchone()[0] or 0
        cursor.execute(_NEXT, [after, CHUNK_TICKETS])
        last, begin, end = cursor.fetchone()
        if last is None:
            return Step(job.cursor, total, total, finished=True, report={"given": given})
        names: dict[str, Any] = {
            "after": after, "last": last, "from": begin, "to": end, "names": [*new], "teams": [*new.values()],
            "zone": settings.REPORTING_TIME_ZONE,
        }  # fmt: skip
        cursor.execute(_SOURCES, names)
        for (source,) in cursor.fetchall():  # an import of it would write the same tickets
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, source])
        cursor.execute(_ASSIGN, names)
        given += cursor.fetchone()[0]
    return Step({"after": last, "given": given}, last, total, finished=False, report={"given": given})
