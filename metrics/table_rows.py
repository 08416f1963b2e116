"""The rows of one table of a warehouse, as the values of its columns by name: of delimited text, or of JSON.

Names are folded (capitals and quotes do not matter) and distinct. A row has the line that it has in its file; one of
JSON stands a line lower, as if a header stood before it, so that both can be parts of one table.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, Protocol

from metrics import containers, json_records, reading
from metrics.json_pages import Record
from metrics.json_records import RECORD_MAX, Place, Records, is_lines
from metrics.reading import Layout, Reader, Row
from metrics.table_shapes import LOOKED_AT, Shape, is_datum, names
from metrics.vendors.cells import heading, text
from metrics.vendors.tables import folded

BROKEN_SHOWN: Final = 20_000

Cursor = dict[str, Any]


class TableRow(NamedTuple):
    """`reason`: why there are no values; then `text` is what stands there."""

    line: int
    values: dict[str, str]
    reason: str = ""
    text: str = ""


@dataclass(frozen=True)
class Beginning:
    """The first rows of a table, as far as they are whole. `line`: of the next; `is_whole`: there is none."""

    rows: list[TableRow]
    line: int
    is_whole: bool


class TableRows(Protocol):
    """A table as it is read. `line`, `at`: the next row's, and its place for a cursor; `other_encoding`: how many lines
    were read as Windows-1252."""

    @property
    def line(self) -> int: ...

    @property
    def at(self) -> Cursor: ...

    @property
    def at_end(self) -> bool: ...

    @property
    def other_encoding(self) -> int: ...

    def rows(self, *, rows: int, size: int) -> Iterator[TableRow]: ...


def beginning(path: Path, member: str, shape: Shape, *, size: int, count: int) -> Beginning:
    """Of a packed table, at most `count` rows and `size` bytes. Raises FileRefused."""
    raw, is_cut = containers.beginning_of(path, size, member)
    if not shape.delimiter:
        found = json_records.beginning(raw, is_cut=is_cut)
        line = found[min(count, len(found)) - 1].number + 2 if found else 2
        return Beginning(
            [_row(each, shape.names) for each in found[:count]], line, not is_cut and len(found) <= count
        )
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    whole = raw[: raw.rfind(b"\n") + 1] if is_cut else raw
    layout = Layout(shape.delimiter, shape.columns, 0, 0)
    table = _Delimited(io.BytesIO(whole), layout, shape.start, shape.line)
    rows = [*table.rows(rows=count, size=size)]
    return Beginning(rows, table.line, not is_cut and table.at_end)


def repeats_itself(path: Path, member: str, shape: Shape, size: int) -> bool:
    """Whether a word of the line that should name the columns stands in its column once more: no name does that, but in
    a header that is repeated whole. Raises FileRefused."""
    words = {name: cell for name, cell in zip(shape.names, shape.columns, strict=True) if not is_datum(cell)}
    same = (
        sum(row.values[name].strip() == word for name, word in words.items())
        for row in beginning(path, member, shape, size=size, count=LOOKED_AT).rows
        if not row.reason and [*row.values.values()] != shape.columns
    )
    return any(same)


def first_place(table: Path, shape: Shape) -> Cursor:
    """Where the first row of an unpacked table begins, and how it is read."""
    how: Cursor = {"columns": shape.columns, "delimiter": shape.delimiter, "length": table.stat().st_size}
    if shape.delimiter:
        return {**how, "at": {"offset": shape.start, "line": shape.line}}
    return {**how, "lines": is_lines(containers.beginning(table, RECORD_MAX)), "at": asdict(Place())}


def rows_from(file: IO[bytes], cursor: Cursor) -> TableRows:
    """The rows of an unpacked table from where the cursor is on."""
    columns, at = cursor["columns"], cursor["at"]
    if cursor["delimiter"]:
        return _Delimited(file, Layout(cursor["delimiter"], columns, 0, 0), at["offset"], at["line"])
    return _Recorded(Records(file, Place(**at), lines=cursor["lines"], size=cursor["length"]), names(columns))


class _Delimited:
    def __init__(self, file: IO[bytes], layout: Layout, offset: int, line: int) -> None:
        self.reader, self.file, self.names = Reader(file, layout, offset, line), file, names(layout.header)

    def rows(self, *, rows: int, size: int) -> Iterator[TableRow]:
        for row in self.reader.rows(rows=rows, size=size):
            if row.reason:
                yield TableRow(row.line, {}, row.reason, self._text(row))
            else:
                yield TableRow(row.line, dict(zip(self.names, row.cells, strict=True)))

    def _text(self, row: Row) -> str:
        after = self.file.tell()
        self.file.seek(row.offset)
        found = reading.decode(self.file.read(min(row.length, BROKEN_SHOWN)))[0].replace("\0", "")
        self.file.seek(after)
        return found

    @property
    def line(self) -> int:
        return self.reader.line

    @property
    def at(self) -> Cursor:
        return {"offset": self.reader.offset, "line": self.reader.line}

    @property
    def at_end(self) -> bool:
        return self.reader.at_end

    @property
    def other_encoding(self) -> int:
        return self.reader.other_encoding


class _Recorded:
    """The same of JSON, whose lines are read without counting."""

    other_encoding = 0

    def __init__(self, records: Records, wanted: list[str]) -> None:
        self.records, self.wanted, self.at_end = records, wanted, False

    def rows(self, *, rows: int, size: int) -> Iterator[TableRow]:
        count, stop = 0, self.records.place.offset + size
        for some in self.records:
            yield from (_row(each, self.wanted) for each in some)
            count += len(some)
            if count >= rows or self.records.place.offset >= stop:
                return
        self.at_end = True

    @property
    def line(self) -> int:
        return self.records.place.number + 2

    @property
    def at(self) -> Cursor:
        return asdict(self.records.place)


def _row(record: Record, wanted: list[str]) -> TableRow:
    """Columns that a record does not name are empty in it: unloaders leave out what is null."""
    if record.reason or record.group:
        return TableRow(record.number + 1, {}, "json", record.text[:BROKEN_SHOWN])
    told = {folded(heading(key)): text(value) for key, value in record.value.items()}
    return TableRow(record.number + 1, {**dict.fromkeys(wanted, ""), **told})
