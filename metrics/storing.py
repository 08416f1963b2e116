"""Writes a converted chunk to the tickets and what hangs on them. `stored` then lists what was added or changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from metrics import conversing, held, partitions, rating_rows
from metrics.counting import WINDOW_DAYS
from metrics.models import Source

DETAIL: Final = "10"  # of statistics of what was loaded; 100 is usual
SOURCE_LOCKS: Final = 0x5351  # advisory locks (this, source): who stores tickets of a source

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
    "asked_at": "coalesce(chosen.asked_at, '{}')",
    "answered_at": "coalesce(chosen.answered_at, '{}')",
    "team_id": "chosen.team_id",
    "team_name": "coalesce(c.team, '')",
    "updated_at": "coalesce(c.updated_at, greatest(c.created_at, c.first_public_reply_at, c.last_solved_at,"
    " c.closed_at, c.rated_at))",
}
_VALUES: Final = {
    name: f"coalesce(c.{name}, {empty})" if empty else f"c.{name}" for name, empty in _PLAIN.items()
}
_TARGETS: Final = {**_VALUES, **_OTHERS}

# A team by its short name, or by its name where only one team has it.
TEAMS: Final = """SELECT slug AS name, id FROM accounts_team
    UNION SELECT lower(name), min(id) FROM accounts_team
    WHERE lower(name) NOT IN (SELECT slug FROM accounts_team) GROUP BY 1 HAVING count(*) = 1"""

_STORED: Final = """CREATE TEMP TABLE stored (id bigint, external_id text, created_at timestamptz, is_new boolean,
    was_created_at timestamptz, was_first_solved_at timestamptz, was_last_solved_at timestamptz, is_flagged boolean,
    status text, priority text, first_public_reply_at timestamptz, last_solved_at timestamptz, closed_at timestamptz,
    flags text[], asked_at timestamptz[], answered_at timestamptz[], channel text, team_id bigint, labels text[],
    is_promised boolean, was jsonb, line bigint) ON COMMIT DROP"""

_STORED_SPANS: Final = """CREATE TEMP TABLE stored_span (ticket_id bigint, status text, from_at timestamptz,
    to_at timestamptz) ON COMMIT DROP"""

_READ: Final = """
SELECT coalesce(sum(n), 0)::bigint, coalesce(array_agg(month), '{}') FROM (
    SELECT date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month, count(*) AS n
    FROM converted WHERE fault IS NULL GROUP BY 1) AS by_month"""

_TOLD: Final = """cardinality(t.flags) > 0, t.status, t.priority, t.first_public_reply_at, t.last_solved_at,
    t.closed_at, t.flags, t.asked_at, t.answered_at,
    t.channel, t.team_id, t.labels,
    t.merged_into IS NULL AND NOT t.is_spam AND NOT t.is_agent_initiated"""

# Of each ticket the newest row of the chunk, and which ticket of ours it is, if one; a new one gets its number here.
_CHOOSE: Final = f"""
CREATE TEMP TABLE chosen ON COMMIT DROP AS
WITH team AS MATERIALIZED ({TEAMS}),
chunk AS (
    SELECT DISTINCT ON (external_id) external_id, line, team, conversation, speakers FROM converted WHERE fault IS NULL
    ORDER BY external_id, source_version DESC NULLS LAST, updated_at DESC NULLS LAST, line DESC
),
{conversing.WAITS},
found AS (
    SELECT chunk.line, key.id, key.created_at AS was_created_at, team.id AS team_id, wait.asked_at, wait.answered_at
    FROM chunk LEFT JOIN wait USING (line) LEFT JOIN team ON team.name = lower(chunk.team)
    LEFT JOIN metrics_ticketkey AS key ON key.source_id = %(source)s AND key.external_id = chunk.external_id
    ORDER BY chunk.line
)
SELECT line, coalesce(id, nextval('metrics_ticket_id_seq')) AS id, id IS NULL AS is_new, was_created_at, team_id,
    asked_at, answered_at
FROM found"""

_KNOWN: Final = """
SELECT bool_or(is_new), array_agg(id) FILTER (WHERE NOT is_new), min(was_created_at), max(was_created_at), count(*)
FROM chosen"""

_FRESH: Final = f"""
SELECT {", ".join(f"{value} AS {name}" for name, value in _TARGETS.items())},
    chosen.id, chosen.line, chosen.was_created_at, c.updated_at AS told_at
FROM chosen JOIN converted AS c USING (line)"""

_INSERT: Final = f"""
INSERT INTO metrics_ticket (id, {", ".join(_TARGETS)})
SELECT id, {", ".join(_TARGETS)} FROM ({_FRESH} WHERE chosen.is_new) AS fresh"""

# Nothing of a new ticket is known only once it is written: reading it here again is cheaper than having it returned.
_INSERTED: Final = f"""
INSERT INTO stored SELECT id, external_id, created_at, true, NULL, NULL, NULL, {_TOLD}, NULL, line
FROM ({_FRESH} WHERE chosen.is_new) AS t"""

# The old moment of creation says in which months to look: without it every month would be looked through. Where neither
# row says how new it is, nothing says that the later import is older: not that its moments are, for what was reopened
# has lost its solve.
_UPDATE: Final = f"""
WITH written AS (
    UPDATE metrics_ticket AS t SET {", ".join(f"{name} = fresh.{name}" for name in _TARGETS if name != "first_import")}
    FROM ({_FRESH} WHERE NOT chosen.is_new) AS fresh
    WHERE t.id = fresh.id AND t.created_at = fresh.was_created_at
      AND t.created_at BETWEEN %(known_from)s AND %(known_to)s
      AND t.row_hash IS DISTINCT FROM fresh.row_hash
      AND coalesce(fresh.source_version >= t.source_version, fresh.told_at >= t.updated_at,
          t.last_import <= %(import)s, true)
    RETURNING t.*, fresh.line, old.created_at AS was_created_at, old.first_solved_at AS was_first_solved_at,
        old.last_solved_at AS was_last_solved_at,
        CASE WHEN old.last_import IS DISTINCT FROM %(import)s THEN to_jsonb(old) END AS was
)
INSERT INTO stored SELECT id, external_id, created_at, false, was_created_at, was_first_solved_at,
    was_last_solved_at, {_TOLD}, was, line FROM written AS t"""

# What hangs on a ticket, and is replaced with it but for ratings.
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

# Ratings are kept: a newer row adds to them (metrics/rating_rows.py).
# The text of a ticket that a hold keeps stays, whatever the file has or lacks.
_FORGET: Final = [
    f"DELETE FROM metrics_{table} WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)"
    + (" AND ticket_id <> ALL(%(held)s)" if table == "tickettext" else "")
    for table in HANGING
    if table != "rating"
]

_SPANS: Final = """
WITH written AS (INSERT INTO metrics_statusspan (ticket_id, status, from_at, to_at, inferred)
SELECT stored.id, 'pending', lower(span), upper(span), false
FROM stored JOIN converted AS c USING (line), unnest(c.pending_spans) AS span
WHERE c.pending_spans IS NOT NULL
RETURNING ticket_id, status, from_at, to_at)
INSERT INTO stored_span SELECT * FROM written"""

# Not in one with the spans above: a lateral join of both would cost every row of a source that tells of waits only.
_HISTORY: Final = """
WITH written AS (INSERT INTO metrics_statusspan (ticket_id, status, from_at, to_at, inferred)
SELECT id, status, at, until, false FROM (
    SELECT stored.id, step.status, step.at, lead(step.at) OVER (PARTITION BY stored.id ORDER BY step.n) AS until
    FROM stored JOIN converted AS c USING (line),
        unnest(c.history, c.statuses) WITH ORDINALITY AS step (at, status, n)
    WHERE c.history IS NOT NULL
) AS told WHERE at IS DISTINCT FROM until
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

_MORE_FIGURES: Final = """
INSERT INTO metrics_vendorfigure (ticket_id, name, basis, seconds, met)
SELECT stored.id, split_part(figure, '/', 1), split_part(figure, '/', 2),
    nullif(split_part(figure, '/', 3), '')::bigint, nullif(split_part(figure, '/', 4), '')::boolean
FROM stored JOIN converted AS c USING (line), string_to_table(c.vendor_figures, ';') AS figure
WHERE c.vendor_figures IS NOT NULL AND NOT (figure LIKE 'sla/%%' AND c.vendor_sla_met IS NOT NULL)"""

_HANDLING: Final = """
INSERT INTO metrics_handlesegment
    (ticket_id, agent, channel, talk_s, hold_s, wrap_s, active_s, handle_s, ended_at, origin)
SELECT stored.id, c.assignee, coalesce(c.channel, ''), c.talk_s, c.hold_s, c.wrap_s, c.active_s,
    CASE WHEN coalesce(c.talk_s, c.hold_s, c.wrap_s) IS NULL THEN c.active_s
        ELSE coalesce(c.talk_s, 0)::bigint + coalesce(c.hold_s, 0) + coalesce(c.wrap_s, 0) END,
    coalesce(c.handled_at, c.last_solved_at, c.created_at), 'ticket'
FROM stored JOIN converted AS c USING (line)
WHERE coalesce(c.talk_s, c.hold_s, c.wrap_s, c.active_s) IS NOT NULL"""

_TEXTS: Final = """
INSERT INTO metrics_tickettext (ticket_id, subject, body)
SELECT stored.id, c.subject, c.body FROM stored JOIN converted AS c USING (line)
WHERE coalesce(c.subject, c.body) IS NOT NULL
ON CONFLICT (ticket_id) DO UPDATE SET subject = coalesce(metrics_tickettext.subject, excluded.subject),
    body = coalesce(metrics_tickettext.body, excluded.body)"""

_WRITTEN: Final = (
    _SPANS, _HISTORY, _FIGURES, _MORE_FIGURES, rating_rows.NEWEST, rating_rows.EARLIER, _HANDLING, _TEXTS,
)  # fmt: skip

# Every reporting day that a metric of these tickets counts on, as they were and as they are now.
_TOUCHED: Final = "CREATE TEMP TABLE touched (at timestamptz) ON COMMIT DROP"
_OLD_DAYS: Final = """
INSERT INTO touched
SELECT unnest(ARRAY[s.was_created_at, s.was_first_solved_at, s.was_last_solved_at]) AS at FROM stored AS s
WHERE NOT is_new
UNION SELECT counts_at FROM metrics_rating WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)
UNION SELECT ended_at FROM metrics_handlesegment WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)
UNION SELECT started_at FROM metrics_slaresult WHERE ticket_id IN (SELECT id FROM stored WHERE NOT is_new)"""


# In every zone a day begins with a quarter of an hour, and there are fewer of those than moments: one pass finds those
# of every column. A contact may be the repeat of one up to seven days before it: those days are behind, too.
def _quarter(moment: str) -> str:
    return f"date_bin('15 minutes', {moment}, '2000-01-01 00:00+00')"


_MOMENTS: Final = {
    "created": "c.created_at",
    "first_solved": "coalesce(c.first_solved_at, c.last_solved_at, c.closed_at)",
    "last_solved": "coalesce(c.last_solved_at, c.first_solved_at, c.closed_at)",
    "rated": "CASE WHEN coalesce(c.rating, c.rating_offered_at::text) IS NOT NULL"
    " THEN coalesce(c.rated_at, c.rating_offered_at) END",
    "handled": "CASE WHEN coalesce(c.talk_s, c.hold_s, c.wrap_s, c.active_s) IS NOT NULL THEN c.handled_at END",
}
# Of the rows {rows}, each column by itself.
_OF_ROWS: Final = f"""
    SELECT coalesce({", ".join(_MOMENTS)}) AS quarter,
        CASE GROUPING(created) WHEN 0 THEN {WINDOW_DAYS} ELSE 0 END AS reach
    FROM (SELECT {", ".join(f"{_quarter(moment)} AS {name}" for name, moment in _MOMENTS.items())}
        FROM {{rows}}) AS moments
    GROUP BY GROUPING SETS ({", ".join(f"({name})" for name in _MOMENTS)})"""
_DAYS: Final = """
SELECT DISTINCT day - back AS day FROM (
    SELECT (quarter AT TIME ZONE %(zone)s)::date AS day, max(reach) AS reach FROM ({quarters}) AS quarters
    WHERE quarter IS NOT NULL GROUP BY 1) AS days, generate_series(0, reach) AS back"""
_QUARTERS: Final = f"""
    SELECT {_quarter("at")} AS quarter, 0 AS reach FROM touched
    UNION ALL SELECT {_quarter("was_created_at")}, {WINDOW_DAYS} FROM stored WHERE NOT is_new
    UNION ALL SELECT {_quarter("asked")}, 0 FROM stored, unnest(asked_at) AS asked WHERE asked_at <> '{{}}'
    UNION ALL {_OF_ROWS.format(rows="stored JOIN converted AS c USING (line)")}"""
_DAYS_OF_NEW: Final = _DAYS.format(quarters=_OF_ROWS.format(rows="converted AS c WHERE fault IS NULL"))
_BEHIND: Final = """
INSERT INTO metrics_staleday (ticket_import_id, day) SELECT %(import)s::bigint, day FROM ({days}) AS behind
ON CONFLICT DO NOTHING"""
_NEW_DAYS: Final = _BEHIND.format(days=_DAYS.format(quarters=_QUARTERS))
_KNOWN_DAYS: Final = _BEHIND.format(days="SELECT unnest(%(days)s::date[]) AS day")


@dataclass(frozen=True)
class Stored:
    """What became of the rows of a chunk that could be read."""

    added: int
    changed: int
    same: int
    flagged: int


@dataclass(frozen=True)
class Known:
    """What is known of `converted` before it is stored: how many good rows, the months (UTC) of their creation, and the
    days that are behind if all of them are new (None where only storing them tells)."""

    rows: int
    months: list[date]
    days_of_new: list[date] | None = None


def known() -> Known:
    """Of `converted`, without the days."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return Known(*cursor.fetchone())


def days_of_new() -> list[date]:
    """The days that are behind when every good row of `converted` is a ticket that was not here before: one without a
    conversation, whose days are known only when it is stored."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_OF_NEW, {"zone": settings.REPORTING_TIME_ZONE})
        return [day for (day,) in cursor.fetchall()]


def store(source_id: int, import_id: int, *, vendor_basis: str, told: Known | None = None) -> Stored:
    """Upsert `converted`, replace what hangs on the changed tickets, and mark the days touched as behind.

    `told`: what is known of it, where somebody has looked already.
    """
    read = told or known()
    names: dict[str, Any] = {
        "source": source_id,
        "import": import_id,
        "basis": vendor_basis,
        "zone": settings.REPORTING_TIME_ZONE,
        "days": read.days_of_new,
    }
    with connection.cursor() as cursor:
        # Two imports of one source would both find a ticket to be new.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, source_id])
        cursor.execute("SELECT rating_day FROM metrics_source WHERE id = %s", [source_id])
        names["at_solve"] = cursor.fetchone()[0] == Source.RatingDay.SOLVED
        cursor.execute("DROP TABLE IF EXISTS chosen, stored, stored_span, touched")
        for statement in (_STORED, _STORED_SPANS, _TOUCHED):
            cursor.execute(statement)
        # A few hundred rows tell enough of tables that are joined by one number.
        cursor.execute("SELECT set_config('default_statistics_target', '1', true)")
        partitions.make(read.months)
        _upsert(cursor, names, read.rows)
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),"
            " count(*) FILTER (WHERE is_flagged) FROM stored"
        )
        added, changed, flagged = cursor.fetchone()
        cursor.execute("ANALYZE stored (id, line)")
        for statement in [_OLD_DAYS, _BEFORE, *_FORGET] if changed else []:
            cursor.execute(statement, names)
        if names["twice"]:
            _rate_by_earlier_rows(cursor, names)
        if changed or names["twice"]:
            cursor.execute(rating_rows.OVERTAKEN, names)
        behind = _KNOWN_DAYS if read.days_of_new is not None and added == read.rows else _NEW_DAYS
        for statement in (*_WRITTEN, *(rating_rows.MOVED if changed or names["twice"] else ()), behind):
            cursor.execute(statement, names)
    return Stored(added, changed, read.rows - added - changed, flagged)


def _rate_by_earlier_rows(cursor: CursorWrapper, names: dict[str, Any]) -> None:
    """Store what the rows before the newest of a ticket tell of its ratings, the oldest of them first."""
    cursor.execute("DROP TABLE IF EXISTS earlier_row")
    cursor.execute(rating_rows.EARLIER_ROWS)
    cursor.execute(rating_rows.LAST_TURN)
    for turn in range(cursor.fetchone()[0] or 0, 0, -1):
        for statement in rating_rows.EACH_TURN:
            cursor.execute(statement, {**names, "turn": turn})
    cursor.execute(rating_rows.DAYS_OF_EARLIER)


def _upsert(cursor: CursorWrapper, names: dict[str, Any], rows: int) -> None:
    """Write the tickets of so many good rows, and say in `stored` which were added or changed."""
    cursor.execute(_CHOOSE, names)
    cursor.execute("ANALYZE chosen (id, line)")
    cursor.execute(_KNOWN)
    some_new, known, known_from, known_to, tickets = cursor.fetchone()
    names["twice"] = tickets < rows
    if some_new:
        cursor.execute(_INSERT, names)
        cursor.execute(_INSERTED, names)
    if known_from is not None:
        # As they are before the update: it may take away the label that a hold goes by.
        within = (known_from, known_to)
        names["held"] = [*held.among(known, within=within)]
        held.note(names["held"], within=within)
        cursor.execute(_UPDATE, {"known_from": known_from, "known_to": known_to, **names})


# Of what its range indexes do not know yet, all of a table is read.
_SUMMARIZE: Final = """
SELECT brin_summarize_new_values(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
WHERE a.amname = 'brin' AND c.relkind = 'i' AND i.indrelid IN (
    SELECT %(table)s::regclass UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)"""


def refresh_statistics() -> None:
    """Tell the planner and the range indexes of what was just loaded; autovacuum would come after the rollups, and with
    more detail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('default_statistics_target', %s, true)", [DETAIL])
        # Tickets last: whoever makes a month for the chunk that is stored meanwhile waits for that.
        for table in ("ticketkey", "slaresult", "rating", "handlesegment", "vendorfigure", "ticket"):
            cursor.execute(f"ANALYZE metrics_{table}")
            cursor.execute(_SUMMARIZE, {"table": f"metrics_{table}"})
