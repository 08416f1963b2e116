"""Were promises kept? First reply, next reply and resolution against the targets, on the business clock, by SQL.

A promise starts when the ticket is created; a next reply when the customer wrote (metrics/conversing.py). A resolution
is kept by the last solve of a ticket that is over: one that was opened again runs on. A reply that was never given is
breached if its ticket was solved or closed after it was due, and cancelled if before. Pauses (waiting for the customer)
count as a union, clipped; they move the due time if they begin before it. Merged, spam and agent-opened tickets are
promised no reply; impossible times are left out, and so is the resolution of a ticket that is over at a time nobody
told. Definitions: metrics/definitions.py; why: docs/decisions/0033-versions-of-promises.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from metrics import calendars, targets
from metrics.business_time import CLOCK_SQL, due_place_sql, moment_sql, place_sql, seconds_sql, unix_sql
from metrics.models import SlaPolicy, SlaTarget, Source

PAUSES: Final = ["pending", "on_hold"]
HOUR: Final = 3600
# At risk: what remains is at most a fifth of the target, or half an hour (metrics/definitions.py).
RISK_SHARE: Final = 5
RISK_SECONDS: Final = 1800
# Seconds of business time by priority; "" is every other priority.
DEFAULT_TARGETS: Final = {
    "first_reply": {"urgent": HOUR, "high": 2 * HOUR, "": 8 * HOUR},
    "next_reply": {"urgent": HOUR, "high": 2 * HOUR, "": 8 * HOUR},
    "resolution": {"urgent": 8 * HOUR, "high": 16 * HOUR, "": 40 * HOUR},
}

# Without one of these columns of the source there is nothing to judge a promise by.
_NEEDS: Final = {
    "first_reply": {"first_public_reply_at"},
    "next_reply": {"conversation"},
    "resolution": {"last_solved_at", "closed_at", "first_solved_at"},
}

_START, _UNTIL, _FROM, _TO = (
    seconds_sql(f"{name}_s", f"{name}_place") for name in ("start", "until", "from", "to")
)
_OVER: Final = "status IN ('solved', 'closed', 'deleted')"
_OPEN: Final = f"(done IS NULL AND NOT {_OVER})"
_EACH_WAIT: Final = "unnest(asked_at, answered_at) WITH ORDINALITY AS wait (asked, answered, n)"
_WITH_SPANS: Final = """promise JOIN (SELECT ticket_id, status AS meanwhile, from_at, to_at FROM stored_span) AS span
    ON ticket_id = id"""


def _begun(start: str, tickets: str) -> str:
    """Of each row of tickets, whatever it is promised, the clock at its start; when one that is over was solved and
    came to its end, where that was told. Layer by layer, for Postgres works out again what is written twice."""
    return f"""
SELECT *, {_START} AS f_start FROM (
    SELECT *, {place_sql("start_s")} AS start_place FROM (
        SELECT *, {start} AS start, {unix_sql(start)} AS start_s,
            CASE WHEN {_OVER} THEN last_solved_at END AS solved,
            CASE WHEN {_OVER} THEN coalesce(last_solved_at, closed_at) END AS ended
        FROM {tickets} OFFSET 0
    ) AS t OFFSET 0
) AS t WHERE start_place > 0 OFFSET 0"""


def _promises(tickets: str, *, answers: bool, more: str = "", where: str = "") -> str:
    """Each promise to these tickets, with the clock at its start and at its end or now.

    `answers`: whether each reply is promised; `more`: what else to tell of a ticket; `where`: of which promises only.
    """
    waits = f"{tickets}, {_EACH_WAIT} WHERE asked_at <> '{{}}' AND asked >= created_at AND calendar_id = %(calendar)s"
    each_reply = f"""
            UNION ALL
            SELECT id, status, policy_id, metric, n, seconds, pauses, applied, start, start_s, f_start, answered,
                ended{more}
            FROM ({_begun("asked", waits)}) AS begun JOIN aim USING (kind)
            WHERE metric = 'next_reply'{where}"""
    return f"""
SELECT *, {_UNTIL} AS f_until FROM (
    SELECT *, {place_sql("until_s")} AS until_place FROM (
        SELECT *, greatest(start_s, {unix_sql("coalesce(done, ended, %(now)s)")}) AS until_s FROM (
            SELECT id, status, policy_id, metric, 1 AS instance, seconds, pauses, applied, start, start_s, f_start,
                CASE metric WHEN 'first_reply' THEN first_public_reply_at ELSE solved END AS done, ended{more}
            FROM ({_begun("created_at", f"{tickets} WHERE calendar_id = %(calendar)s")}) AS begun JOIN aim USING (kind)
            WHERE metric <> 'next_reply'{where} AND (flags = '{{}}' OR NOT flags && CASE metric
                WHEN 'first_reply' THEN '{{reply_before_created}}'::text[]
                ELSE '{{solved_before_created,solved_out_of_order,history_cut}}'::text[] END)
              AND (metric <> 'resolution' OR solved IS NOT NULL OR status NOT IN ('solved', 'closed'))
            {each_reply if answers else ""}
        ) AS one OFFSET 0
    ) AS one OFFSET 0
) AS one"""


def _pauses(*, answers: bool) -> str:
    """`pause`: how long a promise paused in all, and before it was due. Apart, for most tickets have no spans."""
    where = " AND meanwhile = ANY(pauses)"
    paused = _promises(_WITH_SPANS, answers=answers, more=", meanwhile, from_at, to_at", where=where)
    return f"""gap AS (
    SELECT *, {place_sql("from_s")} AS from_place, {place_sql("to_s")} AS to_place
    FROM (
        SELECT id, metric, instance, seconds, f_start, to_s, greatest(from_s, max(to_s) OVER (
            PARTITION BY id, metric, instance ORDER BY from_s, to_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS from_s
        FROM (
            SELECT id, metric, instance, seconds, f_start, greatest({unix_sql("from_at")}, start_s) AS from_s,
                least({unix_sql("to_at")}, until_s) AS to_s
            FROM ({paused}) AS base
        ) AS clipped OFFSET 0
    ) AS joined WHERE from_s < to_s OFFSET 0
),
piece AS (
    SELECT id, metric, instance, seconds, {_FROM} - f_start AS begins, {_TO} - {_FROM} AS length FROM gap
),
pause AS (
    SELECT id, metric, instance, sum(length)::bigint AS total,
        coalesce(sum(length) FILTER (WHERE begins - so_far < seconds), 0)::bigint AS before_due
    FROM (SELECT *, sum(length) OVER (PARTITION BY id, metric, instance ORDER BY begins, length) - length AS so_far
        FROM piece) AS ordered
    GROUP BY id, metric, instance
)"""


def _measuring(into: str, *, answers: bool) -> str:
    """The statement that writes what became of each promise."""
    return f"""
WITH {CLOCK_SQL},
{_pauses(answers=answers)},
measured AS (
    SELECT *, {due_place_sql("f_due")} AS due_place, CASE WHEN {_OPEN} THEN {due_place_sql("f_risk")} END AS risk_place
    FROM (
        SELECT *, f_due - greatest(seconds / {RISK_SHARE}, {RISK_SECONDS}) AS f_risk FROM (
            SELECT base.*, f_until - f_start - coalesce(pause.total, 0) AS elapsed,
                f_start + base.seconds + coalesce(pause.before_due, 0) AS f_due
            FROM ({_promises("promise", answers=answers)}) AS base
                LEFT JOIN pause USING (id, metric, instance) OFFSET 0) AS x OFFSET 0
    ) AS y OFFSET 0
)
INSERT INTO {into} (ticket_id, metric, instance, policy_id, priority_applied, target_s, started_at, due_at, risk_at,
    fulfilled_at, elapsed_s, state)
SELECT id, metric, instance, policy_id, applied, seconds, start, {moment_sql("f_due", "due_place")},
    CASE WHEN {_OPEN} THEN greatest(start, {moment_sql("f_risk", "risk_place")}) END, done, elapsed, CASE
    WHEN done IS NOT NULL AND elapsed <= seconds THEN 'met'
    WHEN done IS NOT NULL THEN 'breached'
    WHEN status IN ('solved', 'closed') AND ended IS NOT NULL AND elapsed > seconds THEN 'breached'
    WHEN {_OVER} THEN 'cancelled'
    WHEN elapsed > seconds THEN 'overdue'
    WHEN status = ANY(pauses) THEN 'paused'
    ELSE 'running' END
FROM measured"""


def policy_for(source: Source) -> SlaPolicy:
    """The newest version of the policy this source follows; the product's own is made when there is none."""
    versions = targets.versions_for(source)
    return versions[0] if versions else default_policy()


def default_policy() -> SlaPolicy:
    """Office hours in the reporting zone, Irish holidays, and usual targets; made when it is not there yet."""
    with transaction.atomic():
        office = calendars.create(
            "office", "Mon–Fri 09:00–17:30", settings.REPORTING_TIME_ZONE, calendars.OFFICE, country="IE"
        )
        policy, made = SlaPolicy.objects.get_or_create(
            slug="default", version=1, defaults={"name": "Standard", "calendar": office}
        )
        if made:
            add_targets(policy, DEFAULT_TARGETS)
    return policy


def add_targets(policy: SlaPolicy, targets: dict[str, dict[str, int]]) -> None:
    """Targets in business seconds by metric and priority. A reply does not wait for a customer, so it never pauses."""
    SlaTarget.objects.bulk_create(
        SlaTarget(
            policy=policy, metric=metric, priority=priority, seconds=seconds,
            pauses=PAUSES if metric == "resolution" else [],
        )
        for metric, by_priority in targets.items()
        for priority, seconds in by_priority.items()
    )  # fmt: skip


def measure(
    source: Source, *, provides: set[str], now: datetime | None = None, into: str = "metrics_slaresult"
) -> None:
    """Write the results of the tickets in `stored` with their spans in `stored_span` (metrics/storing.py).

    Their old ones are gone already, or `into` is another table of the same columns. `provides`: the neutral columns
    that the source brings. A ticket from before its calendar begins or its policy holds is promised nothing.
    """
    versions = targets.versions_for(source) or [default_policy()]
    metrics = [metric for metric, needed in _NEEDS.items() if needed & provides]
    choosing, names, hours = targets.statements(versions, metrics)
    names["now"] = now or timezone.now()
    measuring = _measuring(into, answers="next_reply" in metrics)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stored_span")
        cursor.execute("DROP TABLE IF EXISTS promise, aim")
        for statement in choosing:
            cursor.execute(statement, names)
        for calendar in hours:
            cursor.execute(measuring, {**names, "calendar": calendar})


_AGE: Final = """
WITH late AS (
    UPDATE metrics_slaresult SET state = 'overdue' WHERE state = 'running' AND due_at < %(now)s
    RETURNING started_at)
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT NULL::bigint, (started_at AT TIME ZONE %(zone)s)::date FROM late
ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day"""  # waits for whoever rebuilds that day


def age(now: datetime) -> None:
    """Promises whose time ran out since become overdue, and their days are marked for the rollups."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE, {"now": now, "zone": settings.REPORTING_TIME_ZONE})
