"""A sheet of a workbook from any of its rows on, a chunk of its XML at a time.

openpyxl reads a sheet from its beginning only, with every string in memory first. Here the unpacked sheet is cut behind
a row, and what openpyxl's parser of sheets is given is the cut with the beginning and the end that a sheet has.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

from metrics.containers import BLOCK, FileRefused
from metrics.shared_strings import Strings

HEAD_MAX: Final = 4 * 1024**2
CHUNK_BYTES: Final = 8 * 1024**2
ROW_MAX: Final = 64 * 1024**2
ROWS_MAX: Final = 1_048_576  # of Excel
MERGED_MAX: Final = 200  # bytes of what tells of a merged cell
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+([0-9]{1,7}):[A-Z]+([0-9]{1,7}))"\s*/?>')
_DATA: Final = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^<>]*[^/])?>")


class _Reader(ExcelReader):
    """Reads everything about a workbook but its cells and strings."""

    strings_at: Path | None = None

    def read_strings(self) -> None:
        part = self.package.find(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        )
        self.shared_strings: Strings | list[str] = (
            Strings.of(self.archive.open(part.PartName[1:]), self.strings_at) if part is not None else []
        )


def opened(file: IO[bytes], strings_at: Path | None = None) -> Workbook:
    """The workbook, of which nothing but what it says of itself is read yet. `strings_at`: where its strings were kept
    (metrics/shared_strings.py), if they were."""
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.strings_at = strings_at
    reader.read()
    return reader.wb


def unpack(sheet: ReadOnlyWorksheet, plain: Path, still_here: Callable[[], object]) -> None:
    """Write the XML of a sheet to `plain`."""
    with sheet._get_source() as source, plain.open("wb") as out:  # noqa: SLF001 - the only way to a sheet's XML
        while block := source.read(BLOCK):
            out.write(block)
            still_here()


def keep_strings(sheet: ReadOnlyWorksheet, plain: Path, still_here: Callable[[], object]) -> None:
    """Keep the strings of its workbook beside the unpacked sheet."""
    strings = sheet._shared_strings  # noqa: SLF001 - where openpyxl has them
    if isinstance(strings, Strings):
        strings.still_here = still_here
        strings.keep(plain)


def first_offset(plain: Path) -> int:
    """Where the first row of an unpacked sheet begins. Raises FileRefused where there is no such place."""
    found = _DATA.search(_head(plain))
    if found is None:
        raise FileRefused(_("The sheet cannot be read in parts. Save it as CSV: of that any length is read."))
    return found.end()


def _head(plain: Path) -> bytes:
    with plain.open("rb") as file:
        return file.read(HEAD_MAX)


def cut(plain: Path, offset: int) -> tuple[bytes, int | None]:
    """A sheet of the next rows of an unpacked one from that byte on, and the byte behind them; None at its end."""
    head = _DATA.search(_head(plain))
    assert head is not None  # noqa: S101 - first_offset has seen it
    close, end = b"</" + head[1] + b"row>", b"</" + head[1] + b"sheetData>"
    with plain.open("rb") as file:
        file.seek(offset)
        body = file.read(CHUNK_BYTES)
        while (at := body.rfind(close)) < 0 and end not in body:
            more = file.read(CHUNK_BYTES)
            if not more or len(body) > ROW_MAX:
                raise FileRefused(
                    _("The workbook is damaged or was cut off on its way. Save it again, or as CSV.")
                )
            body += more
    is_last = end in body
    body = body[: body.index(end)] if is_last else body[: at + len(close)]
    whole = b"".join([head.string[: head.end()], body, end, b"</" + head[1] + b"worksheet>"])
    return whole, None if is_last else offset + len(body)


def merged(plain: Path, offset: int, first: int) -> tuple[str, int] | None:
    """The first merged cell that goes over several rows behind row `first`, and how many do. `offset`: a byte of the
    sheet behind which they are told, as they are after its rows."""
    found: list[str] = []
    with plain.open("rb") as file:
        file.seek(offset)
        rest = b""
        while block := file.read(BLOCK):
            for cell in _MERGED.finditer(rest + block):
                if int(cell[3]) > max(first, int(cell[2])):
                    found.append(cell[1].decode())
            rest = (rest + block)[-MERGED_MAX:].rpartition(b">")[2]
    return (found[0], len(found)) if found else None


def rows(
    xml: bytes, sheet: ReadOnlyWorksheet, before: int, still_here: Callable[[], object]
) -> Iterator[tuple[int, dict[int, Any]]]:
    """The rows of a cut: the number of each, and its values by column. `before`: the number of the last row before."""
    book, strings = sheet.parent, sheet._shared_strings  # noqa: SLF001 - openpyxl has no other way to a part of a sheet
    parser = WorkSheetParser(io.BytesIO(xml), strings, data_only=True, epoch=book.epoch)
    parser.date_formats, parser.timedelta_formats = book._date_formats, book._timedelta_formats  # noqa: SLF001
    if isinstance(strings, Strings):
        strings.still_here = still_here
    parser.row_counter = before
    for number, cells in parser.parse():
        if number % 1000 == 0:
            still_here()
        if number > ROWS_MAX:
            raise FileRefused(
                _("The sheet says that it has a row %(row)s: no workbook has that.") % {"row": number}
            )
        yield number, {cell["column"]: cell["value"] for cell in cells if cell["value"] is not None}
