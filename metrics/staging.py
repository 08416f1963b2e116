"""One chunk of rows on its way into the database: a temporary table of text, in the neutral columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final

from django.db import connection

from metrics import histories, schema
from metrics.admitting import Door
from metrics.mapping import FileMapping
from metrics.reading import Row
from metrics.schema import Kind
from metrics.stamps import Turn, turning
from metrics.vendors.cells import clock, seconds

Cells = list[str]  # "" is none
Convert = Callable[[Row], Cells]
TEXTS: Final = ("subject", "body")
COLUMNS: Final = ("line", *schema.NAMES, "raw_status", "labels_more", "custom")
_PERSONAL: Final = ("requester", *TEXTS, "custom")
BLOCK: Final = 512 * 1024
# Between cells, because hardly a cell has it: a row whose cells have no mark, quote or line end is written by a join.
_MARK: Final = "\x1f"


@dataclass(frozen=True)
class Neutral:
    """How the rows of a file become cells. `columns`: those of COLUMNS that it fills, after the line."""

    columns: tuple[str, ...]
    convert: Convert


def create_incoming() -> None:
    """The table, empty, gone with the transaction: nothing of it need outlive the chunk."""
    columns = ", ".join(f"{name} text" for name in COLUMNS if name != "line")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(f"CREATE TEMP TABLE incoming (line bigint, {columns}) ON COMMIT DROP")


def copy_in(columns: tuple[str, ...], blocks: Iterable[bytes]) -> None:
    """Stream rows with these columns, as `written` gives them, into the table."""
    order = f"COPY incoming ({', '.join(('line', *columns))}) FROM STDIN (FORMAT csv, DELIMITER '{_MARK}')"
    with connection.cursor() as cursor, cursor.copy(order) as copy:
        for block in blocks:
            copy.write(block)


def written(rows: Iterable[Row], convert: Convert) -> Iterator[bytes]:
    """The rows with their lines, in blocks as COPY takes them."""
    done: list[str] = []
    size = 0
    for row in rows:
        cells = convert(row)
        text = _MARK.join(cells)
        if '"' in text or "\n" in text or "\r" in text or text.count(_MARK) >= len(cells):
            text = _quoted(cells)
        done.append(f"{row.line}{_MARK}{text}\n")
        size += len(text)
        if size > BLOCK:
            yield "".join(done).encode()
            done.clear()
            size = 0
    yield "".join(done).encode()


def _quoted(cells: Cells) -> str:
    buffer = io.StringIO()
    # What ends a line is also what the writer quotes a cell for.
    csv.writer(buffer, delimiter=_MARK, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()[:-2]


def neutral(mapping: FileMapping, header: list[str], door: Door) -> Neutral:
    """How a row of the file becomes its cells.

    Null markers become nothing, words become ours, and the customer becomes a keyed hash, and free text is masked,
    before anything is written. Of a customer who was erased only the ticket's bare facts are left.
    """
    at = {name: number for number, name in enumerate(header)}
    read = {name: at[head] for name, head in door.let_in(mapping.columns).items() if head in at}
    constants = door.let_in(mapping.constants)
    names = [name for name in schema.NAMES if name in read or name in constants]
    place = {name: number for number, name in enumerate(names)}
    more, extras = _extras(mapping, at, mapping.nulls | {""}, door)
    columns = (*names, "raw_status", *more)
    pick = _picking([read.get(name, len(header)) for name in names], len(header), mapping.nulls - {""})
    changes = [*_changes(mapping, place, constants), *_texts(door, place)]
    status, who = place.get("status"), place.get("requester")
    personal = [number for number, name in enumerate(columns) if name in _PERSONAL]
    # Customers write more than once; what is remembered of them ends with the chunk.
    hashed = lru_cache(None)(door.customer)
    asks = bool(door.erased)

    def convert(row: Row) -> Cells:
        cells = pick(row.cells)
        raw_status = cells[status] if status is not None else ""
        for index, change in changes:
            cells[index] = change(cells[index])
        cells.append(raw_status)
        if more:
            cells += extras(row.cells)
        if who is not None and (customer := cells[who]):
            cells[who] = hashed(customer)
            if asks and door.is_erased(customer):
                for index in personal:
                    cells[index] = ""
        return cells

    return Neutral(columns, convert)


def _picking(indices: list[int], width: int, nulls: frozenset[str]) -> Callable[[list[str]], Cells]:
    """The cells at these places of a row so wide, without null markers; a place beyond it is empty."""
    get = itemgetter(*indices)
    within = get if max(indices) < width else lambda cells: get([*cells, ""])
    if nulls:
        return lambda cells: ["" if cell in nulls else cell for cell in within(cells)]
    return lambda cells: [*within(cells)]


def _changes(
    mapping: FileMapping, place: dict[str, int], constants: dict[str, str]
) -> Iterator[tuple[int, Callable[[str], str]]]:
    """What is done to the picked cells of every row, in this order: which cell, and what becomes of it."""
    turn, statuses = turning(mapping.dates), mapping.values.get("status", {})
    for name, words in mapping.values.items():
        if name in place:
            yield place[name], partial(_translated, words)
    for name, unit in mapping.units.items():
        if name in place and unit != "s":
            yield place[name], in_seconds(unit)
    for name, value in constants.items():
        yield place[name], partial(_filled, value)
    for name in mapping.columns:
        if turn is not None and name in place and schema.BY_NAME[name].kind is Kind.TIME:
            yield place[name], turn
    if "history" in place:
        yield place["history"], partial(_told, statuses, turn)


def _translated(words: dict[str, str], cell: str) -> str:
    return words.get(cell, cell)


def _filled(value: str, cell: str) -> str:
    return cell or value


def _told(statuses: dict[str, str], turn: Turn | None, cell: str) -> str:
    return histories.in_our_words(cell, statuses, turn)


def in_seconds(unit: str) -> Callable[[str], str]:
    """A function from a length in that unit to whole seconds; what it cannot read it leaves as it is."""
    factor = {"s": 1.0, "min": 60.0, "h": 3600.0, "ms": 0.001}.get(unit)

    def measured(cell: str) -> str:
        found = (clock(cell) if factor is None else seconds(cell, factor)) if cell else None
        return cell if found in (None, "") else str(found)

    return measured


def _texts(door: Door, place: dict[str, int]) -> Iterator[tuple[int, Callable[[str], str]]]:
    for name in TEXTS:
        if name in place:
            yield place[name], partial(door.text, name)


def _extras(
    mapping: FileMapping, at: dict[str, int], nulls: frozenset[str], door: Door
) -> tuple[list[str], Callable[[list[str]], Cells]]:
    """The columns beside the schema: labels out of several columns, and columns kept as they are, but masked."""
    labels = [(at[header], prefix) for header, prefix in mapping.labels if header in at]
    custom = [(at[header], header) for header in mapping.custom if header in at]

    def extras(cells: list[str]) -> Cells:
        found = [prefix + cells[i] for i, prefix in labels if cells[i] not in nulls]
        kept = {name: door.masked(cells[i])[:500] for i, name in custom if cells[i] not in nulls}
        return [mapping.separator.join(found), json.dumps(kept) if kept else ""]

    return (["labels_more", "custom"], extras) if labels or custom else ([], lambda cells: [])
