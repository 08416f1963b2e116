"""One chunk of rows on its way into the database: a temporary table of text, in the neutral columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from metrics import histories, requesters, schema
from metrics.admitting import Door
from metrics.mapping import FileMapping
from metrics.reading import Row
from metrics.schema import Kind
from metrics.stamps import turning
from metrics.vendors.cells import clock, seconds

Cells = list[str | None]
REQUESTER: Final = schema.NAMES.index("requester")
TEXTS: Final = ("subject", "body")
STATUS: Final = schema.NAMES.index("status")
HISTORY: Final = schema.NAMES.index("history")
COLUMNS: Final = ("line", *schema.NAMES, "raw_status", "labels_more", "custom")
_PERSONAL: Final = [COLUMNS.index(name) - 1 for name in ("requester", *TEXTS, "custom")]
_COPY: Final = f"COPY incoming ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"
BLOCK: Final = 512 * 1024


def create_incoming() -> None:
    """The table, empty, gone with the transaction: nothing of it need outlive the chunk."""
    columns = ", ".join(f"{name} text" for name in COLUMNS if name != "line")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(f"CREATE TEMP TABLE incoming (line bigint, {columns}) ON COMMIT DROP")


def copy_in(blocks: Iterable[bytes]) -> None:
    """Stream rows, as `written` gives them, into the table."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for block in blocks:
            copy.write(block)


def written(rows: Iterable[tuple[int, Cells]]) -> Iterator[bytes]:
    """Rows (line, cells as `neutral` gives them) in blocks as COPY takes them. None is written as nothing."""
    buffer = io.StringIO()
    write = csv.writer(buffer, lineterminator="\r\n").writerow
    for line, cells in rows:
        write((line, *cells))
        if buffer.tell() > BLOCK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def neutral(mapping: FileMapping, header: list[str], door: Door) -> Callable[[Row], Cells]:
    """A function from a row of the file to its cells in the order of COLUMNS (without the line).

    Null markers become None, words become ours, and the customer becomes a keyed hash, and free text is masked, before
    anything is written. Of a customer who was erased only the ticket's bare facts are left.
    """
    at = {name: number for number, name in enumerate(header)}
    nothing = len(header)
    read = door.let_in(mapping.columns)
    pick = itemgetter(*(at.get(read.get(name, ""), nothing) for name in schema.NAMES))
    nulls = frozenset({"", *mapping.nulls})
    words = [(schema.NAMES.index(name), table) for name, table in mapping.values.items()]
    constants = [(schema.NAMES.index(name), value) for name, value in door.let_in(mapping.constants).items()]
    lengths = _lengths(mapping)
    more = _extras(mapping, at, nulls, door)
    texts = [(schema.NAMES.index(name), name) for name in TEXTS if name in read]
    turn, erased = _moments(mapping), bool(door.erased)
    # Customers write more than once; what is remembered of them ends with the chunk.
    hashed = lru_cache(None)(partial(requesters.hashed, key=door.key))

    def convert(row: Row) -> Cells:
        cells: Cells = [None if cell in nulls else cell for cell in pick([*row.cells, ""])]
        raw_status = cells[STATUS]
        for index, table in words:
            cells[index] = table.get(cells[index] or "", cells[index]) or None
        for index, measured in lengths:
            cells[index] = measured(cells[index])
        for index, value in constants:
            cells[index] = cells[index] or value
        if turn is not None:
            turn(cells)
        for index, name in texts:
            cells[index] = door.text(name, cells[index] or "") or None
        who = cells[REQUESTER]
        if who:
            cells[REQUESTER] = hashed(who)
        cells.append(raw_status)
        cells += more(row)
        if erased and who and door.is_erased(who):
            _forget(cells)
        return cells

    return convert


def _moments(mapping: FileMapping) -> Callable[[Cells], None] | None:
    """What writes the stamps of a row as ISO 8601, and its history in our words; None when all of it is so already."""
    turn, statuses = turning(mapping.dates), mapping.values.get("status", {})
    times = [schema.NAMES.index(name) for name in mapping.columns if _is_time(name)] if turn else []
    if "history" not in mapping.columns and not times:
        return None

    def written(cells: Cells) -> None:
        for index in times:
            cells[index] = (turn(cells[index] or "") if turn else cells[index]) or None
        if told := cells[HISTORY]:
            cells[HISTORY] = histories.in_our_words(told, statuses, turn)

    return written


def _is_time(name: str) -> bool:
    return schema.BY_NAME[name].kind is Kind.TIME


def _lengths(mapping: FileMapping) -> list[tuple[int, Callable[[str | None], str | None]]]:
    """The columns whose lengths are no seconds yet: which, and how to make seconds of them."""
    other = {name: unit for name, unit in mapping.units.items() if unit != "s"}
    return [(schema.NAMES.index(name), in_seconds(unit)) for name, unit in other.items()]


def in_seconds(unit: str) -> Callable[[str | None], str | None]:
    """A function from a length in that unit to whole seconds; what it cannot read it leaves as it is."""
    factor = {"s": 1.0, "min": 60.0, "h": 3600.0, "ms": 0.001}.get(unit)

    def measured(cell: str | None) -> str | None:
        if cell is None:
            return None
        found = clock(cell) if factor is None else seconds(cell, factor)
        return cell if found in (None, "") else str(found)

    return measured


def _forget(cells: Cells) -> None:
    """Take out of a row what tells of its customer."""
    for index in _PERSONAL:
        cells[index] = None


def _extras(
    mapping: FileMapping, at: dict[str, int], nulls: frozenset[str], door: Door
) -> Callable[[Row], Cells]:
    """The two columns beside the schema: labels out of several columns, and columns kept as they are, but masked."""
    labels = [(at[header], prefix) for header, prefix in mapping.labels if header in at]
    custom = [(at[header], header) for header in mapping.custom if header in at]
    if not labels and not custom:
        return lambda row: [None, None]

    def extras(row: Row) -> Cells:
        found = [prefix + row.cells[i] for i, prefix in labels if row.cells[i] not in nulls]
        kept: dict[str, Any] = {
            name: door.masked(row.cells[i])[:500] for i, name in custom if row.cells[i] not in nulls
        }
        return [mapping.separator.join(found) or None, json.dumps(kept) if kept else None]

    return extras
