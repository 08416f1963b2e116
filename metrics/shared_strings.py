"""The strings that cells of a workbook point to by their number.

openpyxl has all of them in memory. Here they are read as far as cells ask for them and lie in two files, one of the
texts and one of where each ends, so that a workbook may have more of them than a worker has memory. What was read once
to its end can be kept for the next chunk of the job.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from django.utils.translation import gettext as _

from metrics.containers import FileRefused

ONE_MAX: Final = 16 * 1024**2  # bytes of XML of one string; a cell of Excel has 32,767 characters
REMEMBERED: Final = 20_000  # most cells point to a few of them
_NUMBER: Final = 8  # bytes
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SI: Final = f"{{{_MAIN}}}si"
_T: Final = f"{{{_MAIN}}}t"
_READING_AID: Final = f"{{{_MAIN}}}rPh"


class Strings:
    """Strings by number. `still_here` is called now and then while many are read, which takes a while."""

    def __init__(self, source: IO[bytes]) -> None:
        self.still_here: Callable[[], object] = lambda: None
        self._texts: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it lives as long as the strings
        self._ends: IO[bytes] = TemporaryFile()  # noqa: SIM115
        self._more = _read(source)
        self._known = self._size = 0
        self._at = lru_cache(REMEMBERED)(self._look_up)

    @classmethod
    def of(cls, source: IO[bytes], kept_at: Path | None) -> Strings:
        """Those that were kept there, else those of the source."""
        strings = cls(source)
        if kept_at is not None and all(path.exists() for path in _files(kept_at)):
            strings._texts, strings._ends = (path.open("rb") for path in _files(kept_at))
            strings._known = _files(kept_at)[1].stat().st_size // _NUMBER
            strings._more = iter(())
        return strings

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        if number >= self._known:
            self._read_on(number)
        return self._at(number)

    def keep(self, place: Path) -> None:
        """Read all there are, and keep them for `of`."""
        self._read_on(None)
        for held, path in zip((self._texts, self._ends), _files(place), strict=True):
            part = path.with_name(f"{path.name}.part")
            held.seek(0)
            with part.open("wb") as out:
                shutil.copyfileobj(held, out)
            held.seek(0, os.SEEK_END)
            part.replace(path)

    def _read_on(self, until: int | None) -> None:
        """As far as that number, or to the end. Raises IndexError for a number that there is not."""
        while until is None or self._known <= until:
            text = next(self._more, None)
            if text is None:
                if until is not None:
                    raise IndexError(until)
                break
            encoded = text.encode("utf-8", "surrogatepass")
            self._size += len(encoded)
            self._texts.write(encoded)
            self._ends.write(self._size.to_bytes(_NUMBER, "little"))
            self._known += 1
            if self._known % 10_000 == 0:
                self.still_here()
        self._texts.flush()
        self._ends.flush()

    def _look_up(self, number: int) -> str:
        ends = os.pread(self._ends.fileno(), 2 * _NUMBER, max(0, number - 1) * _NUMBER)
        begins = int.from_bytes(ends[:_NUMBER], "little") if number else 0
        until = int.from_bytes(ends[_NUMBER:] if number else ends[:_NUMBER], "little")
        return os.pread(self._texts.fileno(), until - begins, begins).decode("utf-8", "surrogatepass")


def forget(place: Path) -> None:
    """Take away what was kept there."""
    for path in _files(place):
        path.unlink(missing_ok=True)


def _files(place: Path) -> tuple[Path, Path]:
    return place.with_suffix(".texts"), place.with_suffix(".ends")


class _Bounded:
    """A file that gives no more than ONE_MAX bytes between two strings: an endless one would fill the memory."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.given = source, 0

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.given += len(block)
        if self.given > ONE_MAX:
            raise FileRefused(_("The workbook has a cell that is too long to be one. Save the sheet as CSV."))
        return block


def _read(source: IO[bytes]) -> Iterator[str]:
    bounded = _Bounded(source)
    # openpyxl is slow to import, and most processes never see a workbook.
    events = import_module("openpyxl.xml.functions").iterparse(bounded, ("start", "end"))
    _start, root = next(events)
    for event, node in events:
        if event == "end" and node.tag == _SI:
            bounded.given = 0
            aids = {id(each) for aid in node.iter(_READING_AID) for each in aid.iter(_T)}
            told = (each.text or "" for each in node.iter(_T) if id(each) not in aids)
            yield "".join(told).replace("x005F_", "")
            root.clear()
