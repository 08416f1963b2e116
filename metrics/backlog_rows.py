"""Since when and until when tickets were unsolved, as SQL, by the day they were created.

A ticket is unsolved from its creation to its first solve, and again from its reopening to its last; where it is open
nevertheless, from its last update on. One that was reopened several times is followed by its status spans where they
are known. None is before it was created. Merged tickets, spam, deleted ones and impossible times are left out: those
that the same times would put here are counted apart (`left_n`). One that is over at a time nobody told is in neither.
"""

from __future__ import annotations

from typing import Final

from metrics.counting import LASTING, begin_sql

_OVER: Final = "('solved', 'closed', 'deleted')"
_BY_SPANS: Final = (
    "(t.reopen_count > 1 AND EXISTS (SELECT 1 FROM metrics_statusspan AS told"
    " WHERE told.ticket_id = t.id AND told.status = 'solved'))"
)
# [begun, over): over NULL is still open. A reopening of unknown time counts from the last update on. Of a ticket whose
# times are in no order none lies within another, or it would count twice.
_MOMENTS: Final = f"""
SELECT t.created_at AS begun, t.first_solved_at AS over WHERE t.first_solved_at IS NOT NULL OR t.status NOT IN {_OVER}
UNION ALL
SELECT greatest(coalesce(t.reopened_at, t.updated_at), t.first_solved_at),
    CASE WHEN t.last_solved_at > t.reopened_at THEN t.last_solved_at END
WHERE t.first_solved_at IS NOT NULL AND (t.status NOT IN {_OVER} OR t.last_solved_at > t.reopened_at)
UNION ALL
SELECT greatest(t.updated_at, t.last_solved_at, t.first_solved_at), NULL
WHERE t.status NOT IN {_OVER} AND t.last_solved_at > t.reopened_at"""
_SPANS: Final = f"""
SELECT s.from_at AS begun, s.to_at AS over FROM metrics_statusspan AS s
WHERE s.ticket_id = t.id AND s.status NOT IN {_OVER}"""


def _rows(unsolved: str, condition: str, only: str) -> str:
    day = "(t.created_at AT TIME ZONE %(zone)s)::date"
    return f"""
SELECT {day} AS day, t.source_id, t.team_id,
    CASE WHEN t.team_id IS NULL THEN t.team_name ELSE '' END AS team_name, t.channel, t.priority, t.market, t.labels,
    coalesce(t.assignee, '') AS assignee, coalesce(t.macro_keys, '{{}}') AS macro_keys,
    CASE WHEN open.begun > t.created_at THEN (open.begun AT TIME ZONE %(zone)s)::date ELSE {day} END AS from_day,
    (open.over AT TIME ZONE %(zone)s)::date AS until_day, {LASTING} AS counts
FROM metrics_ticket AS t CROSS JOIN LATERAL ({unsolved}) AS open
WHERE t.created_at >= {begin_sql("%(from)s")} AND t.created_at < {begin_sql("%(until)s")}{only}
  AND {condition}"""


def insert_sql(*, whole: bool, one: bool) -> str:
    """The backlog rows of the tickets created on these days; parameters as in metrics/rollups.py."""
    only = "" if whole else " AND (t.created_at AT TIME ZONE %(zone)s)::date = ANY(%(days)s)"
    only += " AND t.source_id = %(source)s" if one else ""
    several = f"coalesce({_BY_SPANS}, false)"
    rows = f"{_rows(_MOMENTS, f'NOT {several}', only)} UNION ALL {_rows(_SPANS, several, only)}"
    # OFFSET 0: else each day would be worked out again wherever it is used, and that takes longest of all.
    place = "source_id, team_id, team_name, channel, priority, market"
    columns = f"day, {place}, labels, assignee, macro_keys, from_day, until_day"
    return (
        f"INSERT INTO metrics_backlog ({columns}, open_n, left_n) SELECT {columns},"
        f" count(*) FILTER (WHERE counts), count(*) FILTER (WHERE NOT counts) FROM ({rows} OFFSET 0) AS unsolved"
        f" WHERE until_day IS NULL OR until_day > from_day GROUP BY {columns}"
    )
