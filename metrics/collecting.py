"""Picks up files of tickets from the watched folder: a folder in it for each source, which is named after it.

    IMPORT_FOLDER/Lumio Desk/tickets-2026-11-27.csv      taken when it has not changed for QUIET_SECONDS
    IMPORT_FOLDER/Lumio Desk/mapping.json                how its files are read; without it the mapping of that name,
                                                         else as the source's last import, else a known kind of file
    IMPORT_FOLDER/Lumio Desk/done/41-tickets-….csv       started as import 41
    IMPORT_FOLDER/Lumio Desk/refused/…csv, ….reason.txt  not taken, and why

A file is taken by renaming it, which only one can do; whatever its worker does not end is put back. While no import may
begin for a missing key (metrics/lost_keys.py) files wait where they are.
"""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from metrics import importing, lost_keys, mapping
from metrics.containers import FileRefused
from metrics.guessing import guess
from metrics.importing import AlreadyImported
from metrics.mapping import MappingRefused
from metrics.models import Import, Mapping, Source
from sopdesk.jobs.models import Job

log = structlog.get_logger(__name__)

QUIET_SECONDS: Final = 30
STALE_SECONDS: Final = 900
REVISIT_SECONDS: Final = 3 * 86_400
BLOCK: Final = 1024**2
MAPPING: Final = "mapping.json"
DONE: Final = "done"
REFUSED: Final = "refused"
TAKEN: Final = ".taken"
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".reason.txt")


@dataclass(frozen=True)
class Collected:
    """One file: which import it became, or why it was refused."""

    path: Path
    ticket_import: Import | None
    reason: str = ""


def collect(root: Path | None = None) -> list[Collected]:
    """One round through the watched folder. Safe to run twice, and at the same time as another."""
    root = root or (Path(settings.IMPORT_FOLDER) if settings.IMPORT_FOLDER else None)
    if root is None or not root.is_dir():
        return []
    if keys := lost_keys.lost():
        log.warning("imports_wait_for_a_key", keys=keys)
        return []
    found: list[Collected] = []
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."):
            _put_back(folder)
            found += _revisited(folder)
            found += [_collected(folder, file) for file in _finished(folder)]
    return [each for each in found if each.ticket_import or each.reason]


def _files(folder: Path) -> list[tuple[Path, float]]:
    """The files of a folder with the moment of their last change. One that another worker has just moved is not there:
    between the list and a look at each there is time enough for that.
    """
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            state = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(state.st_mode):
            found.append((path, state.st_ctime))
    return found


def _finished(folder: Path) -> list[Path]:
    """Files nobody writes to any more: the moment of the last change of any kind cannot be set back, unlike mtime."""
    now = time.time()
    return [
        file
        for file, changed in _files(folder)
        if not file.name.startswith(".")
        and file.name != MAPPING
        and not file.name.endswith(_UNFINISHED)
        and now - changed >= QUIET_SECONDS
    ]


def _put_back(folder: Path) -> None:
    """Files whose worker died on the way. What was started already is found to be the same import again."""
    for file, changed in _files(folder / TAKEN):
        name = file.name.split("-", 1)[1]
        if time.time() - changed > STALE_SECONDS and not (folder / name).exists():
            _moved(file, folder / name)


def _moved(file: Path, target: Path) -> bool:
    """Whether it was this one that moved it."""
    target.parent.mkdir(exist_ok=True)
    try:
        file.rename(target)
    except FileNotFoundError:
        return False
    return True


def _collected(folder: Path, file: Path) -> Collected:
    taken = folder / TAKEN / f"{uuid4().hex}-{file.name}"
    if not _moved(file, taken):
        return Collected(file, None)
    try:
        ticket_import = _start(folder, taken, file.name)
    except (FileRefused, MappingRefused) as refusal:
        return _refused(taken, folder / REFUSED / f"{uuid4().hex[:8]}-{file.name}", str(refusal))
    except OSError as error:
        log.warning("import_file_not_read", file=str(file), reason=str(error))
        return Collected(file, None)
    target = folder / DONE / f"{ticket_import.pk}-{file.name}"
    _moved(taken, target)
    return Collected(target, ticket_import)


def _refused(file: Path, target: Path, reason: str) -> Collected:
    _moved(file, target)
    target.with_name(f"{target.name}.reason.txt").write_text(f"{reason}\n", "utf-8")
    return Collected(target, None, reason)


def _revisited(folder: Path) -> list[Collected]:
    """Files that were started, and whose import failed afterwards."""
    young = [
        file
        for file, changed in _files(folder / DONE)
        if time.time() - changed < REVISIT_SECONDS and file.name.split("-", 1)[0].isdecimal()
    ]
    numbers = {int(file.name.split("-", 1)[0]): file for file in young}
    failed = Import.objects.filter(pk__in=numbers, job__state=Job.State.FAILED).select_related("job")
    return [
        _refused(numbers[each.pk], folder / REFUSED / numbers[each.pk].name, each.job.error)
        for each in failed
        if each.job is not None
    ]


def _start(folder: Path, file: Path, name: str) -> Import:
    """Receive the file and start its import. The same file again is the same import."""
    source = Source.objects.filter(name__iexact=folder.name).first()
    source = source or Source.objects.get_or_create(name=folder.name[:80])[0]
    draft = importing.receive(_blocks(file), name=name, source=source, actor=None)
    try:
        called, content = _how(folder, draft)
        zone = content.get("zone", "")
        return importing.start(draft, content, mapping_name=called, time_zone=zone, actor=None)
    except AlreadyImported as already:
        importing.discard(draft)
        return already.ticket_import
    except MappingRefused:
        importing.discard(draft)
        raise


def _how(folder: Path, draft: Import) -> tuple[str, dict[str, Any]]:
    """How to read it, and the name of that. Raises MappingRefused when nobody ever said."""
    own = folder / MAPPING
    if own.is_file():
        try:
            return folder.name, json.loads(own.read_text("utf-8"))
        except ValueError as error:
            raise MappingRefused([_("mapping.json is no JSON: %(error)s.") % {"error": error}]) from error
    saved = Mapping.objects.filter(name__iexact=folder.name).first()
    if saved is not None:
        return saved.name, saved.content
    for earlier in Import.objects.filter(source=draft.source, job__isnull=False, form=draft.form)[:3]:
        if _fits(earlier.mapping, draft):
            return earlier.mapping_name, {**earlier.mapping, "zone": earlier.time_zone}
    name, content = guess(draft.header, draft.form)
    if not name:
        raise MappingRefused(
            [
                _("Nobody has said yet how files of “%(source)s” are read. Import one in the browser, and keep the way"
                  " of reading under that name.") % {"source": folder.name}
            ]
        )  # fmt: skip
    return name, content


def _fits(content: dict[str, Any], draft: Import) -> bool:
    try:
        mapping.parse(content).fitted(draft.header)
    except MappingRefused:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
