"""Rebuilds the rollups of days: delete and insert, under a lock of each day, so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from metrics.histograms import bucket_sql
from metrics.models import Rollup, StaleDay

LOCK_SPACE: Final = 0x534F  # advisory locks (this, day number) are the rollups'
BATCH_DAYS: Final = 31
REOPEN_WINDOW: Final = "interval '7 days'"

_REPLIES: Final = "t.merged_into IS NULL AND NOT t.is_spam AND NOT t.is_agent_initiated"
_REPLY_S: Final = "extract(epoch FROM t.first_public_reply_at - t.created_at)"
_SOLVE_S: Final = "extract(epoch FROM t.last_solved_at - t.created_at)"
_UNSOLVABLE: Final = "t.flags && '{solved_before_created,solved_out_of_order}'"


def _states(metric: str, alias: str) -> dict[str, str]:
    """Counts of a promise by state; paused is running: neither is due yet."""
    states = {
        "met": "= 'met'",
        "breached": "= 'breached'",
        "overdue": "= 'overdue'",
        "running": "IN ('running', 'paused')",
    }
    return {
        f"sla_{metric}_{name}_n": f"count(*) FILTER (WHERE {alias}.state {test})"
        for name, test in states.items()
    }


_CREATED: Final = {
    "created_n": "count(*)",
    "flagged_n": "count(*) FILTER (WHERE t.flags <> '{}')",
    "measured_n": "count(*) FILTER (WHERE EXISTS (SELECT FROM metrics_handlesegment AS h WHERE h.ticket_id = t.id))",
    "vendor_sla_n": "count(v.met)",
    "vendor_sla_met_n": "count(*) FILTER (WHERE v.met)",
    "reply_n": f"count(*) FILTER (WHERE {_REPLIES} AND {_REPLY_S} >= 0)",
    "reply_s": f"coalesce(sum({_REPLY_S}) FILTER (WHERE {_REPLIES} AND {_REPLY_S} >= 0), 0)::bigint",
    "reply_log": f"array_agg({bucket_sql(_REPLY_S)}) FILTER (WHERE {_REPLIES} AND {_REPLY_S} >= 0)",
    **_states("reply", "r"),
    **_states("resolution", "s"),
}
_SOLVED: Final = {
    "solved_n": "count(*)",
    "reopened_n": "count(*) FILTER (WHERE t.reopen_count > 0 AND coalesce("
    f"t.reopened_at <= t.first_solved_at + {REOPEN_WINDOW}, true))",
}
_RESOLVED: Final = {
    "resolution_n": "count(*)",
    "resolution_s": f"sum({_SOLVE_S})::bigint",
    "resolution_log": f"array_agg({bucket_sql(_SOLVE_S)})",
}
_RATED: Final = {
    "offered_n": "count(*)",
    "good_n": "count(*) FILTER (WHERE r.scale = 'good_bad' AND r.normalised = 'positive')",
    "bad_n": "count(*) FILTER (WHERE r.scale = 'good_bad' AND r.normalised = 'negative')",
    "stars_n": "count(*) FILTER (WHERE r.scale = '1_5' AND r.normalised IS NOT NULL)",
    "stars_top_n": "count(*) FILTER (WHERE r.scale = '1_5' AND r.normalised = 'positive')",
}
_HANDLED: Final = {
    "handled_n": "count(*)",
    "handle_s": "sum(h.handle_s)",
    "handle_square": "sum(h.handle_s::float8 * h.handle_s)",
    "handle_log": f"array_agg({bucket_sql('h.handle_s::float8')})",
}
_ARRAYS: Final = ("reply_log", "resolution_log", "handle_log")
_PARTS: Final = (*_CREATED, *_SOLVED, *_RESOLVED, *_RATED, *_HANDLED)

_TICKETS: Final = "metrics_ticket AS t"
_LAST_RATING: Final = (
    "NOT EXISTS (SELECT 1 FROM metrics_rating AS later WHERE later.ticket_id = r.ticket_id"
    " AND (later.counts_at, later.id) > (r.counts_at, r.id))"
)
# What to count, from where, on which moment's day, and what is left out.
_SOURCES: Final = (
    (
        _CREATED,
        (f"{_TICKETS} LEFT JOIN metrics_slaresult AS r ON r.ticket_id = t.id AND r.metric = 'first_reply'"
        " LEFT JOIN metrics_slaresult AS s ON s.ticket_id = t.id AND s.metric = 'resolution'"
        " LEFT JOIN metrics_vendorfigure AS v ON v.ticket_id = t.id AND v.name = 'sla'"),
        "t.created_at",
        "true",
    ),
    (_SOLVED, _TICKETS, "t.first_solved_at", f"NOT {_UNSOLVABLE}"),
    (_RESOLVED, _TICKETS, "t.last_solved_at", f"NOT {_UNSOLVABLE}"),
    (_RATED, f"metrics_rating AS r JOIN {_TICKETS} ON t.id = r.ticket_id", "r.counts_at",
     f"{_LAST_RATING} AND NOT 'rated_before_created' = ANY(t.flags)"),
    (_HANDLED, f"metrics_handlesegment AS h JOIN {_TICKETS} ON t.id = h.ticket_id", "h.ended_at",
     "NOT 'negative_handle_time' = ANY(t.flags)"),
)  # fmt: skip
_DIMENSIONS: Final = "day, source_id, team_id, team_name, channel, priority, market, label"


def _part(counts: dict[str, str], tables: str, moment: str, condition: str, whole: bool) -> str:
    """One source of counts, added up. `whole`: every day of the range is wanted, none between is left out."""
    columns = ", ".join(
        f"{counts.get(name, 'NULL::smallint[]' if name in _ARRAYS else '0')} AS {name}" for name in _PARTS
    )
    only = "" if whole else f" AND ({moment} AT TIME ZONE %(zone)s)::date = ANY(%(days)s)"
    return (
        f"SELECT ({moment} AT TIME ZONE %(zone)s)::date AS day, t.source_id, t.team_id,"
        " CASE WHEN t.team_id IS NULL THEN t.team_name ELSE '' END AS team_name,"
        f" t.channel, t.priority, t.market, label, {columns}"
        f" FROM {tables} CROSS JOIN LATERAL unnest(array_append(t.labels, '')) AS label"
        f" WHERE {moment} >= %(from)s::date::timestamp AT TIME ZONE %(zone)s"
        f" AND {moment} < %(until)s::date::timestamp AT TIME ZONE %(zone)s{only} AND {condition}"
        " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    )


_JOINED: Final = ", ".join(
    f"coalesce(max({name}), '{{}}')" if name in _ARRAYS else f"sum({name})" for name in _PARTS
)


def _insert(*, whole: bool) -> str:
    parts = " UNION ALL ".join(_part(*source, whole) for source in _SOURCES)
    return (
        f"INSERT INTO metrics_rollup ({_DIMENSIONS}, {', '.join(_PARTS)})"
        f" SELECT {_DIMENSIONS}, {_JOINED} FROM ({parts}) AS parts GROUP BY {_DIMENSIONS}"
    )


_INSERT: Final = {whole: _insert(whole=whole) for whole in (True, False)}


def rebuild(days: Sequence[date]) -> None:
    """Make the rollups of these days anew from the tickets. Others that rebuild the same day wait their turn."""
    if not days:
        return
    ordered = sorted(days)
    names: dict[str, Any] = {
        "days": ordered,
        "from": ordered[0],
        "until": ordered[-1] + timedelta(days=1),
        "zone": settings.REPORTING_TIME_ZONE,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for day in ordered:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, day.toordinal()])
        Rollup.objects.filter(day__in=ordered).delete()
        cursor.execute("SELECT set_config('jit', 'off', true)")  # it takes longer than the statement
        cursor.execute(_INSERT[len(ordered) == (ordered[-1] - ordered[0]).days + 1], names)


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
    rebuild(days)
    StaleDay.objects.filter(ticket_import_id=import_id, day__in=days).delete()
    return len(days)
