"""Rebuilds the rollups of days: delete and insert, under a lock of each day, so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from metrics.histograms import bucket_sql
from metrics.models import Import, Rollup, StaleDay

LOCK_SPACE: Final = 0x534F  # advisory locks (this, day number) are the rollups'
BATCH_DAYS: Final = 31
REOPEN_WINDOW: Final = "interval '7 days'"


def _seconds(column: str) -> str:
    """From creation to this, in whole seconds, within what an integer holds."""
    return f"least(extract(epoch FROM t.{column} - t.created_at), 2000000000)::int"


_REPLIES: Final = "t.merged_into IS NULL AND NOT t.is_spam AND NOT t.is_agent_initiated"
_REPLIED: Final = f"{_REPLIES} AND t.first_public_reply_at >= t.created_at"
_REPLY_S: Final = f"CASE WHEN {_REPLIED} THEN {_seconds('first_public_reply_at')} END"
_SOLVE_S: Final = _seconds("last_solved_at")
_UNSOLVABLE: Final = "t.flags && '{solved_before_created,solved_out_of_order}'"


def _states(metric: str, alias: str) -> dict[str, str]:
    """A promise by state; paused is running: neither is due yet."""
    states = {"met": "= 'met'", "breached": "= 'breached'", "overdue": "= 'overdue'"}
    states["running"] = "IN ('running', 'paused')"
    return {f"sla_{metric}_{name}_n": f"({alias}.state {test})::int" for name, test in states.items()}


# What one row of each source adds to its day: whole numbers, and a bucket in a histogram.
_CREATED: Final = {
    "created_n": "1",
    "flagged_n": "(t.flags <> '{}')::int",
    # Not EXISTS: the planner would read every segment there is to answer it.
    "measured_n": "((SELECT 1 FROM metrics_handlesegment AS h WHERE h.ticket_id = t.id LIMIT 1) IS NOT NULL)::int",
    "vendor_sla_n": "(v.met IS NOT NULL)::int",
    "vendor_sla_met_n": "v.met::int",
    "reply_n": f"({_REPLY_S} IS NOT NULL)::int",
    "reply_s": _REPLY_S,
    "reply_log": bucket_sql(_REPLY_S),
    **_states("reply", "r"),
    **_states("resolution", "s"),
}
_SOLVED: Final = {
    "solved_n": "1",
    "reopened_n": "(t.reopen_count > 0 AND coalesce("
    f"t.reopened_at <= t.first_solved_at + {REOPEN_WINDOW}, true))::int",
}
_RESOLVED: Final = {"resolution_n": "1", "resolution_s": _SOLVE_S, "resolution_log": bucket_sql(_SOLVE_S)}
_RATED: Final = {
    "offered_n": "1",
    "good_n": "(r.scale = 'good_bad' AND r.normalised = 'positive')::int",
    "bad_n": "(r.scale = 'good_bad' AND r.normalised = 'negative')::int",
    "stars_n": "(r.scale = '1_5' AND r.normalised IS NOT NULL)::int",
    "stars_top_n": "(r.scale = '1_5' AND r.normalised = 'positive')::int",
}
_HANDLED: Final = {
    "handled_n": "1",
    "handle_s": "h.handle_s",
    "handle_square": "h.handle_s::float8 * h.handle_s",
    "handle_log": bucket_sql("h.handle_s"),
}
_ARRAYS: Final = ("reply_log", "resolution_log", "handle_log")
_PARTS: Final = (*_CREATED, *_SOLVED, *_RESOLVED, *_RATED, *_HANDLED)

_TICKETS: Final = "metrics_ticket AS t"
_LAST_RATING: Final = (
    "NOT EXISTS (SELECT 1 FROM metrics_rating AS later WHERE later.ticket_id = r.ticket_id"
    " AND (later.counts_at, later.id) > (r.counts_at, r.id))"
)
_WITH_PROMISES: Final = (
    f"{_TICKETS} LEFT JOIN metrics_slaresult AS r ON r.ticket_id = t.id AND r.metric = 'first_reply'"
    " LEFT JOIN metrics_slaresult AS s ON s.ticket_id = t.id AND s.metric = 'resolution'"
    " LEFT JOIN metrics_vendorfigure AS v ON v.ticket_id = t.id AND v.name = 'sla'"
)
# What to count, from where, on which moment's day, and what is left out.
_SOURCES: Final = (
    (_CREATED, _WITH_PROMISES, "t.created_at", "true"),
    (_SOLVED, _TICKETS, "t.first_solved_at", f"NOT {_UNSOLVABLE}"),
    (_RESOLVED, _TICKETS, "t.last_solved_at", f"NOT {_UNSOLVABLE}"),
    (_RATED, f"metrics_rating AS r JOIN {_TICKETS} ON t.id = r.ticket_id", "r.counts_at",
     f"{_LAST_RATING} AND NOT 'rated_before_created' = ANY(t.flags)"),
    (_HANDLED, f"metrics_handlesegment AS h JOIN {_TICKETS} ON t.id = h.ticket_id", "h.ended_at",
     "NOT 'negative_handle_time' = ANY(t.flags)"),
)  # fmt: skip
_DIMENSIONS: Final = "day, source_id, team_id, team_name, channel, priority, market, label"


def _part(
    counts: dict[str, str], tables: str, moment: str, condition: str, whole: bool, one_source: bool
) -> str:
    """The rows of one source of counts. `whole`: every day of the range is wanted, none between is left out."""
    empty = {name: "NULL::smallint" if name in _ARRAYS else "0" for name in _PARTS}
    columns = ", ".join(f"{expression} AS {name}" for name, expression in {**empty, **counts}.items())
    only = "" if whole else f" AND ({moment} AT TIME ZONE %(zone)s)::date = ANY(%(days)s)"
    only += " AND t.source_id = %(source)s" if one_source else ""
    return (
        f"SELECT ({moment} AT TIME ZONE %(zone)s)::date AS day, t.source_id, t.team_id,"
        " CASE WHEN t.team_id IS NULL THEN t.team_name ELSE '' END AS team_name,"
        f" t.channel, t.priority, t.market, t.labels, {columns} FROM {tables}"
        f" WHERE {moment} >= %(from)s::date::timestamp AT TIME ZONE %(zone)s"
        f" AND {moment} < %(until)s::date::timestamp AT TIME ZONE %(zone)s{only} AND {condition}"
    )


def _insert(*, whole: bool, one_source: bool) -> str:
    rows = " UNION ALL ".join(_part(*source, whole, one_source) for source in _SOURCES)
    added = ", ".join(
        f"coalesce(array_agg({name}) FILTER (WHERE {name} IS NOT NULL), '{{}}')"
        if name in _ARRAYS
        else f"coalesce(sum({name}), 0)"
        for name in _PARTS
    )
    return (
        f"INSERT INTO metrics_rollup ({_DIMENSIONS}, {', '.join(_PARTS)}) SELECT {_DIMENSIONS}, {added}"
        f" FROM ({rows}) AS rows CROSS JOIN LATERAL unnest(array_append(labels, '')) AS label"
        f" GROUP BY {_DIMENSIONS}"
    )


_INSERT: Final = {
    (whole, one_source): _insert(whole=whole, one_source=one_source)
    for whole in (True, False)
    for one_source in (True, False)
}


def rebuild(days: Sequence[date], source_id: int | None = None) -> None:
    """Make the rollups of these days anew from the tickets, of one source or of all.

    Others that rebuild the same day wait their turn.
    """
    if not days:
        return
    ordered = sorted(days)
    whole = len(ordered) == (ordered[-1] - ordered[0]).days + 1
    names: dict[str, Any] = {
        "days": ordered,
        "from": ordered[0],
        "until": ordered[-1] + timedelta(days=1),
        "zone": settings.REPORTING_TIME_ZONE,
        "source": source_id,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, day) FROM unnest(%s::int[]) AS day ORDER BY day",
                       [LOCK_SPACE, [day.toordinal() for day in ordered]])  # fmt: skip
        old = Rollup.objects.filter(day__in=ordered)
        (old if source_id is None else old.filter(source=source_id)).delete()
        # Compiling takes longer than the statement; grouping in memory is faster than by sorting.
        cursor.execute("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")
        cursor.execute(_INSERT[whole, source_id is not None], names)


def stale_days(import_id: int | None) -> int:
    """How many days an import (None: the passing of time) has left behind."""
    return StaleDay.objects.filter(ticket_import_id=import_id).count()


def catch_up(import_id: int | None) -> int:
    """Rebuild the next days that are behind, at most BATCH_DAYS that lie together. Returns how many."""
    behind = StaleDay.objects.filter(ticket_import_id=import_id).order_by("day")
    first = behind.values_list("day", flat=True).first()
    if first is None:
        return 0
    batch = behind.filter(day__lt=first + timedelta(days=BATCH_DAYS)).select_for_update()
    days = [*batch.values_list("day", flat=True)]
    rebuild(days, Import.objects.get(pk=import_id).source_id if import_id else None)
    StaleDay.objects.filter(ticket_import_id=import_id, day__in=days).delete()
    if not behind.exists():
        refresh_facets()
    return len(days)


_FACETS: Final = """
INSERT INTO metrics_facet (source_id, team_id, channel, label, created_n, last_day)
SELECT source_id, team_id, channel, label, sum(created_n), max(day) FILTER (WHERE day <= %(today)s)
FROM metrics_rollup GROUP BY 1, 2, 3, 4"""


def refresh_facets() -> None:
    """Make the choices that filters offer equal to what the rollups hold, all at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
        cursor.execute("DELETE FROM metrics_facet")
        cursor.execute(_FACETS, {"today": timezone.localdate()})
