"""Rebuilds the rollups of days: delete and insert, under locks of weeks, so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet
from django.utils import timezone

from metrics import backlog_rows, batches, week_locks, week_rows, weeks_behind
from metrics.counting import part_sql, part_values
from metrics.models import Backlog, Cell, Import, Rollup, Slice, Source, StaleDay
from metrics.sums import LABELS, PLACE, Found, found, insert, prepare, same

_CELL: Final = f"day, {PLACE}, priority, market, labels"
_AT: Final = same(f"day, {PLACE}")


def _statements(own: str, there: Found) -> tuple[str, ...]:
    """The levels of days; each coarser one is added up from a finer one where that is possible."""
    cells = f"(SELECT * FROM metrics_cell WHERE day = ANY(%(days)s){own}) AS cell"
    agents, macros = "part WHERE agent <> ''", "part, unnest(macro_keys) AS macro"
    return (
        # By day, so that the groups of a day that are added up from them next lie together in the processor's cache.
        insert("cell", same(_CELL), "part", there.sums) + " ORDER BY day",
        insert("rollup", {**_AT, "label": "label"}, f"{cells}, {LABELS}", there.sums),
        insert("slice", {**_AT, "kind": "'agent'", "key": "agent"}, agents, there.sums),
        insert("slice", {**_AT, "kind": "'macro'", "key": "macro"}, macros, there.sums),
    )


def _add_up(cursor: CursorWrapper, names: dict[str, Any], *, whole: bool) -> Found:
    """All levels of these days, out of their tickets. Returns what there was."""
    one = names["source"] is not None
    part = part_sql(whole=whole, one=one, named=bool(names["names"]))
    cursor.execute("DROP TABLE IF EXISTS part")
    cursor.execute(f"CREATE TEMP TABLE part ON COMMIT DROP AS {part}", names)
    there = found(cursor, "part", names, each="day")
    for statement in _statements(" AND source_id = %(source)s" if one else "", there):
        cursor.execute(statement, names)
    cursor.execute(backlog_rows.insert_sql(whole=whole, one=one), names)
    return there


def _names(days: Sequence[date], source_id: int | None) -> tuple[list[date], bool, dict[str, Any]]:
    """The days in order, whether none is left out between them, and what the statements need."""
    ordered = sorted(days)
    whole = len(ordered) == (ordered[-1] - ordered[0]).days + 1
    parts = part_values(ordered[0], ordered[-1] + timedelta(days=1))
    return ordered, whole, {"days": ordered, **week_rows.names_of(ordered, source_id), **parts}


def _are_frozen(days: Sequence[date], source_id: int | None) -> bool:
    """Whether sums of any of these days may not be added up anew."""
    sources = Source.objects.all() if source_id is None else Source.objects.filter(pk=source_id)
    return bool(days) and sources.filter(figures_frozen_before__gt=min(days)).exists()


def rebuild(
    days: Sequence[date], source_id: int | None = None, *, waits: bool = True, weeks_later: bool = False
) -> None:
    """Make the rollups of these days anew from the tickets, of one source or of all.

    Others that rebuild days of the same blocks of weeks wait their turn; who does not wait gets Busy. Days whose
    tickets were purged stay as they are, also where that happens meanwhile. `weeks_later`, of one source: their weeks
    are marked as behind (metrics/weeks_behind.py), and only who rebuilds days of the same weeks is waited for.
    """
    if source_id is None and _are_frozen(days, None):
        for each in Source.objects.order_by("pk"):
            rebuild(days, each.pk, waits=waits, weeks_later=weeks_later)
        return
    if source_id is not None:
        frozen = Source.objects.values_list("figures_frozen_before", flat=True).get(pk=source_id)
        days = [day for day in days if frozen is None or day >= frozen]
    if not days:
        return
    with transaction.atomic():
        _make(days, source_id, waits=waits, weeks_later=weeks_later)
        # A purge freezes before it deletes: what some statements did not see any more is told of now.
        overtaken = _are_frozen(days, source_id)
        if overtaken:
            transaction.set_rollback(True)
    if overtaken:
        rebuild(days, source_id, waits=waits, weeks_later=weeks_later)


def _make(days: Sequence[date], source_id: int | None, *, waits: bool, weeks_later: bool) -> None:
    ordered, whole, names = _names(days, source_id)
    with connection.cursor() as cursor:
        if weeks_later:
            week_locks.of_weeks(cursor, names["blocks"], names["mondays"], waits=waits)
            weeks_behind.mark(cursor, names)
        else:
            week_locks.of_blocks(cursor, names["blocks"], waits=waits)
        _forget(ordered, source_id)
        prepare(cursor)
        there = _add_up(cursor, names, whole=whole)
        if not weeks_later:
            # No cell of whole weeks is of before.
            is_all = len(ordered) == 7 * len(names["mondays"])
            week_rows.make(cursor, names, replace(there, most=there.most * 7) if is_all else None)


def _forget(days: Sequence[date], source_id: int | None) -> None:
    """Delete the rows of these days. Where there is neither a cell nor a rollup of the whole there is no other that was
    added up from them: where other sources have many, looking for these takes as long as deleting. A backlog may be
    there by itself, of tickets that came while their days were added up."""
    of = Q(day__in=days) if source_id is None else Q(day__in=days, source=source_id)
    Backlog.objects.filter(of).delete()
    gone, _by_level = Cell.objects.filter(of).delete()
    if gone or Rollup.objects.filter(of, label="").exists():
        Rollup.objects.filter(of).delete()
        Slice.objects.filter(of).delete()


def stale_days(import_id: int | None) -> int:
    """How many days an import (None: the passing of time) has left behind."""
    return StaleDay.objects.filter(ticket_import_id=import_id).count()


def catch_up(import_id: int | None) -> int:
    """Rebuild the next days that are behind, and that nobody else has in hand. Returns how many."""
    behind = StaleDay.objects.filter(ticket_import_id=import_id)
    first = _free(behind).values_list("day", flat=True).first()
    if first is None:
        return 0
    done = _catch_up(behind.filter(day__lt=batches.end(first)), import_id)
    _refresh_facets_at_the_end(import_id)
    return done


def _free(behind: QuerySet[StaleDay]) -> QuerySet[StaleDay]:
    return behind.order_by("day").select_for_update(skip_locked=True)


def _catch_up(
    behind: QuerySet[StaleDay], import_id: int | None, *, waits: bool = True, weeks_later: bool = False
) -> int:
    days = [*_free(behind).values_list("day", flat=True)]
    if days:
        source = Import.objects.get(pk=import_id).source_id if import_id else None
        rebuild(days, source, waits=waits, weeks_later=weeks_later)
        behind.filter(day__in=days).delete()
    return len(days)


def catch_up_twofold(import_id: int, *, still_here: Callable[[], None]) -> int:
    """Rebuild the next days that an import left behind, on two connections, and mark their weeks as behind. Returns how
    many. `still_here` is called now and then meanwhile.

    What the other connection commits is right by itself, whatever becomes of the transaction here: days that are not
    marked any more are as the tickets are.
    """
    behind = StaleDay.objects.filter(ticket_import_id=import_id)
    days = [*behind.order_by("day").values_list("day", flat=True)]
    middle, end = batches.halves(days, Import.objects.get(pk=import_id).source_id)
    done = batches.twofold(
        lambda: _catch_up(behind.filter(day__lt=middle), import_id, weeks_later=True),
        lambda: _catch_up_apart(import_id, middle, end),
        still_here=still_here,
    )
    _refresh_facets_at_the_end(import_id)
    return done


def _catch_up_apart(import_id: int, begins: date, ends: date) -> int:
    later = StaleDay.objects.filter(ticket_import_id=import_id, day__gte=begins, day__lt=ends)
    return _catch_up(later, import_id, waits=False, weeks_later=True)


def _refresh_facets_at_the_end(import_id: int | None) -> None:
    if not stale_days(import_id):
        refresh_facets()


_FACETS: Final = """
INSERT INTO metrics_facet (source_id, team_id, channel, label, created_n, last_day)
SELECT source_id, team_id, channel, label, coalesce(sum(created_n), 0), max(day) FILTER (WHERE day <= %(today)s)
FROM metrics_rollup GROUP BY 1, 2, 3, 4"""


def refresh_facets() -> None:
    """Make the choices that filters offer equal to what the rollups hold, all at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [week_locks.BLOCKS])
        cursor.execute("DELETE FROM metrics_facet")
        cursor.execute(_FACETS, {"today": timezone.localdate()})
