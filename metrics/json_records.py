"""The records of a JSON or NDJSON file, one after another, from any of them on; the file is never held whole.

A file is lines of JSON (each a record, or a page with lists of records), or one document: a list of records, or an
object with lists in it, as helpdesks export. The reading can stop after any record and go on at its `Place`.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from metrics.containers import FileRefused
from metrics.json_pages import Record, as_page, unfolded

RECORD_MAX: Final = 16 * 1024**2
WHOLE_MAX: Final = 4 * 1024**2
BLOCK: Final = 1024**2
NEAR: Final = 15  # characters before and behind what is broken
_BLANK: Final = " \t\r\n\ufeff"
_DECODER: Final = json.JSONDecoder()
# A number of thousands of digits is refused by int(): it is kept as it is written.
_PATIENT: Final = json.JSONDecoder(parse_int=str)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next record begins: byte, how many came before, and inside of which list (None: of none)."""

    offset: int = 0
    number: int = 0
    group: str | None = None
    enclosed: bool = False


def is_lines(raw: bytes) -> bool:
    """Whether a text that begins like this is NDJSON: one of its first lines is an object, and not all there is."""
    lines = raw.split(b"\n", 5)[:5]
    return any(_is_object(line) for line in lines) and raw.strip().find(b"\n") >= 0


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def beginning(raw: bytes, *, is_cut: bool, most: int = 0) -> list[Record]:
    """The records of a text that begins like this, at least `most` of them if so many are wanted; `is_cut`: more of it
    follows. Raises FileRefused."""
    lines, found = is_lines(raw), list[Record]()
    if lines and is_cut:
        raw = raw[: raw.rfind(b"\n") + 1]
    try:
        for some in Records(io.BytesIO(raw), Place(), lines=lines, size=None if is_cut else len(raw)):
            found += some
            if most and len(found) >= most:
                break
    except FileRefused:
        # The beginning of a file ends in the middle of a record; the whole of one may not.
        if not is_cut or not found:
            raise
    return found


class Records:
    """Walks a file. After each record `place` is where the next one begins.

    `size`: how long the file is; None for the beginning of one. A small document is taken as a whole, for then it
    can be told whether an object is a ticket or a page of tickets.
    """

    def __init__(self, file: IO[bytes], place: Place, *, lines: bool, size: int | None) -> None:
        self.file, self.place, self.lines, self.size = file, place, lines, size

    def __iter__(self) -> Iterator[list[Record]]:
        """The records of one line or of one element at a time: a page of tickets is not left half way."""
        if self.lines:
            return self._of_lines()
        if self.size is not None and self.size <= WHOLE_MAX:
            return self._of_whole()
        return self._of_document()

    def _of_whole(self) -> Iterator[list[Record]]:
        window = _Window(self.file, 0)
        window.peek()
        value = window.value()
        window.end()
        elements = value if isinstance(value, list) else [as_page(value)]
        records = [record for each in elements for record in unfolded(each, 0, "")]
        for number, record in enumerate(records[self.place.number :], start=self.place.number + 1):
            self.place = Place(number, number)
            yield [replace(record, number=number)]

    def _of_lines(self) -> Iterator[list[Record]]:
        """Each line by itself: a broken one is a record with a reason."""
        self.file.seek(self.place.offset)
        while line := self.file.readline(RECORD_MAX):
            number = self.place.number + 1
            self.place = Place(self.place.offset + len(line), number)
            if len(line) >= RECORD_MAX:
                raise FileRefused(
                    _("Line %(line)s is longer than %(size)s MB: no file of tickets has that.")
                    % {"line": number, "size": RECORD_MAX // 1024**2}
                )
            if line.strip():
                yield _of_line(line, number)

    def _of_document(self) -> Iterator[list[Record]]:
        window = _Window(self.file, self.place.offset)
        inside, enclosed = self.place.group, self.place.enclosed
        if inside is None and window.peek() == "[":
            window.skip(1)
            inside = ""
        elif inside is None:
            window.expect("{")
            enclosed = True
        while True:
            if inside is None:
                inside = _next_list(window)
                if inside is None:
                    return
            for value in _elements(window):
                number = self.place.number + 1
                self.place = Place(window.offset, number, inside, enclosed)
                yield [replace(r, group=r.group or inside) for r in unfolded(value, number, "")]
            if not enclosed:
                return
            inside = None


def _of_line(line: bytes, number: int) -> list[Record]:
    text = _decoded(line)
    try:
        value = _loads(text)
    except (ValueError, RecursionError):
        return [Record(number, "", {}, "json", text.strip())]
    return [*unfolded(value, number, text)]


def _next_list(window: _Window) -> str | None:
    """Go on within an object to the beginning of the next list in it; None at its end."""
    while True:
        mark = window.peek()
        if mark == "}":
            return None
        if mark == ",":
            window.skip(1)
            window.peek()
        key = window.value()
        window.expect(":")
        if window.peek() == "[":
            window.skip(1)
            return str(key)
        window.value()


def _elements(window: _Window) -> Iterator[Any]:
    while True:
        mark = window.peek()
        if mark == "]":
            window.skip(1)
            return
        if mark == ",":
            window.skip(1)
            window.peek()
        yield window.value()


class _Window:
    """The part of a text that is looked at: from `offset` on, with as much after it as one value needs."""

    def __init__(self, file: IO[bytes], offset: int) -> None:
        self.file = file
        file.seek(offset)
        self.decode = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.base, self.text, self.at = offset, "", 0
        self.ended = False

    @property
    def offset(self) -> int:
        """The byte that is next. What was passed is let go."""
        self.base += len(self.text[: self.at].encode("utf-8", "surrogateescape"))
        self.text, self.at = self.text[self.at :], 0
        return self.base

    def peek(self) -> str:
        """The next character that is not blank. Raises FileRefused at the end of the file."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in _BLANK:
                    return self.text[self.at]
                self.at += 1
            if not self._more():
                raise self._cut_off()

    def skip(self, count: int) -> None:
        self.at += count

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise self._wrong()
        self.at += 1

    def end(self) -> None:
        """Raises FileRefused when more than blanks follow."""
        while self._more():
            pass
        if self.text[self.at :].strip():
            raise self._wrong()

    def value(self) -> Any:
        while True:
            try:
                value, end = _raw(self.text, self.at)
            except RecursionError as error:
                raise FileRefused(_("The JSON is nested too deeply: no file of tickets is.")) from error
            except ValueError as error:
                within = error.pos - self.at if isinstance(error, json.JSONDecodeError) else 0
                if not self._more():
                    is_short = self.ended and self._is_short()
                    raise (self._cut_off() if is_short else self._wrong(within)) from error
                continue
            # A number at the end of what was read may go on after it.
            if end == len(self.text) and not self.ended and self._more():
                continue
            self.at = end
            return value

    def _more(self) -> bool:
        """Read on; False at the end. A value that takes more than RECORD_MAX is refused."""
        if self.ended or len(self.text) - self.at > RECORD_MAX:
            if not self.ended:
                raise FileRefused(
                    _("One value of the JSON is larger than %(size)s MB: no ticket is.")
                    % {"size": RECORD_MAX // 1024**2}
                )
            return False
        block = self.file.read(max(BLOCK, len(self.text) - self.at))
        self.ended = not block
        self.base += len(self.text[: self.at].encode("utf-8", "surrogateescape"))
        self.text, self.at = self.text[self.at :] + self.decode.decode(block, final=self.ended), 0
        return not self.ended

    def _is_short(self) -> bool:
        """Whether what is wrong is that the text ends."""
        rest = self.text[self.at :]
        try:
            _raw(rest, 0)
        except json.JSONDecodeError as error:
            return error.pos >= len(rest.rstrip()) or error.msg.startswith("Unterminated")
        except ValueError:
            return False
        return False

    def _cut_off(self) -> FileRefused:
        return FileRefused(
            _("The JSON ends in the middle: it was cut off on its way. Export it again and upload that file.")
        )

    def _wrong(self, within: int = 0) -> FileRefused:
        """`within`: how many characters of the value are right."""
        self.at += within
        near = " ".join(self.text[max(0, self.at - NEAR) : self.at + NEAR].split())
        return FileRefused(
            _(
                "The JSON is broken at byte %(offset)s, in line %(line)s, near “%(near)s”. Nothing of it was imported."
            )
            % {"offset": self.offset, "line": self._line(), "near": _without_surrogates(near)}
        )

    def _line(self) -> int:
        """Which line of the file the next byte is in."""
        self.file.seek(0)
        left, line = self.offset, 1
        while block := self.file.read(min(BLOCK, left)):
            left, line = left - len(block), line + block.count(b"\n")
        return line


def _raw(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _PATIENT.raw_decode(text, at)


def _loads(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _PATIENT.decode(text)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
