"""The rows of weeks and of blocks of weeks, added up out of the cells of their days.

They are what long periods are read from, and hold nothing that the days do not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from metrics import histograms
from metrics.counting import LOGS
from metrics.sums import LABELS, PLACE, Found, found, insert, prepare, same, sums
from metrics.weeks import BLOCK_SQL, MONDAY_SQL, OF_ALL, WEEKS, block_of, monday_of

_AT: Final = same(f"day, {PLACE}")
_BOTH_KINDS: Final = "kind IN ('labels', 'fine')"  # named, so that the index by kind and day is used
# The weeks that are added up, and their blocks.
_MADE: Final = (
    f"weeks IN (1, {OF_ALL}) AND day = ANY(%(mondays)s) OR"
    f" weeks IN ({WEEKS}, {WEEKS * OF_ALL}) AND day = ANY(%(blocks)s)"
)
_OR_NONE: Final = "coalesce(market, ''), coalesce(labels, '{}')"
_CELLS: Final = (
    f"metrics_cell WHERE day >= %(monday)s AND day < %(after)s AND {MONDAY_SQL} = ANY(%(mondays)s)"
)
_OWN: Final = " AND source_id = %(source)s"
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


def _week_cells(cells: str, parts: dict[str, str]) -> str:
    """Both kinds of WeekCell in one pass over the cells: by the set of labels, and by priority and market."""
    place = f"{PLACE}, monday"
    return (
        f"INSERT INTO metrics_weekcell ({', '.join((PLACE, 'day, weeks, kind, priority, market, labels', *parts))})"
        f" SELECT {place}, 1, CASE GROUPING(labels) WHEN 0 THEN 'labels' ELSE 'fine' END, coalesce(priority, ''),"
        f" {', '.join((_OR_NONE, *parts.values()))}"
        f" FROM (SELECT *, {MONDAY_SQL} AS monday FROM {cells}) AS cell"
        f" GROUP BY GROUPING SETS (({place}, labels), ({place}, priority, market))"
    )


def _blocks(table: str, columns: str, weeks: str) -> str:
    """Blocks of weeks out of their weeks, of which some may stay as they are."""
    of_block = {"day": BLOCK_SQL, "weeks": str(WEEKS), **same(f"{PLACE}, {columns}")}
    of_its = f"(SELECT * FROM metrics_{table} WHERE weeks = 1 AND {weeks}) AS week"
    return insert(table, of_block, of_its, sums())


def _of_all(table: str, columns: str, weeks: str) -> str:
    """Of these weeks and blocks those of all teams and channels together."""
    nowhere = {"team_name": "''", "channel": "''"}
    together = {"day": "day", "weeks": f"weeks * {OF_ALL}", **same(f"source_id, {columns}"), **nowhere}
    return insert(table, together, f"(SELECT * FROM metrics_{table} WHERE {weeks}) AS place", sums())


def _statements(own: str, there: Found) -> tuple[str, ...]:
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
        _week_cells(f"{_CELLS}{own}", there.sums),
        _blocks("weekcell", "kind, priority, market, labels", f"{_BOTH_KINDS} AND {of_blocks}"),
        _of_all("weekcell", "kind, priority, market, labels", f"{_BOTH_KINDS} AND {made}"),
        f"DELETE FROM metrics_week WHERE {old}",
        insert("week", {**_AT, "weeks": "1", "label": "label"}, f"{sets}, {LABELS}", sums(there.parts)),
        _blocks("week", "label", of_blocks),
        _of_all("week", "label", f"({made}) OR ({plain})"),
    )


def names_of(days: Collection[date], source_id: int | None) -> dict[str, Any]:
    """What the statements need to be told of the weeks that these days lie in, of one source or of all."""
    mondays = sorted({monday_of(day) for day in days})
    blocks = sorted({block_of(monday) for monday in mondays})
    return {
        "mondays": mondays,
        "monday": mondays[0],
        "after": mondays[-1] + timedelta(days=7),
        "blocks": blocks,
        "mondays_of_blocks": [block + timedelta(weeks=n) for block in blocks for n in range(WEEKS)],
        "source": source_id,
    }


def make(cursor: CursorWrapper, names: dict[str, Any], there: Found | None = None) -> None:
    """Add up these weeks (`names_of`) and their blocks anew. The blocks are locked already (metrics/week_locks.py).
    `there`: what is known to be in their cells."""
    prepare(cursor)
    own = "" if names["source"] is None else _OWN
    there = there or found(cursor, f"{_CELLS}{own}", names, each=MONDAY_SQL)
    for statement in _statements(own, there):
        cursor.execute(statement, names)
    _pack(cursor, names)


def _pack(cursor: CursorWrapper, names: dict[str, Any]) -> None:
    for table in _WEEKS:
        cursor.execute(_LONG[table], {**names, "long": PACKED_FROM_BYTES})
        packed = [
            (*(log and (histograms.packed(log) if len(log) > PACKED_FROM_BYTES else log) for log in logs), pk)
            for pk, *logs in cursor.fetchall()
        ]
        cursor.executemany(_PACKED[table], packed)
