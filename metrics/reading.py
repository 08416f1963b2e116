"""The rows of a delimited text file, one after another, from any row on, however broken some of them are.

A row that cannot be read is a row with a reason; only what makes the whole file unreadable raises FileRefused.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext as _

from metrics import containers
from metrics.containers import Blank, FileRefused

LINE_MAX: Final = 8 * 1024 * 1024
CELL_MAX: Final = 1024 * 1024 + 1024
# The first header of our own downloads of rejected rows (metrics/rejecting.py).
FIRST_REJECTED: Final = "rejected_line"
# The first cell of a rewritten record that could not be read; the second says why (metrics/rewriting.py).
BROKEN: Final = "\x1abroken"
DELIMITERS: Final = (",", ";", "\t", "|")

# One limit a process: nothing else here reads CSV of strangers.
csv.field_size_limit(CELL_MAX)


@dataclass(frozen=True)
class Layout:
    """How the file is laid out. `start` and `line`: where its first data row begins (bytes; 1-based line)."""

    delimiter: str
    header: list[str]
    start: int
    line: int


class Row(NamedTuple):
    """One row as it stands in the file; `reason` says why there are no cells."""

    line: int
    offset: int
    length: int
    cells: list[str]
    reason: str = ""


def layout_of(path: Path, delimiter: str = "") -> Layout:
    """Delimiter (sniffed if none is given) and header, from the beginning of the file.

    Raises FileRefused when there is no header.
    """
    raw = containers.beginning(path, LINE_MAX)
    return layout_in(raw, delimiter, len(codecs.BOM_UTF8) if has_mark(path) else 0)


def layout_in(raw: bytes, delimiter: str = "", offset: int = 0) -> Layout:
    """The same of a text that begins like this, `offset` bytes into its file."""
    line = 1
    rest = raw
    while rest:
        first, newline, rest = _cut(rest)
        text = decode(first)[0].strip("\r\n")
        if text[:4].lower() == "sep=" and len(text) == 5:
            delimiter = text[4]
        elif text.strip():
            delimiter = delimiter or delimiter_of(text)
            return _layout(text, delimiter, offset + len(first) + newline, line + 1)
        offset, line = offset + len(first) + newline, line + 1
    raise Blank(_("The file holds nothing but blank lines."))


def has_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == codecs.BOM_UTF8


def _cut(raw: bytes) -> tuple[bytes, int, bytes]:
    """The first line, the length of its end, and what follows."""
    ends = [at for at in (raw.find(b"\n"), raw.find(b"\r")) if at >= 0]
    if not ends:
        return raw, 0, b""
    at = min(ends)
    newline = 2 if raw[at : at + 2] == b"\r\n" else 1
    return raw[:at], newline, raw[at + newline :]


def delimiter_of(text: str) -> str:
    bare = "".join(text.split('"')[::2])
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def _layout(text: str, delimiter: str, start: int, line: int) -> Layout:
    if "\0" in text:
        raise FileRefused(
            _("Line 1 holds NUL bytes: this is no text file of tickets. Upload CSV, or CSV in a .zip.")
        )
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileRefused(
            _("The header in line %(line)s cannot be read: %(error)s.") % {"line": line - 1, "error": error}
        ) from error
    return Layout(delimiter, named(cells), start, line)


def named(cells: list[str]) -> list[str]:
    """Headers made distinct: a second `category` is `category (2)`, a nameless one `column 7`."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(cells, start=1):
        name = cell.strip()[:200] or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def decode(raw: bytes) -> tuple[str, bool]:
    """The text of a line, and whether it had to be read as Windows-1252, as older exports write."""
    try:
        return raw.decode("utf-8"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), True


def _without_apostrophe(cell: str) -> str:
    """Our own downloads put one before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r"} else cell


class Reader:
    """Walks a plain file. After the walk `offset` and `line` are where the next row begins."""

    def __init__(self, file: IO[bytes], layout: Layout, offset: int, line: int) -> None:
        self.file, self.layout = file, layout
        self.offset, self.line = offset, line
        self.other_encoding = 0
        self._nul = False
        self._ended = False
        self._mended = layout.header[0] == FIRST_REJECTED
        file.seek(offset)

    def rows(self, *, rows: int, size: int) -> Iterator[Row]:
        """At most that many rows, and not many more bytes than `size`; blank lines are passed over."""
        stop, count = self.offset + size, 0
        parser = self._parser()
        while count < rows and self.offset < stop:
            row = self._next(parser)
            if row is None:
                return
            if row.reason:
                parser = self._parser()
            if row.cells or row.reason:
                count += 1
                yield row

    @property
    def at_end(self) -> bool:
        return self._ended

    def _parser(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self.layout.delimiter, strict=True)

    def _next(self, parser: Iterator[list[str]]) -> Row | None:
        offset, line = self.offset, self.line
        self._nul = False
        try:
            cells = next(parser)
        except StopIteration:
            self._ended = True
            return None
        except csv.Error:
            return self._after_fault(offset, line)
        if self._nul:
            return Row(line, offset, self.offset - offset, [], "nul")
        if len(cells) != len(self.layout.header):
            return self._uneven(cells, offset, line)
        if self._mended:
            cells = [_without_apostrophe(cell) for cell in cells]
        return Row(line, offset, self.offset - offset, cells)

    def _after_fault(self, offset: int, line: int) -> Row:
        """A quote that is never closed swallows what follows: give up its first line only, and read on after it. Of a
        line that is too long, only its beginning is told of."""
        self.file.seek(offset)
        block = self.file.readline(LINE_MAX)
        length = first = len(block)
        while block and not block.endswith(b"\n"):
            block = self.file.readline(LINE_MAX)
            length += len(block)
        self.offset, self.line = offset + length, line + 1
        return Row(line, offset, first, [], "long" if first > CELL_MAX else "quotes")

    def _uneven(self, cells: list[str], offset: int, line: int) -> Row:
        wanted = len(self.layout.header)
        if not any(cell.strip() for cell in cells):
            return Row(line, offset, self.offset - offset, [])
        if len(cells) > wanted and not any(cells[wanted:]):
            return Row(line, offset, self.offset - offset, cells[:wanted])
        return Row(line, offset, self.offset - offset, [], cells[1] if cells[0] == BROKEN else "cells")

    def _lines(self) -> Iterator[str]:
        while raw := self.file.readline(LINE_MAX):
            if len(raw) >= LINE_MAX and not raw.endswith(b"\n"):
                raise csv.Error
            self.offset += len(raw)
            self.line += 1
            if b"\0" in raw:
                self._nul = True
            text, other = decode(raw)
            self.other_encoding += other
            yield text
