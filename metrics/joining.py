"""The tables of a data warehouse in one .zip are rewritten as one CSV: the tickets, with what stands beside them.

    of each table beside the tickets: unpack -> gather ...; of the table of tickets: unpack -> convert ...

A table is unpacked beside the upload, for a packed one cannot be read from the middle. What is kept of those beside the
tickets lies in the lookups (metrics/vendors/lookups.py), so that they take no memory. Rows stand in the CSV at the
lines they have in the table of tickets (docs/decisions/0051-tables-read-together.md).
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from metrics import containers, reading, tables, written
from metrics.containers import FileRefused
from metrics.reading import Layout, Reader, Row
from metrics.vendors import lookups
from metrics.vendors.lookups import Lookups
from metrics.vendors.tables import folded

CHUNK_ROWS: Final = 10_000
SIDE_ROWS: Final = 50_000
CHUNK_BYTES: Final = 32 * 1024**2
SAID_EVERY: Final = 1_000
JOINED_MAX: Final = containers.UNPACKED_MAX
FIRST_BYTES: Final = 2 * 1024**2
FIRST_SIDE_BYTES: Final = 256 * 1024
_OF_ONE: Final = (
    "columns",
    "delimiter",
    "start",
    "first",
    "offset",
    "line",
)  # of the cursor: where it is in a table

Cursor = dict[str, Any]


def first_rows(path: Path, header: list[str], count: int) -> str:
    """The first rows as they will stand in the CSV, with the header before them, as far as the beginnings of the
    tables beside them tell. Raises FileRefused."""
    found, file = tables.found_in(path), io.BytesIO()
    with lookups.kept_in(None) as known:
        for number, (member, group) in enumerate(found.sides.items()):
            columns, rows = _beginning(path, member, FIRST_SIDE_BYTES, SIDE_ROWS)
            readable = (row for row in rows if not row.reason)
            _keep(found.vendor, group, columns, readable, known, number)
        columns, rows = _beginning(path, found.tickets, FIRST_BYTES, count)
        joined = _Joined(file, header, _turning(found.vendor, columns, header, known))
        for row in rows:
            joined.write(row, "")
    return file.getvalue().decode("utf-8", "surrogateescape")


def _beginning(path: Path, member: str, size: int, count: int) -> tuple[list[str], list[Row]]:
    """The columns of a packed table, and its first rows."""
    layout = reading.layout_of(path, member=member, size=tables.HEADER_BYTES)
    with containers.plain_beginning(path, size, member) as file:
        before = layout.line - 1
        start = sum(len(file.readline()) for _line in range(before))
        return layout.header, [*Reader(file, layout, start, layout.line).rows(rows=count, size=size)]


def advance(
    upload: Path, target: Path, header: list[str], cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    """One chunk; the cursor says `rewritten` when the CSV is there. Raises FileRefused."""
    if cursor.get("complete"):
        return _tidied(upload, target, cursor)
    if "plan" not in cursor or not _names(upload).exists():
        return _begin(upload)
    group, member = cursor["plan"][cursor["table"]]
    table = upload.with_suffix(f".table{cursor['table']}")
    if "offset" not in cursor or not table.exists():
        return _unpacked(upload, table, member, cursor, say)
    if group:
        return _gather(upload, table, group, member, cursor, say)
    return _convert(upload, table, target, header, cursor, say)


def _names(upload: Path) -> Path:
    return upload.with_suffix(".names")


def _begin(upload: Path) -> Cursor:
    found, sizes = tables.found_in(upload), containers.members(upload)
    _names(upload).unlink(missing_ok=True)
    with lookups.kept_in(_names(upload)):
        pass
    plan = [*((group, member) for member, group in found.sides.items()), ("", found.tickets)]
    lengths = [sizes[member] for _group, member in plan]
    return {"vendor": found.vendor, "plan": plan, "sizes": lengths, "table": 0, "share": 0.0}


def _unpacked(upload: Path, table: Path, member: str, cursor: Cursor, say: Callable[[], object]) -> Cursor:
    """With the table unpacked; read on where it was when somebody took it away meanwhile."""
    for before in upload.parent.glob(f"{upload.stem}.table*"):
        before.unlink(missing_ok=True)
    containers.unpack(upload, table, member=member, still_here=say)
    layout = reading.layout_of(table)
    place = {"start": layout.start, "first": layout.line, "offset": layout.start, "line": layout.line}
    return {"columns": layout.header, "delimiter": layout.delimiter, **place, **cursor}


def _gather(
    upload: Path, table: Path, group: str, member: str, cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    """Keep the next rows of a table beside the tickets. One that cannot be read would leave tickets wrong, unseen."""
    with table.open("rb") as file, lookups.kept_in(_names(upload)) as known:
        reader = _reader(file, cursor)
        rows = _readable(_saying(reader.rows(rows=SIDE_ROWS, size=CHUNK_BYTES), say), member)
        _keep(cursor["vendor"], group, cursor["columns"], rows, known, cursor["table"])
    if not reader.at_end:
        return _at(reader, cursor)
    after = {name: value for name, value in cursor.items() if name not in _OF_ONE}
    return {**after, "table": cursor["table"] + 1}


def _saying(rows: Iterable[Row], say: Callable[[], object]) -> Iterable[Row]:
    """The same; now and then says that it is still at work, before its transaction is taken for forgotten."""
    for number, row in enumerate(rows):
        if number % SAID_EVERY == 0:
            say()
        yield row


def _check_size(size: int) -> None:
    """A ticket told many times over, beside thousands of rows of its own, would fill the disk."""
    if size > JOINED_MAX:
        raise FileRefused(
            _(
                "The tickets make more than %(size)s MB with what stands beside them: that is more than is read. See"
                " whether the table of tickets has the same id again and again."
            )
            % {"size": JOINED_MAX // 1024**2}
        )


def _readable(rows: Iterable[Row], member: str) -> Iterable[Row]:
    for row in rows:
        if row.reason:
            raise FileRefused(
                _(
                    "Line %(line)s of “%(file)s” cannot be read: a quote is not closed, or it has more or fewer cells"
                    " than its header. Nothing was imported."
                )
                % {"line": row.line, "file": member[-60:]}
            )
        yield row


def _keep(
    vendor: str, group: str, columns: list[str], rows: Iterable[Row], known: Lookups, table: int
) -> None:
    kept, names = tables.VENDORS[vendor].kept, [*map(folded, columns)]
    for row in rows:
        if (told := kept(group, dict(zip(names, row.cells, strict=True)))) is not None:
            known.add(group, told, f"{table}:{row.line}")


def _convert(
    upload: Path, table: Path, target: Path, header: list[str], cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    """Write the next tickets behind those that are written."""
    part = written.part_of(target)
    if not part.exists() or part.stat().st_size < cursor.get("written", 0):
        cursor = {**cursor, "offset": cursor["start"], "line": cursor["first"], "written": 0}
        part.write_bytes(b"")
    with table.open("rb") as file, part.open("r+b") as out, lookups.kept_in(_names(upload)) as known:
        out.seek(cursor.get("written", 0))
        out.truncate()
        reader = _reader(file, cursor)
        turn = _turning(cursor["vendor"], cursor["columns"], header, known)
        joined = _Joined(out, header, turn, cursor["line"] if cursor.get("written") else 1)
        for row in _saying(reader.rows(rows=CHUNK_ROWS, size=CHUNK_BYTES), say):
            joined.write(row, _text(table, row) if row.reason else "")
            _check_size(out.tell())
        joined.to(reader.line)
        after = {**_at(reader, cursor), "written": out.tell()}
        out.flush()
        os.fsync(out.fileno())
    return {**after, "complete": reader.at_end}


def _tidied(upload: Path, target: Path, cursor: Cursor) -> Cursor:
    """A step of its own: what it takes away nobody needs, should the worker die before that is committed."""
    part = written.part_of(target)
    os.truncate(part, cursor["written"])
    part.replace(target)
    for place in (_names(upload), *upload.parent.glob(f"{upload.stem}.table*")):
        place.unlink(missing_ok=True)
    return {"rewritten": target.name}


def _reader(file: IO[bytes], cursor: Cursor) -> Reader:
    return Reader(
        file, Layout(cursor["delimiter"], cursor["columns"], 0, 0), cursor["offset"], cursor["line"]
    )


def _at(reader: Reader, cursor: Cursor) -> Cursor:
    sizes, table = cursor["sizes"], cursor["table"]
    share = (sum(sizes[:table]) + min(reader.offset, sizes[table])) / max(1, sum(sizes))
    return {**cursor, "offset": reader.offset, "line": reader.line, "share": share}


def _text(table: Path, row: Row) -> str:
    with table.open("rb") as file:
        file.seek(row.offset)
        return reading.decode(file.read(min(row.length, 20_000)))[0].replace("\0", "")


def _turning(
    vendor: str, own: list[str], header: list[str], known: Lookups
) -> Callable[[list[str]], list[str]]:
    """A function from the cells of a ticket to its cells in the CSV."""
    told, names = tables.VENDORS[vendor], [*map(folded, own)]
    at = {name: place for place, name in reversed([*enumerate(map(folded, header))])}

    def turn(cells: list[str]) -> list[str]:
        joined = [*cells, *[""] * (len(header) - len(own))]
        for name, value in told.cells(dict(zip(names, cells, strict=True)), known).items():
            place = at.get(name)
            if place is not None and (name in told.PEOPLE or (value and not joined[place])):
                joined[place] = value
        return joined

    return turn


class _Joined:
    """The CSV as it is written. `line`: at which line the next row will stand."""

    def __init__(
        self, file: IO[bytes], header: list[str], turn: Callable[[list[str]], list[str]], line: int = 1
    ) -> None:
        self.file, self.header, self.turn, self.line = file, header, turn, line
        if line == 1:
            self._write(header)

    def write(self, row: Row, text: str) -> None:
        """A row at the line it has in its table; of one that cannot be read its text."""
        self.to(row.line)
        self._write(
            written.broken(row.reason, text, len(self.header)) if row.reason else self.turn(row.cells)
        )

    def to(self, line: int) -> None:
        """Blank lines up to there."""
        self.file.write(b"\n" * max(0, line - self.line))
        self.line = max(line, self.line)

    def _write(self, cells: list[str]) -> None:
        raw = written.line(cells)
        self.file.write(raw)
        self.line += raw.count(b"\n")
