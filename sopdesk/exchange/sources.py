"""Files that are offered: picked in a browser, in a folder, in a zip. Names are only ever compared, never opened.

What is wrong with a single file is said of that file; what is wrong with the whole (too much, too many) stops it.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

from sopdesk.exchange.damage import DAMAGED

MAX_FILES = 10_000
MAX_FILE_BYTES = 30 * 1000**2
MAX_TOTAL_BYTES = 300 * 1000**2
MAX_NAME = 300
IGNORED = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")


class SourceRefused(Exception):
    """The whole cannot be taken. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One file: its name as it was, how to read it, or why it is not read."""

    name: str
    read: Callable[[], bytes]
    refused: str = ""


class Upload(Protocol):
    """A file from a browser's form."""

    name: str | None
    size: int | None

    def read(self) -> bytes: ...


def of_uploads(uploads: Iterable[tuple[str, IO[bytes]]]) -> Iterator[Offered]:
    """Files as they were picked; a zip among them stands for what is in it. Raises SourceRefused."""
    for name, file in uploads:
        if zipfile.is_zipfile(file) and not name.lower().endswith(".docx"):
            yield from of_zip(file)
            continue
        file.seek(0)
        yield Offered(name, lambda file=file: _limited(file))  # type: ignore[misc]


def of_path(path: Path) -> Iterator[Offered]:
    """A file, a zip, or a folder with all that is in it. Raises SourceRefused."""
    if path.is_dir():
        yield from _of_folder(path)
    elif path.is_file() and path.suffix.lower() == ".zip":
        with path.open("rb") as file:
            yield from of_zip(file)
    elif path.is_file():
        yield Offered(path.name, path.read_bytes)
    else:
        raise SourceRefused(_("There is no file or folder at %(path)s.") % {"path": path})


def of_zip(file: IO[bytes]) -> Iterator[Offered]:
    """What is in a zip. Sizes are counted while reading: what its directory says of them may be a lie."""
    try:
        archive = zipfile.ZipFile(file)
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
    except DAMAGED as error:
        raise SourceRefused(_("The zip is damaged and cannot be read. Pack it again.")) from error
    entries = [entry for entry in files if not _ignored(entry.filename)]
    if len(entries) > MAX_FILES:
        raise SourceRefused(_too_many())
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise SourceRefused(_too_large())
    seen: set[str] = set()
    for entry in entries:
        refused = _wrong_entry(entry) or _wrong_name(entry.filename, seen)
        yield Offered(entry.filename, lambda entry=entry: _unpacked(archive, entry), refused)  # type: ignore[misc]


def _of_folder(folder: Path) -> Iterator[Offered]:
    seen: set[str] = set()
    count = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _ignored(name) or (path.is_dir() and not path.is_symlink()):
            continue
        count += 1
        if count > MAX_FILES:
            raise SourceRefused(_too_many())
        refused = ""
        if path.is_symlink() or any(above.is_symlink() for above in path.parents if folder in above.parents):
            refused = _link()
        yield Offered(name, path.read_bytes, refused or _wrong_name(name, seen))


def _ignored(name: str) -> bool:
    """What systems leave lying about, and hidden files."""
    parts = name.replace("\\", "/").lower().split("/")
    return any(part in IGNORED or (part.startswith(".") and part not in (".", "..")) for part in parts)


def _wrong_entry(entry: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _link()
    if entry.flag_bits & 0x1:
        return _("It is locked with a password. Pack the zip without one.")
    if entry.file_size > MAX_FILE_BYTES:
        return _too_large_one()
    if entry.file_size > 100_000 and entry.file_size > 500 * max(1, entry.compress_size):
        return _("It unpacks to more than 500 times its size, as no text does.")
    return ""


def _wrong_name(name: str, seen: set[str]) -> str:
    path = name.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\x00" in path:
        return _("Its name leads out of the folder. Give it a plain name.")
    if len(path) > MAX_NAME:
        return _("Its name has more than %(limit)d characters.") % {"limit": MAX_NAME}
    if path.casefold() in seen:
        return _("Another file has this name. Rename one of them.")
    seen.add(path.casefold())
    return ""


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as file:
            return _limited(file)
    except DAMAGED as error:
        raise SourceRefused(
            _("“%(name)s” in the zip is damaged. Pack it again.") % {"name": entry.filename}
        ) from error


def _limited(file: IO[bytes]) -> bytes:
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise SourceRefused(_too_large_one())
    return data


def _link() -> str:
    return _("It is a link to another file, and links are not followed. Put the file itself there.")


def _too_many() -> str:
    return _("There are more than %(limit)d files. Import them in parts.") % {"limit": MAX_FILES}


def _too_large() -> str:
    limit = {"limit": MAX_TOTAL_BYTES // 1000**2}
    return _("The files are more than %(limit)d MB together. Import them in parts.") % limit


def _too_large_one() -> str:
    return _("A file is larger than %(limit)d MB. Make its pictures smaller.") % {
        "limit": MAX_FILE_BYTES // 1000**2
    }
