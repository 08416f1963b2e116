"""The sheet of tickets in an .xlsx, as CSV: one line a row, at the same number as in the sheet.

Formulas are never worked out: what Excel saved as their value is taken. Dates become ISO 8601, without a zone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from metrics.containers import BLOCK, RATIO_MAX, FileRefused
from metrics.reading import named

SHEET_MAX: Final = 1024**3
STRINGS_MAX: Final = 64 * 1024**2  # they are held in memory
CELLS_MAX: Final = 3_000_000
HEADER_WITHIN: Final = 50
_STRINGS: Final = "xl/sharedStrings.xml"

Row = tuple[Any, ...]


def is_workbook(path: Path) -> bool:
    """Raises FileRefused for one that would unpack to absurd size."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {part.filename: part for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False
    if "xl/workbook.xml" not in parts:
        return False
    for part in parts.values():
        absurd = part.file_size > 64 * BLOCK and part.file_size > RATIO_MAX * max(1, part.compress_size)
        if absurd or part.file_size > (STRINGS_MAX if part.filename == _STRINGS else SHEET_MAX):
            raise FileRefused(
                _("The workbook unpacks to more than can be read. Save the sheet with the tickets as CSV.")
            )
    return True


@contextmanager
def _sheet(path: Path) -> Iterator[ReadOnlyWorksheet]:
    """The first sheet that is shown and has a header. Raises FileRefused, also for what breaks while it is read."""
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible" and isinstance(sheet, ReadOnlyWorksheet):
                    sheet.reset_dimensions()
                    if _header_row(sheet):
                        yield sheet
                        return
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise FileRefused(
            _("The workbook is damaged or was cut off on its way: %(error)s. Save it again, or as CSV.")
            % {"error": f"{type(error).__name__}: {error}"[:200]}
        ) from error
    raise FileRefused(_("No sheet of the workbook has a row with at least two column names."))


def _header_row(sheet: ReadOnlyWorksheet) -> int:
    """The number of the first row with two cells or more; 0 when there is none near the top."""
    for number, row in enumerate(sheet.iter_rows(max_row=HEADER_WITHIN, values_only=True), start=1):
        if sum(cell is not None for cell in row) >= 2:
            return number
    return 0


def header_of(path: Path) -> list[str]:
    with _sheet(path) as sheet:
        number = _header_row(sheet)
        row = next(iter(sheet.iter_rows(min_row=number, max_row=number, values_only=True)))
        return named(_trimmed(row))


def as_csv(path: Path, count: int | None = None) -> Iterator[str]:
    """The lines of the CSV: what stands above the header is left blank. At most `count` rows of data."""
    with _sheet(path) as sheet:
        first = _header_row(sheet)
        width, cells = 0, 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number < first:
                yield "\n"
                continue
            if number == first:
                header = named(_trimmed(row))
                width = len(header)
                yield _line(header)
                continue
            if count is not None and number > first + count:
                return
            cells += len(row)
            if cells > CELLS_MAX:
                raise FileRefused(
                    _("The sheet has more than %(count)s cells. Save it as CSV: of that any length is read.")
                    % {"count": f"{CELLS_MAX:,}"}
                )
            yield _line([_text(cell) for cell in row[:width]], width)


def rewrite(upload: Path, target: Path, still_here: Callable[[], object]) -> None:
    """All of it, or nothing."""
    working = target.with_suffix(".part")
    with working.open("w", encoding="utf-8", errors="replace", newline="") as out:
        for number, line in enumerate(as_csv(upload)):
            out.write(line)
            if number % 1000 == 0:
                still_here()
    working.replace(target)


def _trimmed(row: Row) -> list[str]:
    cells = [_text(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _line(cells: list[str], width: int = 0) -> str:
    if not any(cells):
        return "\n"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*cells, *[""] * (width - len(cells))])
    return out.getvalue()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(round(cell.total_seconds()))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return " ".join(str(cell).split()) if isinstance(cell, str) else str(cell)
