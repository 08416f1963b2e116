"""The rows of one table of a warehouse, as the values of its columns by name: of delimited text, or of JSON.

Names are folded (capitals and quotes do not matter) and distinct. A row has the line that it has in its file; one of
JSON stands a line lower, as if a header stood before it, so that both can be parts of one table.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, Protocol

from metrics import containers, reading
from metrics.containers import Blank, FileRefused
from metrics.json_records import RECORD_MAX, Place, Record, Records, is_lines
from metrics.reading import Layout, Reader, Row
from metrics.vendors.cells import text
from metrics.vendors.tables import folded

LOOKED_AT: Final = 256 * 1024
BROKEN_SHOWN: Final = 20_000
_IS_JSON: Final = re.compile(rb"\s*(\{|\[\s*[{\]])")
_DATUM: Final = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d([ T].*)?")
_YEAR: Final = re.compile(r"(19|20)\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:.*")

Cursor = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """How a table is written. `delimiter`: none for JSON; `start`, `line`: where its first row begins (bytes; 1-based
    line); `first`: where the line of its columns does; `is_cut`: more follows than was looked at."""

    columns: list[str]
    delimiter: str
    start: int = 0
    line: int = 1
    first: int = 0
    is_cut: bool = False

    @property
    def names(self) -> list[str]:
        return names(self.columns)

    @property
    def has_data(self) -> bool:
        """Whether a number or a day stands where a column's name should."""
        return bool(self.delimiter) and any(map(_is_datum, self.columns))

    @property
    def is_bare(self) -> bool:
        """Whether the line that should name the columns is surely a row: it begins with a number or a day, or has a
        moment in it. A pivot has columns that are called by numbers and days, behind one of words."""
        if not self.has_data:
            return False
        is_pair = len(self.columns) == 2
        return is_pair or _is_datum(self.columns[0]) or any(map(_MOMENT.fullmatch, self.columns))


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


def names(columns: list[str]) -> list[str]:
    """The columns as their values are found by."""
    return reading.named([folded(name) for name in columns])


def _is_datum(cell: str) -> bool:
    return bool(_DATUM.fullmatch(cell)) and not _YEAR.fullmatch(cell)


def shape_of(path: Path, member: str = "", size: int = LOOKED_AT, delimiter: str = "") -> Shape:
    """`member`: of one file in a .zip; `delimiter`: what stands between cells, where another file tells.

    Raises FileRefused.
    """
    raw, is_cut = containers.beginning_of(path, size, member)
    if not _IS_JSON.match(raw):
        mark = len(codecs.BOM_UTF8) if not member and reading.has_mark(path) else 0
        try:
            found = reading.layout_in(raw, delimiter, offset=mark)
        except FileRefused:
            if not (bare := _bare(raw, mark, delimiter)):
                raise
            return replace(bare, is_cut=is_cut)
        shape = Shape(found.header, found.delimiter, found.start, found.line, mark, is_cut)
        if delimiter or shape.is_bare or not (bare := _bare(raw, mark)):
            return shape
        return replace(bare, is_cut=is_cut)
    # What stands in a list of a name is no row of a table.
    rows = [each.value for each in _first_records(raw, is_cut=is_cut) if not each.reason and not each.group]
    if not rows:
        raise Blank("")
    keys = dict.fromkeys(_readable(key) for row in rows for key in row)
    return Shape(reading.named([*keys]), "", is_cut=is_cut)


def _readable(key: str) -> str:
    """A key of JSON may hold what no column can be called by."""
    return key.replace("\0", " ").encode("utf-8", "replace").decode()


def _bare(raw: bytes, mark: int, wanted: str = "") -> Shape | None:
    """A part without a header whose first line does not tell: a cell has a line break in it, or more of another mark
    than stands between the cells, as a text with commas between bars. Quotes that are written in a way that is not
    read make its rows broken ones, and no less rows."""
    first = reading.decode(raw)[0].lstrip("\r\n")
    line = first.partition("\n")[0]
    marks = [wanted] if wanted else sorted(reading.DELIMITERS, key=lambda mark: -line.count(mark))
    for begun, strict in ((first, True), (line, False)):
        for delimiter in marks:
            try:
                rows = csv.reader(io.StringIO(begun, newline=""), delimiter=delimiter, strict=strict)
                cells = next(rows, [])
            except csv.Error:
                continue
            found = Shape(reading.named(cells), delimiter, first=mark)
            is_sure = len(cells) > 2 or (len(cells) == 2 and _is_datum(found.columns[0]))
            if wanted or (found.is_bare and is_sure):
                return found
    return None


def beginning(path: Path, member: str, shape: Shape, *, size: int, count: int) -> Beginning:
    """Of a packed table, at most `count` rows and `size` bytes. Raises FileRefused."""
    raw, is_cut = containers.beginning_of(path, size, member)
    if not shape.delimiter:
        found = _first_records(raw, is_cut=is_cut)
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
    told = {folded(_readable(key)): text(value) for key, value in record.value.items()}
    return TableRow(record.number + 1, {**dict.fromkeys(wanted, ""), **told})


def _first_records(raw: bytes, *, is_cut: bool) -> list[Record]:
    lines = is_lines(raw)
    if lines and is_cut:
        raw = raw[: raw.rfind(b"\n") + 1]
    found: list[Record] = []
    try:
        for some in Records(io.BytesIO(raw), Place(), lines=lines, size=None if is_cut else len(raw)):
            found += some
    except FileRefused:
        # The beginning of a file ends in the middle of a record; the whole of one may not.
        if not is_cut or not found:
            raise
    return found
