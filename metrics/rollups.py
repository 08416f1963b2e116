"""Rebuilds the rollups of days: delete and insert, under a lock of each day, so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils import timezone

from metrics import backlog_rows, histograms, partitions
from metrics.counting import LOGS, PARTS, part_sql, part_values
from metrics.models import Backlog, Cell, Import, Rollup, Slice, Source, StaleDay
from metrics.weeks import BLOCK, BLOCK_SQL, MONDAY_SQL, OF_ALL, WEEKS, block_of, monday_of

LOCK_SPACE: Final = 0x534F  # advisory locks (this, day number) are the rollups'
# As many days at once as have about so many tickets: planning these statements takes tens of milliseconds, and groups
# that do not fit into memory take twice as long.
BATCH_TICKETS: Final = 60_000
BATCH_WEEKS: Final = 52
_PLACE: Final = "source_id, team_id, team_name, channel"
_CELL: Final = f"day, {_PLACE}, priority, market, labels"
_LEVELS: Final = (Cell, Rollup, Slice, Backlog)


def _sums(parts: Iterable[str], *, few: bool = False) -> dict[str, str]:
    """How these parts are added up, by name. `few`: of few rows a group, whose histograms are joined one by one."""
    joined = "metrics_joined({})" if few else "string_agg({}, '')"
    return {name: (joined if name in LOGS else "sum({})").format(name) for name in parts}


def _insert(table: str, columns: dict[str, str], tables: str, sums: dict[str, str]) -> str:
    """Add up into one table: its dimensions, and the parts, as name and expression."""
    by = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return (
        f"INSERT INTO metrics_{table} ({', '.join((*columns, *sums))})"
        f" SELECT {', '.join((*columns.values(), *sums.values()))} FROM {tables} GROUP BY {by}"
    )


def _same(columns: str) -> dict[str, str]:
    return {name: name for name in columns.split(", ")}


_AT: Final = _same(f"day, {_PLACE}")
_BOTH_KINDS: Final = "kind IN ('labels', 'fine')"  # named, so that the index by kind and day is used
# The weeks that are added up, and their blocks.
_MADE: Final = (
    f"weeks IN (1, {OF_ALL}) AND day = ANY(%(mondays)s) OR"
    f" weeks IN ({WEEKS}, {WEEKS * OF_ALL}) AND day = ANY(%(blocks)s)"
)
_OR_NONE: Final = "coalesce(market, ''), coalesce(labels, '{}')"


def _week_cells(cells: str, sums: dict[str, str]) -> str:
    """Both kinds of WeekCell in one pass over the cells: by the set of labels, and by priority and market."""
    place = f"{_PLACE}, monday"
    return (
        f"INSERT INTO metrics_weekcell ({', '.join((_PLACE, 'day, weeks, kind, priority, market, labels', *sums))})"
        f" SELECT {place}, 1, CASE GROUPING(labels) WHEN 0 THEN 'labels' ELSE 'fine' END, coalesce(priority, ''),"
        f" {', '.join((_OR_NONE, *sums.values()))}"
        f" FROM (SELECT *, {MONDAY_SQL} AS monday FROM {cells}) AS cell"
        f" GROUP BY GROUPING SETS (({place}, labels), ({place}, priority, market))"
    )


def _blocks(table: str, columns: str, weeks: str) -> str:
    """Blocks of weeks out of their weeks, of which some may stay as they are."""
    of_block = {"day": BLOCK_SQL, "weeks": str(WEEKS), **_same(f"{_PLACE}, {columns}")}
    of_its = f"(SELECT * FROM metrics_{table} WHERE weeks = 1 AND {weeks}) AS week"
    return _insert(table, of_block, of_its, _sums(PARTS))


def _of_all(table: str, columns: str, weeks: str) -> str:
    """Of these weeks and blocks those of all teams and channels together."""
    nowhere = {"team_name": "''", "channel": "''"}
    together = {"day": "day", "weeks": f"weeks * {OF_ALL}", **_same(f"source_id, {columns}"), **nowhere}
    return _insert(table, together, f"(SELECT * FROM metrics_{table} WHERE {weeks}) AS place", _sums(PARTS))


def _of_days(own: str, found: _Found) -> tuple[str, ...]:
    """The levels of days; each coarser one is added up from a finer one where that is possible."""
    cells = f"(SELECT * FROM metrics_cell WHERE day = ANY(%(days)s){own}) AS cell"
    agents, macros = "part WHERE agent <> ''", "part, unnest(macro_keys) AS macro"
    return (
        _insert("cell", _same(_CELL), "part", found.sums),
        _insert("rollup", {**_AT, "label": "label"}, f"{cells}, {_LABELS}", found.sums),
        _insert("slice", {**_AT, "kind": "'agent'", "key": "agent"}, agents, found.sums),
        _insert("slice", {**_AT, "kind": "'macro'", "key": "macro"}, macros, found.sums),
    )


_LABELS: Final = "unnest(array_append(labels, '')) AS label"
_CELLS_OF_WEEKS: Final = (
    f"metrics_cell WHERE day >= %(monday)s AND day < %(after)s AND {MONDAY_SQL} = ANY(%(mondays)s)"
)


def _of_weeks(own: str, found: _Found) -> tuple[str, ...]:
    """The levels of weeks and of blocks of weeks."""
    # Fewer rows than the rollups of their days.
    sets = (
        "(SELECT * FROM metrics_weekcell WHERE kind = 'labels' AND weeks = 1 AND day = ANY(%(mondays)s)"
        f"{own}) AS cell"
    )
    old = f"({_MADE}){own}"
    of_blocks = f"day = ANY(%(mondays_of_blocks)s){own}"
    made = f"weeks = {WEEKS} AND day = ANY(%(blocks)s){own}"
    plain = f"label = '' AND weeks = 1 AND day = ANY(%(mondays)s){own}"  # what a line over time is drawn of
    return (
        f"DELETE FROM metrics_weekcell WHERE {_BOTH_KINDS} AND {old}",
        _week_cells(f"{_CELLS_OF_WEEKS}{own}", found.sums),
        _blocks("weekcell", "kind, priority, market, labels", f"{_BOTH_KINDS} AND {of_blocks}"),
        _of_all("weekcell", "kind, priority, market, labels", f"{_BOTH_KINDS} AND {made}"),
        f"DELETE FROM metrics_week WHERE {old}",
        _insert("week", {**_AT, "weeks": "1", "label": "label"}, f"{sets}, {_LABELS}", _sums(found.parts)),
        _blocks("week", "label", of_blocks),
        _of_all("week", "label", f"({made}) OR ({plain})"),
    )


# string_agg takes a kilobyte for each group and histogram, and most groups are of a contact or two. Joining them one by
# one takes the square of their number.
_FEW: Final = 20_000


@dataclass(frozen=True)
class _Found:
    """Those parts that any of the rows has (adding up a column takes as long where it is NULL all over, and few sources
    tell of everything), and how many rows a day, or a week, has at most."""

    parts: tuple[str, ...]
    most: int

    @property
    def sums(self) -> dict[str, str]:
        return _sums(self.parts, few=self.most <= _FEW)


def _found(cursor: CursorWrapper, rows: str, names: dict[str, Any], *, each: str) -> _Found:
    has = ", ".join(f"bool_or({part})" for part in PARTS)
    each_has = ", ".join(f"count({part}) > 0 AS {part}" for part in PARTS)
    cursor.execute(
        f"SELECT max(n), {has} FROM (SELECT count(*) AS n, {each_has} FROM {rows} GROUP BY {each}) AS each",
        names,
    )
    most, *there = cursor.fetchone()
    return _Found(tuple(part for part, is_there in zip(PARTS, there, strict=True) if is_there), most or 0)


def _add_up(cursor: CursorWrapper, names: dict[str, Any], *, whole: bool, one: bool) -> None:
    """All levels, out of the tickets of these days."""
    own = " AND source_id = %(source)s" if one else ""
    part = part_sql(whole=whole, one=one, named=bool(names["names"]))
    cursor.execute("DROP TABLE IF EXISTS part")
    cursor.execute(f"CREATE TEMP TABLE part ON COMMIT DROP AS {part}", names)
    found = _found(cursor, "part", names, each="day")
    for statement in _of_days(own, found):
        cursor.execute(statement, names)
    if len(names["days"]) == 7 * len(names["mondays"]):
        found = _Found(found.parts, found.most * 7)  # no cell of these weeks is of before
    else:
        found = _found(cursor, f"{_CELLS_OF_WEEKS}{own}", names, each=MONDAY_SQL)
    for statement in _of_weeks(own, found):
        cursor.execute(statement, names)
    cursor.execute(backlog_rows.insert_sql(whole=whole, one=one), names)


def _names(days: Sequence[date], source_id: int | None) -> tuple[list[date], bool, dict[str, Any]]:
    """The days in order, whether none is left out between them, and what the statements need."""
    ordered = sorted(days)
    whole = len(ordered) == (ordered[-1] - ordered[0]).days + 1
    mondays = sorted({monday_of(day) for day in ordered})
    blocks = sorted({block_of(monday) for monday in mondays})
    names: dict[str, Any] = {
        "days": ordered,
        "mondays": mondays,
        "monday": mondays[0],
        "after": mondays[-1] + timedelta(days=7),
        "blocks": blocks,
        "mondays_of_blocks": [block + timedelta(weeks=n) for block in blocks for n in range(WEEKS)],
        "source": source_id,
        **part_values(ordered[0], ordered[-1] + timedelta(days=1)),
    }
    return ordered, whole, names


_LOCK: Final = "SELECT pg_advisory_xact_lock(%s, day) FROM unnest(%s::int[]) AS day ORDER BY day"
_TRY_LOCK: Final = "SELECT bool_and(pg_try_advisory_xact_lock(%s, day)) FROM unnest(%s::int[]) AS day"


class Busy(Exception):
    """Somebody else is adding up some of these blocks of weeks."""


def _are_frozen(days: Sequence[date], source_id: int | None) -> bool:
    """Whether sums of any of these days may not be added up anew."""
    sources = Source.objects.all() if source_id is None else Source.objects.filter(pk=source_id)
    return bool(days) and sources.filter(figures_frozen_before__gt=min(days)).exists()


def rebuild(days: Sequence[date], source_id: int | None = None, *, waits: bool = True) -> None:
    """Make the rollups of these days anew from the tickets, of one source or of all.

    Others that rebuild days of the same blocks of weeks wait their turn; who does not wait gets Busy. Days whose
    tickets were purged stay as they are, also where that happens meanwhile.
    """
    if source_id is None and _are_frozen(days, None):
        for each in Source.objects.order_by("pk"):
            rebuild(days, each.pk, waits=waits)
        return
    if source_id is not None:
        frozen = Source.objects.values_list("figures_frozen_before", flat=True).get(pk=source_id)
        days = [day for day in days if frozen is None or day >= frozen]
    if not days:
        return
    with transaction.atomic():
        _make(days, source_id, waits=waits)
        # A purge freezes before it deletes: what some statements did not see any more is told of now.
        overtaken = _are_frozen(days, source_id)
        if overtaken:
            transaction.set_rollback(True)
    if overtaken:
        rebuild(days, source_id, waits=waits)


def _make(days: Sequence[date], source_id: int | None, *, waits: bool) -> None:
    ordered, whole, names = _names(days, source_id)
    with connection.cursor() as cursor:
        # The days of a block are added up by one at a time, who then sees what the others made of theirs.
        cursor.execute(
            _LOCK if waits else _TRY_LOCK, [LOCK_SPACE, [block.toordinal() for block in names["blocks"]]]
        )
        if not waits and not cursor.fetchone()[0]:
            raise Busy
        for level in _LEVELS:
            old = level.objects.filter(day__in=ordered)
            (old if source_id is None else old.filter(source=source_id)).delete()
        # Compiling takes longer than the statement; grouping in memory is faster than by sorting.
        cursor.execute("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")
        _add_up(cursor, names, whole=whole, one=source_id is not None)
        _pack(cursor, names)


def stale_days(import_id: int | None) -> int:
    """How many days an import (None: the passing of time) has left behind."""
    return StaleDay.objects.filter(ticket_import_id=import_id).count()


# Histograms of weeks that have so many bytes (two a contact) are packed: a year would else be read contact by contact.
PACKED_FROM_BYTES: Final = 4096
_WEEKS: Final = {"week": "", "weekcell": f"{_BOTH_KINDS} AND "}
_LONG: Final = {
    table: f"SELECT id, {', '.join(LOGS)} FROM metrics_{table} WHERE {kinds}({_MADE})"
    f" AND greatest({', '.join(f'length({name})' for name in LOGS)}) > %(long)s"
    for table, kinds in _WEEKS.items()
}
_PACKED: Final = {
    table: f"UPDATE metrics_{table} SET {', '.join(f'{name} = %s' for name in LOGS)} WHERE id = %s"
    for table in _WEEKS
}


def _pack(cursor: CursorWrapper, names: dict[str, Any]) -> None:
    for table in _WEEKS:
        cursor.execute(_LONG[table], {**names, "long": PACKED_FROM_BYTES})
        packed = [
            (*(log and (histograms.packed(log) if len(log) > PACKED_FROM_BYTES else log) for log in logs), pk)
            for pk, *logs in cursor.fetchall()
        ]
        cursor.executemany(_PACKED[table], packed)


def weeks_at_once(first: date) -> int:
    """How many weeks from this day on have BATCH_TICKETS, as far as the statistics of its month tell."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [partitions.name_of(first)])
        found = cursor.fetchone()
    a_week = max(found[0] if found else 0, 0) * 7 / 30
    return max(1, min(BATCH_WEEKS, int(BATCH_TICKETS / max(a_week, 1))))


def batch_end(first: date) -> date:
    """The day before which the days from this one on are added up together: the end of a week, since weeks are added up
    as a whole, and of a block where it reaches that far."""
    after = monday_of(first) + timedelta(weeks=weeks_at_once(first))
    return block_of(after) if block_of(after) > first else after


def catch_up(import_id: int | None) -> int:
    """Rebuild the next days that are behind, and that nobody else has in hand. Returns how many."""
    return _catch_up(StaleDay.objects.filter(ticket_import_id=import_id), import_id)


def _catch_up(behind: QuerySet[StaleDay], import_id: int | None, *, waits: bool = True) -> int:
    free = behind.order_by("day").select_for_update(skip_locked=True)
    first = free.values_list("day", flat=True).first()
    if first is None:
        return 0
    days = [*free.filter(day__lt=batch_end(first)).values_list("day", flat=True)]
    rebuild(days, Import.objects.get(pk=import_id).source_id if import_id else None, waits=waits)
    behind.filter(day__in=days).delete()
    if not stale_days(import_id):
        refresh_facets()
    return len(days)


def catch_up_twofold(import_id: int, *, still_here: Callable[[], None]) -> None:
    """Rebuild the next days and, on a connection of its own, those after them.

    What the other commits is right by itself, whatever becomes of the transaction here: days that are not marked any
    more are as the tickets are. It waits for nobody, since it is waited for here by one who holds locks: the database
    would not see the ring of two imports that wait for each other. `still_here` is called now and then meanwhile.
    """
    behind = StaleDay.objects.filter(ticket_import_id=import_id)
    days = [*behind.order_by("day").values_list("day", flat=True)]
    # Both would wait for each other's block.
    middle = block_of(min(batch_end(days[0]) + BLOCK - timedelta(days=1), days[len(days) // 2]))
    middle = max(middle, block_of(days[0]) + BLOCK)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_catch_up_apart, import_id, middle)
        _catch_up(behind.filter(day__lt=middle), import_id)
        while wait([other], timeout=1).not_done:
            still_here()
    if other.result() and not stale_days(import_id):
        refresh_facets()


def _catch_up_apart(import_id: int, begins: date) -> int:
    try:
        with transaction.atomic():
            later = StaleDay.objects.filter(ticket_import_id=import_id, day__gte=begins)
            return _catch_up(later, import_id, waits=False)
    except Busy:
        return 0  # they stay marked, and their turn comes
    finally:
        connection.close()


_FACETS: Final = """
INSERT INTO metrics_facet (source_id, team_id, channel, label, created_n, last_day)
SELECT source_id, team_id, channel, label, coalesce(sum(created_n), 0), max(day) FILTER (WHERE day <= %(today)s)
FROM metrics_rollup GROUP BY 1, 2, 3, 4"""


def refresh_facets() -> None:
    """Make the choices that filters offer equal to what the rollups hold, all at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
        cursor.execute("DELETE FROM metrics_facet")
        cursor.execute(_FACETS, {"today": timezone.localdate()})
