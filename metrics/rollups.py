"""Rebuilds the rollups of days: delete and insert, under a lock of each day, so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from metrics import backlog_rows
from metrics.counting import LOGS, PARTS, part_sql
from metrics.models import Backlog, Cell, Import, Rollup, Slice, Source, StaleDay

LOCK_SPACE: Final = 0x534F  # advisory locks (this, day number) are the rollups'
BATCH_DAYS: Final = 31
_PLACE: Final = "source_id, team_id, team_name, channel"
_CELL: Final = f"day, {_PLACE}, priority, market, labels"
_LEVELS: Final = (Cell, Rollup, Slice, Backlog)


def _added(name: str) -> str:
    if name in LOGS:
        return f"coalesce(string_agg({name}, ''), '')"
    return f"coalesce(sum({name}), 0)"


def _insert(table: str, columns: dict[str, str], tables: str) -> str:
    """Add up into one table: its dimensions as name and expression, and every part."""
    by = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return (
        f"INSERT INTO metrics_{table} ({', '.join((*columns, *PARTS))})"
        f" SELECT {', '.join((*columns.values(), *map(_added, PARTS)))} FROM {tables} GROUP BY {by}"
    )


def _same(columns: str) -> dict[str, str]:
    return {name: name for name in columns.split(", ")}


def _statements(*, whole: bool, one: bool) -> tuple[str, ...]:
    """The levels one after the other; each coarser one is added up from a finer one where that is possible."""
    mine = "day = ANY(%(days)s)" + (" AND source_id = %(source)s" if one else "")
    place, agents, macros = (
        _same(f"day, {_PLACE}"),
        "part WHERE agent <> ''",
        "part, unnest(macro_keys) AS macro",
    )
    return (
        "DROP TABLE IF EXISTS part",
        f"CREATE TEMP TABLE part ON COMMIT DROP AS {part_sql(whole=whole, one=one)}",
        _insert("cell", _same(_CELL), "part"),
        _insert(
            "rollup", {**place, "label": "label"},
            f"(SELECT * FROM metrics_cell WHERE {mine}) AS cell, unnest(array_append(labels, '')) AS label",
        ),
        _insert("slice", {**place, "kind": "'agent'", "key": "agent"}, agents),
        _insert("slice", {**place, "kind": "'macro'", "key": "macro"}, macros),
        backlog_rows.insert_sql(whole=whole, one=one),
    )  # fmt: skip


_STATEMENTS: Final = {
    (whole, one): _statements(whole=whole, one=one) for whole in (True, False) for one in (True, False)
}


def rebuild(days: Sequence[date], source_id: int | None = None) -> None:
    """Make the rollups of these days anew from the tickets, of one source or of all.

    Others that rebuild the same day wait their turn. Days whose tickets were purged stay as they are.
    """
    if source_id is None and days and Source.objects.filter(figures_frozen_before__gt=min(days)).exists():
        for each in Source.objects.order_by("pk"):
            rebuild(days, each.pk)
        return
    if source_id is not None:
        frozen = Source.objects.values_list("figures_frozen_before", flat=True).get(pk=source_id)
        days = [day for day in days if frozen is None or day >= frozen]
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
        "telling_reopened": [
            *Source.objects.filter(provides__contains=["reopened_at"]).values_list("pk", flat=True)
        ],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, day) FROM unnest(%s::int[]) AS day ORDER BY day",
                       [LOCK_SPACE, [day.toordinal() for day in ordered]])  # fmt: skip
        for level in _LEVELS:
            old = level.objects.filter(day__in=ordered)
            (old if source_id is None else old.filter(source=source_id)).delete()
        # Compiling takes longer than the statement; grouping in memory is faster than by sorting.
        cursor.execute("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")
        for statement in _STATEMENTS[whole, source_id is not None]:
            cursor.execute(statement, names)


def stale_days(import_id: int | None) -> int:
    """How many days an import (None: the passing of time) has left behind."""
    return StaleDay.objects.filter(ticket_import_id=import_id).count()


def catch_up(import_id: int | None) -> int:
    """Rebuild the next days that are behind, and that nobody else has in hand. Returns how many."""
    behind = StaleDay.objects.filter(ticket_import_id=import_id)
    free = [*behind.order_by("day").select_for_update(skip_locked=True)[:BATCH_DAYS]]
    days = [stale.day for stale in free if stale.day < free[0].day + timedelta(days=BATCH_DAYS)]
    if not days:
        return 0
    rebuild(days, Import.objects.get(pk=import_id).source_id if import_id else None)
    behind.filter(day__in=days).delete()
    if not behind.exists():
        refresh_facets()
    return len(days)


def catch_up_twofold(import_id: int, *, still_here: Callable[[], None]) -> None:
    """Rebuild the next days and, on a connection of its own, those after them.

    What the other commits is right by itself, whatever becomes of the transaction here: days that are not marked any
    more are as the tickets are. `still_here` is called now and then while the other is waited for.
    """
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_catch_up_apart, import_id)
        catch_up(import_id)
        while wait([other], timeout=5).not_done:
            still_here()
    if other.result() and not stale_days(import_id):
        refresh_facets()


def _catch_up_apart(import_id: int) -> int:
    try:
        with transaction.atomic():
            return catch_up(import_id)
    finally:
        connection.close()


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
