"""What a file is, by its content: plain text, or one text in a .zip or .gz; and which characters it is written in.

Whatever cannot be read from the middle (packed, UTF-16, lines that end in CR alone) is rewritten once as plain UTF-8,
so that every chunk of the import starts with a seek.
"""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

UNPACKED_MAX: Final = 8 * 1024**3
RATIO_MAX: Final = 200  # real ticket files pack 5 to 30 times
SNIFF_BYTES: Final = 64 * 1024
BLOCK: Final = 1024 * 1024
_ZIP: Final = {b"PK\x03\x04", b"PK\x05\x06"}
_OFFICE: Final = {"[Content_Types].xml", "content.xml"}  # of Microsoft's files, and of OpenDocument
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class FileRefused(Exception):
    """The file cannot be read. The message says what is wrong with it and what to do."""


class Blank(FileRefused):
    """There is nothing in it."""


_NOT_TEXT: Final = {
    "excel": gettext_lazy(
        "This is an old Excel workbook (.xls). Save it as .xlsx or as CSV and upload that."
    ),
    "office": gettext_lazy(
        "This is an Office file that is not read. Save its sheet of tickets as .xlsx or as CSV and upload that."
    ),
    "pdf": gettext_lazy("This is a PDF. Upload a CSV file of tickets."),
    "picture": gettext_lazy("This is a picture. Upload a CSV file of tickets."),
    "program": gettext_lazy("This is a program. Upload a CSV file of tickets."),
}
_MAGIC: Final = {
    b"\xd0\xcf\x11\xe0": "excel", b"%PDF": "pdf", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture",
    b"GIF8": "picture", b"\x7fELF": "program", b"MZ\x90": "program",
}  # fmt: skip


def check_is_text(raw: bytes) -> None:
    """Say what a file is that begins like this and is no CSV. Raises FileRefused."""
    for magic, kind in _MAGIC.items():
        if raw.startswith(magic):
            raise FileRefused(_NOT_TEXT[kind])


def check_not_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise FileRefused(
            _("The file is empty: it has no bytes at all. Export it again and upload that file.")
        )


@contextmanager
def opened(path: Path, member: str = "") -> Iterator[IO[bytes]]:
    """The bytes of the one text inside, unpacked as they are read; `member`: of which of several.

    Raises FileRefused.
    """
    check_not_empty(path)
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start[:2] == b"\x1f\x8b":
            yield _Guarded(gzip.GzipFile(fileobj=file), path.stat().st_size)
        elif start in _ZIP:
            with _member(file, member) as found:
                yield _inflated(found, path.stat().st_size)
        else:
            yield file


@contextmanager
def _archive(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise FileRefused(
            _("The .zip is damaged or was cut off on its way: %(error)s. Upload it again.") % {"error": error}
        ) from error
    with archive:
        if _OFFICE & archive.NameToInfo.keys():
            raise FileRefused(_NOT_TEXT["office"])
        yield archive


@contextmanager
def _member(file: IO[bytes], wanted: str) -> Iterator[IO[bytes]]:
    with _archive(file) as archive:
        # Of one by its name the others are not looked at again: members() did, and there may be hundreds.
        known = archive.NameToInfo
        found = [known[name] for name in [wanted] if name in known] if wanted else _shown(archive)
        if len(found) != 1:
            raise FileRefused(
                _("The .zip holds %(count)s files; it must hold exactly one, the file of tickets.")
                % {"count": len(found)}
            )
        if found[0].file_size == 0:
            raise FileRefused(_("The file in the .zip is empty."))
        try:
            member = archive.open(found[0])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise _damaged(error) from error
        with member:
            yield member


def _inflated(found: IO[bytes], packed: int) -> _Guarded:
    """A file of a .zip, also one that is packed once more as .gz: it unpacks to no more than any other."""
    guarded = _Guarded(found, packed)
    return _Guarded(gzip.GzipFile(fileobj=guarded, mode="rb"), packed) if _is_gzip(found) else guarded


def _is_gzip(found: IO[bytes]) -> bool:
    try:
        return isinstance(found, zipfile.ZipExtFile) and found.peek(2)[:2] == b"\x1f\x8b"
    except _UNREADABLE as error:
        raise _damaged(error) from error


def _shown(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files that somebody put there: not those that a Mac adds, nor hidden ones."""
    found = [i for i in archive.infolist() if not i.is_dir() and not _is_hidden(PurePosixPath(i.filename))]
    if any(each.flag_bits & 1 for each in found):
        raise FileRefused(_("The .zip has a password. Upload what is inside it."))
    return found


def _damaged(error: Exception) -> FileRefused:
    said = _("The packed file is damaged or was cut off on its way: %(error)s. Upload it again.")
    return FileRefused(said % {"error": error})


def _is_hidden(name: PurePosixPath) -> bool:
    return name.name.startswith(".") or "__MACOSX" in name.parts


def members(path: Path) -> dict[str, int]:
    """The files in a .zip with their sizes as they say them, by name; none for what is no .zip. Raises FileRefused.

    More than that is never unpacked of one, so that the sum holds for whoever reads several.
    """
    with path.open("rb") as file:
        if file.read(4) not in _ZIP:
            return {}
        file.seek(0)
        with _archive(file) as archive:
            shown = _shown(archive)
    found = {each.filename: each.file_size for each in shown}
    if len(found) < len(shown):
        raise FileRefused(_("The .zip holds two files of the same name. Pack it again, with each file once."))
    return found


_UNREADABLE: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)


class _Guarded(io.RawIOBase, IO[bytes]):
    """Unpacks, and stops at what unpacks to absurd size: the sizes written in an archive may lie."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, packed: int) -> None:
        self.inner, self.packed, self.seen = inner, packed, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            block: bytes = self.inner.read(BLOCK if size < 0 else size)
        except _UNREADABLE as error:
            raise _damaged(error) from error
        self.seen += len(block)
        if self.seen > UNPACKED_MAX or (self.seen > 64 * BLOCK and self.seen > RATIO_MAX * self.packed):
            raise FileRefused(
                _(
                    "The file unpacks to more than %(ratio)s times its size. No ticket file does; it was not read."
                )
                % {"ratio": RATIO_MAX}
            )
        return block


def beginning(path: Path, size: int = SNIFF_BYTES, member: str = "") -> bytes:
    """The first bytes of the text inside, as UTF-8 (or as they are, where single lines are decoded later)."""
    return beginning_of(path, size, member)[0]


def beginning_of(path: Path, size: int, member: str = "") -> tuple[bytes, bool]:
    """The same, and whether more may follow."""
    with opened(path, member) as file:
        raw = file.read(size)
    is_cut = len(raw) >= size
    encoding = _sixteen_bits(raw)
    if encoding:
        raw = raw[: len(raw) // 2 * 2].decode(encoding, "replace").encode("utf-8")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if not raw.strip():
        raise Blank(_("The file holds nothing but blank lines."))
    check_is_text(raw.lstrip())
    return raw, is_cut


def _sixteen_bits(raw: bytes) -> str | None:
    """The UTF-16 a text is in, by its mark or by every other byte being NUL."""
    for mark, encoding in _UTF16.items():
        if raw.startswith(mark):
            return encoding
    pairs = raw[: len(raw) // 2 * 2]
    if len(pairs) >= 8:
        if pairs[1::2].count(0) > 0.7 * len(pairs) / 2:
            return "utf-16-le"
        if pairs[::2].count(0) > 0.7 * len(pairs) / 2:
            return "utf-16-be"
    return None


def is_seekable_text(path: Path) -> bool:
    """Whether the file can be read from any line on as it lies there."""
    with path.open("rb") as file:
        raw = file.read(SNIFF_BYTES)
    packed = raw[:2] == b"\x1f\x8b" or raw[:4] in _ZIP
    return not packed and _sixteen_bits(raw) is None and not (b"\r" in raw and b"\n" not in raw)


def unpack(
    path: Path, target: Path, *, member: str = "", still_here: Callable[[], object] = lambda: None
) -> None:
    """Write the text inside as plain UTF-8 with LF or CRLF line ends. All of it, or nothing. Raises FileRefused.

    `still_here` is called for every few megabytes, for who must be told that this goes on.
    """
    working = target.with_name(f"{target.name}.part")
    with opened(path, member) as file, working.open("wb") as out:
        raw = file.read(SNIFF_BYTES)
        encoding = _sixteen_bits(raw)
        only_cr = _only_cr(raw, encoding)
        decode = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
        while raw:
            text = decode.decode(raw).encode("utf-8", "replace") if decode else raw
            out.write(text.replace(b"\r", b"\n") if only_cr else text)
            still_here()
            raw = file.read(BLOCK)
    working.replace(target)


def _only_cr(raw: bytes, encoding: str | None) -> bool:
    text = raw[: len(raw) // 2 * 2].decode(encoding, "replace").encode() if encoding else raw
    return b"\r" in text and b"\n" not in text


@contextmanager
def plain_beginning(path: Path, size: int, member: str = "") -> Iterator[IO[bytes]]:
    """The beginning of the text inside as a file of its own, with whole lines only."""
    raw = beginning(path, size, member)
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    whole = raw if len(raw) < size // 2 else raw[: raw.rfind(b"\n") + 1]
    yield io.BytesIO(whole)
