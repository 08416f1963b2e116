"""Reading what was received, some files a chunk: what each would become is noted in its row."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath

from sopdesk.accounts.models import User
from sopdesk.documents import pictures
from sopdesk.documents.keys import KEY_MAX
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Picture
from sopdesk.exchange import faults
from sopdesk.exchange.candidates import Candidate, FileRefused, candidate, is_picture
from sopdesk.exchange.judging import Verdict, judge
from sopdesk.exchange.models import Intake, IntakeFile
from sopdesk.exchange.receiving import READING
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, Step, step

CHUNK_FILES = 50
CHUNK_SECONDS = 4.0
INCOMING = "/media/incoming/"
"""Where a text finds a picture that is not kept yet; importing puts its address in its place."""
What = IntakeFile.What


@step(READING)
def advance(job: Job) -> Step:
    """The next files of an intake."""
    intake = Intake.objects.select_related("owner", "created_by").filter(pk=job.payload["intake"]).first()
    if intake is None:
        raise JobRefused("The files were thrown away.")
    began = time.monotonic()
    waiting = intake.files.filter(what=What.WAITING).order_by("number")
    for file in waiting[:CHUNK_FILES]:
        file.intake = intake
        if not faults.succeeds(partial(read_one, file), file):
            file.what, file.reasons = What.REFUSED, [faults.reason()]
            file.save(update_fields=["what", "reasons"])
        if time.monotonic() - began > CHUNK_SECONDS:
            break
    total = intake.files.count()
    left = intake.files.filter(what=What.WAITING).count()
    return Step({}, total - left, total, finished=not left)


def read_one(file: IntakeFile) -> None:
    """Read one stored file and note what it would become."""
    if is_picture(file.name):
        file.what = What.PICTURE
        file.save(update_fields=["what"])
        return
    kept: dict[str, None] = {}
    try:
        data = file.stored_path.read_bytes()
        found = candidate(file.name, data, keep=_keeper(file.intake, kept), beside=_beside(file))
    except FileRefused as refusal:
        file.what, file.reasons = What.REFUSED, refusal.reasons
        file.save(update_fields=["what", "reasons"])
        return
    except FileNotFoundError as gone:
        raise JobRefused("The uploaded files are no longer there. Upload them again.") from gone
    file.pictures = list(kept)
    note(file, found, verdict_on(file, found, file.intake.created_by))


def verdict_on(file: IntakeFile, found: Candidate, actor: User) -> Verdict:
    """What the file would become now."""
    return judge(found, kind=kind_of(file.intake.kind), owner=file.intake.owner, actor=actor)


def note(file: IntakeFile, found: Candidate, verdict: Verdict) -> None:
    """Write down what a file would become now."""
    file.said = found.as_json()
    file.what, file.kind, file.key, file.title = (
        verdict.what,
        verdict.kind.name,
        verdict.key[:KEY_MAX],
        found.title,
    )
    file.sections, file.content_hash = verdict.sections, verdict.content_hash
    file.reasons, file.notes = verdict.reasons, verdict.notes
    file.document, file.item = verdict.document, verdict.item
    file.save()


def _keeper(intake: Intake, kept: dict[str, None]) -> Callable[[bytes, str], str | None]:
    """Puts pictures aside until something is imported; one that the desk has already is shown from there."""
    folder = intake.folder / "pictures"

    def keep(data: bytes, name: str) -> str | None:
        if not data or len(data) > pictures.MAX_BYTES:
            return None
        mark = hashlib.sha256(data).hexdigest()
        kept[mark] = None
        known = _known(mark, data)
        if known is not None:
            return pictures.address(known)
        folder.mkdir(exist_ok=True)
        (folder / mark).write_bytes(data)
        return f"{INCOMING}{mark}"

    return keep


def _known(mark: str, data: bytes) -> Picture | None:
    """The picture that the desk has of these bytes already: taken out by an export, or brought before."""
    found = Picture.objects.filter(hash=mark).first()
    if found is not None:
        return found
    try:
        written = pictures.rewritten(data)
    except pictures.PictureRefused:
        return None
    return Picture.objects.filter(hash=hashlib.sha256(written.content).hexdigest()).first()


def _beside(file: IntakeFile) -> Callable[[str], bytes | None]:
    """Finds a picture of the same intake by the path that a text names, from where the text lies."""

    def find(path: str) -> bytes | None:
        if path.startswith(("/", "http:", "https:", "data:", "mailto:")) or not is_picture(path):
            return None
        wanted = _resolved(PurePosixPath(file.name).parent, path)
        found = IntakeFile.objects.filter(intake=file.intake, name__iexact=wanted).exclude(sha256="").first()
        if found is None:
            return None
        found.intake = file.intake
        return found.stored_path.read_bytes()

    return find


def _resolved(folder: PurePosixPath, path: str) -> str:
    parts = [part for part in folder.parts if part not in ("", ".")]
    for part in path.replace("\\", "/").replace("%20", " ").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
