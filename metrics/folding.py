"""An event log becomes tickets: the last thing each event said of a ticket, and the statuses it stood in.

Events are taken by their time, then version, then line. A ticket is solved when it enters solved or closed from
elsewhere, and reopened when it leaves them. What the log itself says of these (a column for the solve, a count of
reopenings) goes before what is worked out from its events.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.db import connection

from metrics.mapping import FileMapping

BATCH_TICKETS: Final = 4000
WORKED_OUT: Final = ("first_solved_at", "last_solved_at", "reopened_at", "reopen_count", "updated_at")
_OVER: Final = "('solved', 'closed')"

STAGE: Final = """
INSERT INTO metrics_stagedevent (ticket_import_id, external_id, event_at, version, line, status, row)
SELECT %(import)s, c.external_id, c.event_at, c.source_version, c.line, c.status,
    jsonb_strip_nulls(to_jsonb(s)) - 'line'
FROM converted AS c JOIN incoming AS s USING (line) WHERE c.fault IS NULL"""

_BATCH: Final = """
CREATE TEMP TABLE batch ON COMMIT DROP AS
SELECT external_id FROM metrics_stagedevent WHERE ticket_import_id = %(import)s AND external_id > %(after)s
GROUP BY external_id ORDER BY external_id LIMIT %(limit)s"""

# One row for each time the status changed; `was` is the status before, `until` the next change.
_CHANGES: Final = """
CREATE TEMP TABLE change ON COMMIT DROP AS
SELECT *, lead(event_at) OVER (PARTITION BY external_id ORDER BY event_at, version, line) AS until FROM (
    SELECT external_id, event_at, version, line, status, lag(status) OVER w AS was
    FROM metrics_stagedevent JOIN batch USING (external_id)
    WHERE ticket_import_id = %(import)s AND status IS NOT NULL
    WINDOW w AS (PARTITION BY external_id ORDER BY event_at, version, line)
) AS step WHERE status IS DISTINCT FROM was"""

_FOLD: Final = f"""
INSERT INTO incoming
SELECT cells.* FROM (
    SELECT external_id, max(line) AS line, max(event_at) AS event_at,
        metrics_merge(row ORDER BY event_at, version, line) AS row
    FROM metrics_stagedevent JOIN batch USING (external_id) WHERE ticket_import_id = %(import)s GROUP BY external_id
) AS last LEFT JOIN (
    SELECT external_id, count(*) FILTER (WHERE was IN {_OVER} AND status NOT IN {_OVER}) AS reopen_count,
        min(event_at) FILTER (WHERE was IN {_OVER} AND status NOT IN {_OVER}) AS reopened_at,
        min(event_at) FILTER (WHERE coalesce(was, 'new') NOT IN {_OVER} AND status IN {_OVER})
            AS first_solved_at,
        max(event_at) FILTER (WHERE coalesce(was, 'new') NOT IN {_OVER} AND status IN {_OVER})
            AS last_solved_at
    FROM change GROUP BY external_id
) AS worked USING (external_id),
LATERAL jsonb_populate_record(NULL::incoming,
    jsonb_strip_nulls(jsonb_build_object('reopen_count', worked.reopen_count, 'reopened_at', worked.reopened_at,
        'first_solved_at', worked.first_solved_at, 'last_solved_at', worked.last_solved_at,
        'updated_at', last.event_at))
    || last.row || jsonb_build_object('line', last.line)) AS cells"""

_SPANS: Final = """
WITH written AS (INSERT INTO metrics_statusspan (ticket_id, status, from_at, to_at, inferred)
SELECT stored.id, change.status, change.event_at, change.until, false
FROM stored JOIN change USING (external_id)
UNION ALL
-- Between its creation and the first event nothing is known: it was new.
SELECT stored.id, 'new', stored.created_at, change.event_at, true
FROM stored JOIN change USING (external_id) WHERE change.was IS NULL AND stored.created_at < change.event_at
RETURNING ticket_id, status, from_at, to_at)
INSERT INTO stored_span SELECT * FROM written"""


def stage(import_id: int) -> None:
    """Keep the checked events of a chunk until the whole log is read."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE, {"import": import_id})


def fold(import_id: int, after: str, tickets: int) -> str | None:
    """Put the next tickets into `incoming`, one row each. Returns the last of them, or None when none are left."""
    names: dict[str, Any] = {"import": import_id, "after": after, "limit": tickets}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS batch, change")
        cursor.execute(_BATCH, names)
        cursor.execute("SELECT max(external_id) FROM batch")
        last: str | None = cursor.fetchone()[0]
        if last is not None:
            cursor.execute("ANALYZE batch")
            cursor.execute(_CHANGES, names)
            cursor.execute(_FOLD, names)
    return last


def store_spans() -> None:
    """Write the status spans of the tickets in `stored`."""
    with connection.cursor() as cursor:
        cursor.execute(_SPANS)


def as_tickets(mapping: FileMapping) -> FileMapping:
    """The mapping by which folded rows are converted: words are ours already, and some columns are worked out."""
    columns = {**{name: name for name in WORKED_OUT}, **mapping.columns}
    return replace(mapping, shape="tickets", columns=columns)
