"""Taking files in: they are stored under names of our own and read by a job; nothing is imported yet."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.exchange.candidates import is_document, is_picture
from sopdesk.exchange.models import KEPT, Intake, IntakeFile
from sopdesk.exchange.sources import MAX_FILES, MAX_TOTAL_BYTES, Offered, SourceRefused
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import submit

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.kinds import Kind

READING = "exchange.read"


def receive(offered: Iterable[Offered], *, name: str, kind: Kind, owner: User, actor: User) -> Intake:
    """Store the offered files and have them read. Raises SourceRefused, and then nothing is kept."""
    require(actor, Permission.DOCUMENT_IMPORT)
    require(actor, Permission.CHANGE_EDIT)
    intake = Intake(name=name[:200], kind=kind.name, owner=owner, stored=str(uuid4()), created_by=actor)
    intake.folder.mkdir(parents=True)
    try:
        files = _stored(intake, offered)
        with transaction.atomic():
            intake.save()
            IntakeFile.objects.bulk_create(files, batch_size=1000)
            payload = {"intake": intake.pk}
            key = hashlib.sha256(intake.stored.encode()).hexdigest()
            intake.reading = submit(READING, key=key, payload=payload, actor=actor, unit=Job.Unit.DOCUMENTS)
            intake.save(update_fields=["reading"])
    except BaseException:
        shutil.rmtree(intake.folder, ignore_errors=True)
        raise
    return intake


def _stored(intake: Intake, offered: Iterable[Offered]) -> list[IntakeFile]:
    files: list[IntakeFile] = []
    whole = hashlib.sha256()
    intake.size = 0
    for number, each in enumerate(offered, start=1):
        if number > MAX_FILES:
            raise SourceRefused(
                _("There are more than %(limit)d files. Import them in parts.") % {"limit": MAX_FILES}
            )
        file = IntakeFile(intake=intake, number=number, name=_shown(each.name))
        files.append(file)
        if each.refused or not (is_document(each.name) or is_picture(each.name)):
            unread = _("This kind of file is not read. Save it as Markdown (.md) or Word (.docx).")
            file.what, file.reasons = IntakeFile.What.REFUSED, [each.refused or unread]
            continue
        data = each.read()
        intake.size += len(data)
        if intake.size > MAX_TOTAL_BYTES:
            limit = {"limit": MAX_TOTAL_BYTES // 1000**2}
            raise SourceRefused(
                _("The files are more than %(limit)d MB together. Import them in parts.") % limit
            )
        file.size, file.sha256 = len(data), hashlib.sha256(data).hexdigest()
        whole.update(f"{file.name}\0{file.sha256}\n".encode())
        file.stored_path.write_bytes(data)
    if not files:
        raise SourceRefused(_("There is no file in it. Choose Markdown or Word files, or a zip of them."))
    intake.sha256 = whole.hexdigest()
    return files


def _shown(name: str) -> str:
    """A name as it can be stored and shown."""
    clean = "".join(char if char.isprintable() else "�" for char in name.replace("\\", "/"))
    return clean.encode("utf-8", "replace").decode()[:300]


def discard(intake: Intake, *, actor: User) -> None:
    """Throw away files of which nothing was imported."""
    require(actor, Permission.DOCUMENT_IMPORT)
    with transaction.atomic():
        locked = Intake.objects.select_for_update().get(pk=intake.pk)
        if locked.importing is None:
            locked.files.all().delete()
            locked.delete()
            transaction.on_commit(lambda: shutil.rmtree(intake.folder, ignore_errors=True))


def remove_files(intake: Intake) -> None:
    """Remove the uploaded files; the report stays."""
    shutil.rmtree(intake.folder, ignore_errors=True)
    Intake.objects.filter(pk=intake.pk).update(removed_at=timezone.now())
    IntakeFile.objects.filter(intake=intake).update(said={})


def remove_old_files() -> int:
    """Remove the files of intakes that nobody imported within KEPT. Returns how many."""
    return sum(
        _remove_if_old(pk) for pk in Intake.objects.with_files_older_than(KEPT).values_list("pk", flat=True)
    )


def _remove_if_old(pk: int) -> bool:
    """Asked again with the row locked, which starting an import locks too."""
    with transaction.atomic():
        old = Intake.objects.with_files_older_than(KEPT).select_for_update(of=("self",)).filter(pk=pk).first()
        if old is not None:
            remove_files(old)
    return old is not None
