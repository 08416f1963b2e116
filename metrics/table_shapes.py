"""How a table of a warehouse is written, by its beginning: which columns it has, what stands between its cells, and
whether the line that should name them is a row already.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from metrics import containers, json_records, reading
from metrics.containers import Blank, FileRefused
from metrics.vendors.cells import heading
from metrics.vendors.tables import folded

LOOKED_AT: Final = 256 * 1024
_IS_JSON: Final = re.compile(rb"\s*(\{|\[\s*[{\]])")
_DATUM: Final = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d([ T].*)?")
_YEAR: Final = re.compile(r"(19|20)\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:.*")


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
        return bool(self.delimiter) and any(map(is_datum, self.columns))

    @property
    def is_bare(self) -> bool:
        """Whether the line that should name the columns is surely a row: it begins with a number or a day, or has a
        moment in it. A pivot has columns that are called by numbers and days, behind one of words."""
        if not self.has_data:
            return False
        return len(self.columns) == 2 or is_row(self.columns)


def names(columns: list[str]) -> list[str]:
    """The columns as their values are found by."""
    return reading.named([folded(name) for name in columns])


def is_row(cells: list[str]) -> bool:
    """Whether what should name the columns is surely a row of them."""
    return is_datum(cells[0]) or any(map(_MOMENT.fullmatch, cells))


def is_datum(cell: str) -> bool:
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
    rows = [
        each.value
        for each in json_records.beginning(raw, is_cut=is_cut)
        if not each.reason and not each.group
    ]
    if not rows:
        raise Blank("")
    keys = dict.fromkeys(heading(key) for row in rows for key in row)
    return Shape(reading.named([*keys]), "", is_cut=is_cut)


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
            is_sure = len(cells) > 2 or (len(cells) == 2 and is_datum(found.columns[0]))
            if wanted or (found.is_bare and is_sure):
                return found
    return None
