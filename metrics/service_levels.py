"""Were promises kept? First reply, next reply and resolution against the targets, on the business clock, by SQL.

A promise starts when the ticket is created; a next reply when the customer wrote (metrics/conversing.py). Pauses
(waiting for the customer) count as a union, clipped; they move the due time if they begin before it. Merged, spam
and agent-opened tickets are promised no reply; impossible times are left out. Definitions: metrics/definitions.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from metrics import calendars
from metrics.business_time import CLOCK_SQL, moment_sql, seconds_sql
from metrics.models import SlaPolicy, SlaTarget, Source

PAUSES: Final = ["pending", "on_hold"]
HOUR: Final = 3600
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

_MEASURE: Final = f"""
WITH {CLOCK_SQL},
promised AS MATERIALIZED (
    SELECT *, {seconds_sql("created_at")} AS f_start FROM stored WHERE is_promised
),
base AS MATERIALIZED (
    SELECT p.id, m.metric, m.instance, p.status, m.start, m.done, g.seconds, g.pauses, g.priority,
        CASE WHEN m.metric = 'next_reply' THEN {seconds_sql("m.start")} ELSE p.f_start END AS f_start,
        greatest(m.start, coalesce(m.done, p.closed_at, %(now)s)) AS until
    FROM promised AS p CROSS JOIN LATERAL (
        VALUES ('first_reply', 1, p.created_at, p.first_public_reply_at, p.flags && '{{reply_before_created}}'),
            ('resolution', 1, p.created_at, p.last_solved_at,
                p.flags && '{{solved_before_created,solved_out_of_order}}')
        UNION ALL SELECT 'next_reply', n, asked, answered, asked < p.created_at
            FROM unnest(p.asked_at, p.answered_at) WITH ORDINALITY AS wait (asked, answered, n)
    ) AS m (metric, instance, start, done, impossible) JOIN LATERAL (
        SELECT * FROM metrics_slatarget WHERE policy_id = %(policy)s AND metric = m.metric
          AND priority IN (lower(p.priority), '') ORDER BY priority DESC LIMIT 1) AS g ON true
    WHERE m.metric = ANY(%(metrics)s) AND NOT m.impossible AND p.f_start IS NOT NULL
),
waited AS MATERIALIZED (
    SELECT base.id, base.metric, base.instance, range_agg(tstzrange(w.from_at, greatest(w.from_at, w.to_at)))
        * tstzmultirange(tstzrange(min(base.start), max(base.until))) AS spans
    FROM base JOIN stored_span AS w ON w.ticket_id = base.id AND w.status = ANY(base.pauses)
    GROUP BY base.id, base.metric, base.instance
),
piece AS MATERIALIZED (
    SELECT waited.id, waited.metric, waited.instance, {seconds_sql("lower(part)")} AS f_from,
        {seconds_sql("upper(part)")} AS f_to
    FROM waited CROSS JOIN LATERAL unnest(waited.spans) AS part
),
ordered AS (
    SELECT *, f_to - f_from AS length,
        sum(f_to - f_from) OVER (PARTITION BY id, metric, instance ORDER BY f_from, f_to) AS so_far FROM piece
),
pause AS (
    SELECT id, metric, instance, sum(length)::bigint AS total, coalesce(sum(length) FILTER (
        WHERE f_from - f_start - (so_far - length) < seconds), 0)::bigint AS before_due
    FROM ordered JOIN base USING (id, metric, instance) GROUP BY id, metric, instance
),
measured AS MATERIALIZED (
    SELECT base.*, {seconds_sql("base.until")} - f_start - coalesce(pause.total, 0) AS elapsed,
        f_start + base.seconds + coalesce(pause.before_due, 0) AS f_due
    FROM base LEFT JOIN pause USING (id, metric, instance)
)
INSERT INTO metrics_slaresult (ticket_id, metric, instance, policy_id, priority_applied, target_s, started_at, due_at,
    fulfilled_at, elapsed_s, state)
SELECT id, metric, instance, %(policy)s, priority, seconds, start, {moment_sql("f_due")}, done, elapsed, CASE
    WHEN done IS NOT NULL AND elapsed <= seconds THEN 'met'
    WHEN done IS NOT NULL THEN 'breached'
    WHEN status IN ('closed', 'deleted') THEN 'cancelled'
    WHEN metric = 'next_reply' AND status = 'solved' THEN 'cancelled'
    WHEN elapsed > seconds THEN 'overdue'
    WHEN status = ANY(pauses) THEN 'paused'
    ELSE 'running' END
FROM measured"""


def policy_for(source: Source) -> SlaPolicy:
    """The newest policy of the source, else the newest that holds for all; the product's own when there is none."""
    policies = SlaPolicy.objects.order_by("-version", "-pk")
    found = policies.filter(source=source).first() or policies.filter(source=None).first()
    return found or default_policy()


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


def measure(*, policy: SlaPolicy, provides: set[str], now: datetime | None = None) -> None:
    """Write the results of the tickets in `stored` with their spans in `stored_span` (metrics/storing.py).

    Their old ones are gone already. `provides`: the neutral columns that the source brings.
    """
    metrics = [metric for metric, needed in _NEEDS.items() if needed & provides]
    names: dict[str, Any] = {
        "calendar": policy.calendar_id,
        "policy": policy.pk,
        "metrics": metrics,
        "now": now or timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stored_span")
        cursor.execute(_MEASURE, names)


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
