"""The sheet of tickets in an .xlsx, as CSV: one line a row, at the same number as in the sheet.

Formulas are never worked out: what Excel saved as their value is taken. Dates become ISO 8601, without a zone. The
sheet is unpacked once, and rewritten from it by chunks (metrics/sheets.py).
"""

from __future__ import annotations

import csv
import errno
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError
from django.utils.translation import gettext as _

from metrics.containers import BLOCK, RATIO_MAX, FileRefused
from metrics.reading import named

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

SHEET_MAX: Final = 4 * 1024**3
STRINGS_MAX: Final = 512 * 1024**2  # they are read in one go, which a task has a minute and a half for
CUTS: Final = 4  # of the sheet, in one chunk of the job
HEADER_WITHIN: Final = 50
_STRINGS: Final = "xl/sharedStrings.xml"
_DISK: Final = {errno.ENOSPC, errno.EDQUOT, errno.EIO}  # no fault of the workbook: the job tries again

Row = tuple[Any, ...]


def is_workbook(path: Path) -> bool:
    """Raises FileRefused for one that would unpack to absurd size."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {part.filename: part for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
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


def _sheets() -> Any:
    """metrics.sheets, and openpyxl with it: slow to import, and most processes never see a workbook."""
    return import_module("metrics.sheets")


@contextmanager
def _sheet(path: Path, plain: Path | None = None) -> Iterator[ReadOnlyWorksheet]:
    """The first sheet that is shown and has a header. Raises FileRefused, also for what breaks while it is read.
    `plain`: where it was unpacked to, and its strings beside it."""
    sheets = _sheets()
    try:
        with path.open("rb") as file:
            book = sheets.opened(file, plain)
            for sheet in _shown(book):
                if _header_row(sheet):
                    yield sheet
                    return
    except (FileRefused, FileNotFoundError, DatabaseError):
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
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


def first_lines(path: Path, count: int) -> Iterator[str]:
    """The first lines of the CSV: blank ones above the header, that, and `count` rows of data."""
    with _sheet(path) as sheet:
        first = _header_row(sheet)
        yield "\n" * (first - 1)
        rows = sheet.iter_rows(min_row=first, max_row=first + count, values_only=True)
        header = named(_trimmed(next(iter(rows))))
        yield _line(header)
        yield from (_line([_text(cell) for cell in row[: len(header)]], len(header)) for row in rows)


def begin(upload: Path, plain: Path, say: Callable[[], object]) -> dict[str, Any]:
    """Unpack the sheet, and say where its rewriting begins. Raises FileRefused."""
    sheets = _sheets()
    with _sheet(upload) as sheet:
        sheets.unpack(sheet, plain, say)
        sheets.keep_strings(sheet, plain, say)
        first, others = _header_row(sheet), _others(sheet)
    size, offset = plain.stat().st_size, sheets.first_offset(plain)
    return {"stage": "sheet", "offset": offset, "row": 0, "first": first, "size": size, "sheets": others}


def others_of(path: Path) -> list[str]:
    """The names of the further sheets that could be read, and are not. Raises FileRefused."""
    with _sheet(path) as sheet:
        return _others(sheet)


def _others(sheet: ReadOnlyWorksheet) -> list[str]:
    found = [each for each in _shown(sheet.parent) if each.title != sheet.title]
    return [str(each.title) for each in found if _header_row(each)]


def _shown(book: Workbook) -> Iterator[ReadOnlyWorksheet]:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible" and isinstance(sheet, _sheets().ReadOnlyWorksheet):
            sheet.reset_dimensions()
            yield sheet


def advance(
    upload: Path,
    plain: Path,
    part: Path,
    header: list[str],
    cursor: dict[str, Any],
    say: Callable[[], object],
) -> dict[str, Any]:
    """Write the lines of the next rows behind those in `part`. After the last offset is None. Raises FileRefused."""
    sheets, offset, row = _sheets(), cursor["offset"], cursor["row"]
    beyond, merged = cursor.get("beyond"), None
    with _sheet(upload, plain) as sheet, part.open("r+b") as out:
        out.seek(cursor.get("written", 0))
        out.truncate()
        for _number in range(CUTS):
            began = offset
            xml, offset = sheets.cut(plain, offset)
            for number, cells in sheets.rows(xml, sheet, row, say):
                if number <= row:
                    continue
                out.write(b"\n" * (number - row - 1))
                out.write(_of_row(number, cells, header, cursor["first"]))
                if number > cursor["first"] and cells and max(cells) > len(header):
                    beyond = (beyond[0], beyond[1] + 1) if beyond else (number, 1)
                row = number
            if offset is None:
                merged = sheets.merged(plain, began, cursor["first"])
                break
        written = out.tell()
        out.flush()
        os.fsync(out.fileno())
    return {**cursor, "offset": offset, "row": row, "written": written, "beyond": beyond, "merged": merged}


def _of_row(number: int, cells: dict[int, Any], header: list[str], first: int) -> bytes:
    if number < first:
        return b"\n"
    values = header if number == first else [_text(cells.get(at)) for at in range(1, len(header) + 1)]
    return _line(values, len(header)).encode("utf-8", "replace")


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
