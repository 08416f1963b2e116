"""Writes a converted chunk to the tickets and what hangs on them. `stored` then lists what was added or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection

from metrics import conversing

# Neutral columns that stand in the ticket under their own name, with what NULL becomes where NULL is not kept.
_PLAIN: Final = {
    "external_id": "", "source_version": "", "channel": "''", "priority": "''", "type": "", "assignee": "",
    "market": "''", "locale": "", "labels": "'{}'", "macro_keys": "", "created_at": "", "first_public_reply_at": "",
    "reopened_at": "", "closed_at": "", "reopen_count": "",
    "reply_count": "", "assignee_stations": "", "group_stations": "", "merged_into": "", "is_automated": "false",
    "is_spam": "false", "is_agent_initiated": "false", "custom": "'{}'", "flags": "", "row_hash": "",
}  # fmt: skip
_OTHERS: Final = {
    "source_id": "%(source)s",
    "first_import": "%(import)s",
    "last_import": "%(import)s",
    # A source that tells of one solve only: that is the first and the last; of closing only: that is the solve.
    "first_solved_at": "coalesce(c.first_solved_at, c.last_solved_at, c.closed_at)",
    "last_solved_at": "coalesce(c.last_solved_at, c.first_solved_at, c.closed_at)",
    "status": "c.status",
    "raw_status": "left(coalesce(c.source_status, c.status), 80)",
    "requester_key": "c.requester",
    "asked_at": "coalesce(wait.asked_at, '{}')",
    "answered_at": "coalesce(wait.answered_at, '{}')",
    "team_id": "team.id",
    "team_name": "coalesce(c.team, '')",
    "updated_at": "coalesce(c.updated_at, greatest(c.created_at, c.first_public_reply_at, c.last_solved_at,"
    " c.closed_at, c.rated_at))",
}
_TARGETS: Final = [*_PLAIN, *_OTHERS]
_VALUES: Final = [f"coalesce(c.{name}, {empty})" if empty else f"c.{name}" for name, empty in _PLAIN.items()]
_SELECTED: Final = ", ".join([*_VALUES, *_OTHERS.values()])
_SET: Final = ", ".join(
    f"{name} = excluded.{name}"
    for name in _TARGETS
    if name not in {"external_id", "source_id", "first_import"}
)

# A team by its short name, or by its name where only one team has it.
_TEAMS: Final = """SELECT slug AS name, id FROM accounts_team
    UNION SELECT lower(name), min(id) FROM accounts_team
    WHERE lower(name) NOT IN (SELECT slug FROM accounts_team) GROUP BY 1 HAVING count(*) = 1"""

_STORED: Final = """CREATE TEMP TABLE stored (id bigint, external_id text, created_at timestamptz, is_new boolean,
    was_created_at timestamptz, was_first_solved_at timestamptz, was_last_solved_at timestamptz, is_flagged boolean,
    status text, priority text, first_public_reply_at timestamptz, last_solved_at timestamptz, closed_at timestamptz,
    flags text[], asked_at timestamptz[], answered_at timestamptz[], is_promised boolean, was jsonb,
    line bigint) ON COMMIT DROP"""

_STORED_SPANS: Final = """CREATE TEMP TABLE stored_span (ticket_id bigint, status text, from_at timestamptz,
    to_at timestamptz) ON COMMIT DROP"""

_UPSERT: Final = f"""
WITH team AS MATERIALIZED ({_TEAMS}),
chunk AS (
    SELECT DISTINCT ON (external_id) * FROM converted WHERE fault IS NULL
    ORDER BY external_id, source_version DESC NULLS LAST, updated_at DESC NULLS LAST, line DESC
),
{conversing.WAITS},
written AS (
    INSERT INTO metrics_ticket AS t ({", ".join(_TARGETS)})
    SELECT {_SELECTED} FROM chunk AS c LEFT JOIN team ON team.name = lower(c.team)
        LEFT JOIN wait USING (line)
    ORDER BY c.external_id
    ON CONFLICT (source_id, external_id) DO UPDATE SET {_SET}
    WHERE t.row_hash IS DISTINCT FROM excluded.row_hash
      AND coalesce(excluded.source_version >= t.source_version, excluded.updated_at >= t.updated_at)
    RETURNING new.id, new.external_id, new.created_at, old.id IS NULL AS is_new, old.created_at AS was_created_at,
        old.first_solved_at AS was_first_solved_at, old.last_solved_at AS was_last_solved_at,
        cardinality(new.flags) > 0 AS is_flagged, new.status, new.priority, new.first_public_reply_at,
        new.last_solved_at, new.closed_at, new.flags, new.asked_at, new.answered_at,
        new.merged_into IS NULL AND NOT new.is_spam AND NOT new.is_agent_initiated AS is_promised,
        CASE WHEN old.id IS NOT NULL AND old.last_import IS DISTINCT FROM %(import)s THEN to_jsonb(old) END AS was
)
INSERT INTO stored SELECT written.*, chunk.line FROM written JOIN chunk USING (external_id)"""

# What hangs on a ticket and is replaced with it.
HANGING: Final = ("statusspan", "vendorfigure", "rating", "handlesegment", "slaresult", "tickettext")
_KEPT: Final = ", ".join(
    f"'{table}', (SELECT jsonb_agg(to_jsonb(h)) FROM metrics_{table} AS h WHERE h.ticket_id = s.id)"
    for table in HANGING
)
# Tickets that are changed, as they were: for an undo of this import (metrics/undoing.py).
_BEFORE: Final = f"""
INSERT INTO metrics_ticketbefore (ticket_import_id, ticket_number, ticket, hanging)
SELECT %(import)s, s.id, s.was, jsonb_strip_nulls(jsonb_build_object({_KEPT})) FROM stored AS s WHERE s.was IS NOT NULL
ON CONFLICT DO NOTHING"""

_FORGET: Final = [
    f"DELETE FROM metrics_{table} WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)"
    for table in HANGING
]

_SPANS: Final = """
WITH written AS (INSERT INTO metrics_statusspan (ticket_id, status, from_at, to_at, inferred)
SELECT stored.id, 'pending', lower(span), upper(span), false
FROM stored JOIN converted AS c USING (line), unnest(c.pending_spans) AS span
WHERE c.pending_spans IS NOT NULL
RETURNING ticket_id, status, from_at, to_at)
INSERT INTO stored_span SELECT * FROM written"""

_FIGURES: Final = """
INSERT INTO metrics_vendorfigure (ticket_id, name, basis, seconds, met)
SELECT stored.id, figure.name, %(basis)s, figure.seconds, figure.met
FROM stored JOIN converted AS c USING (line), LATERAL (VALUES
    ('sla', NULL::bigint, c.vendor_sla_met), ('first_reply', c.vendor_reply_s, NULL),
    ('resolution', c.vendor_resolution_s, NULL)) AS figure (name, seconds, met)
WHERE coalesce(c.vendor_reply_s, c.vendor_resolution_s, c.vendor_sla_met::int) IS NOT NULL
  AND coalesce(figure.seconds, figure.met::int) IS NOT NULL"""

_RATINGS: Final = """
INSERT INTO metrics_rating (ticket_id, offered_at, rated_at, raw, scale, normalised, agent_at_rating, counts_at)
SELECT stored.id, c.rating_offered_at,
    CASE WHEN c.rating IS NOT NULL THEN coalesce(c.rated_at, c.rating_offered_at) END,
    coalesce(c.rating, ''), coalesce(c.rating_scale, 'good_bad'), CASE
        WHEN c.rating IS NULL THEN NULL
        WHEN c.rating = 'good' OR (c.rating_scale = '1_5' AND c.rating IN ('4', '5'))
          OR (c.rating_scale = '1_3' AND c.rating = '3') OR (c.rating_scale = 'nps' AND c.rating IN ('9', '10'))
          OR (c.rating_scale = 'fd_103' AND c.rating IN ('101', '102', '103'))
          OR (c.rating_scale = 'ces' AND c.rating IN ('5', '6', '7')) THEN 'positive'
        WHEN (c.rating_scale = '1_5' AND c.rating = '3') OR (c.rating_scale = '1_3' AND c.rating = '2')
          OR (c.rating_scale = 'nps' AND c.rating IN ('7', '8')) OR c.rating IN ('100', '-100')
          OR (c.rating_scale = 'ces' AND c.rating = '4') THEN 'neutral'
        ELSE 'negative' END,
    c.assignee, coalesce(c.rated_at, c.rating_offered_at, c.last_solved_at, c.created_at)
FROM stored JOIN converted AS c USING (line)
WHERE c.rating IS NOT NULL OR c.rating_offered_at IS NOT NULL"""

_HANDLING: Final = """
INSERT INTO metrics_handlesegment
    (ticket_id, agent, channel, talk_s, hold_s, wrap_s, active_s, handle_s, ended_at, origin)
SELECT stored.id, c.assignee, coalesce(c.channel, ''), c.talk_s, c.hold_s, c.wrap_s, c.active_s,
    coalesce(c.talk_s::bigint + coalesce(c.hold_s, 0) + coalesce(c.wrap_s, 0), c.active_s, c.hold_s, c.wrap_s),
    coalesce(c.handled_at, c.last_solved_at, c.created_at), 'ticket'
FROM stored JOIN converted AS c USING (line)
WHERE coalesce(c.talk_s, c.hold_s, c.wrap_s, c.active_s) IS NOT NULL"""

_TEXTS: Final = """
INSERT INTO metrics_tickettext (ticket_id, subject, body)
SELECT stored.id, c.subject, c.body FROM stored JOIN converted AS c USING (line)
WHERE coalesce(c.subject, c.body) IS NOT NULL"""

# Every reporting day that a metric of these tickets counts on, as they were and as they are now.
_OLD_DAYS: Final = """
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT unnest(ARRAY[s.was_created_at, s.was_first_solved_at, s.was_last_solved_at]) AS at FROM stored AS s
WHERE NOT is_new
UNION SELECT counts_at FROM metrics_rating WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)
UNION SELECT ended_at FROM metrics_handlesegment WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)"""

_NEW_DAYS: Final = """
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT %(import)s::bigint, (at AT TIME ZONE %(zone)s)::date FROM (
    SELECT at FROM touched
    UNION ALL SELECT unnest(ARRAY[c.created_at, c.first_solved_at, c.last_solved_at, c.closed_at,
        CASE WHEN coalesce(c.rating, c.rating_offered_at::text) IS NOT NULL
             THEN coalesce(c.rated_at, c.rating_offered_at, c.last_solved_at) END,
        CASE WHEN coalesce(c.talk_s, c.hold_s, c.wrap_s, c.active_s) IS NOT NULL THEN c.handled_at END])
    FROM stored JOIN converted AS c USING (line)
) AS days WHERE at IS NOT NULL
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True)
class Stored:
    """What became of the rows of a chunk that could be read."""

    added: int
    changed: int
    same: int
    flagged: int


def store(*, source_id: int, import_id: int, vendor_basis: str) -> Stored:
    """Upsert `converted`, replace what hangs on the changed tickets, and mark the days touched as behind."""
    names: dict[str, Any] = {
        "source": source_id,
        "import": import_id,
        "basis": vendor_basis,
        "zone": settings.REPORTING_TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stored, stored_span, touched")
        cursor.execute(_STORED)
        cursor.execute(_STORED_SPANS)
        cursor.execute("SELECT count(*) FROM converted WHERE fault IS NULL")
        read: int = cursor.fetchone()[0]
        cursor.execute(_UPSERT, names)
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),"
            " count(*) FILTER (WHERE is_flagged) FROM stored"
        )
        added, changed, flagged = cursor.fetchone()
        cursor.execute("ANALYZE stored")
        cursor.execute(_OLD_DAYS)
        for statement in [_BEFORE, *_FORGET] if changed else []:
            cursor.execute(statement, names)
        for statement in (_SPANS, _FIGURES, _RATINGS, _HANDLING, _TEXTS, _NEW_DAYS):
            cursor.execute(statement, names)
    return Stored(added, changed, read - added - changed, flagged)
