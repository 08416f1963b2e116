"""Documents on their way out: one at once, many by a job into a zip; each as its reader sees it in force."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.models import Document, Version
from sopdesk.exchange.html_files import html_file
from sopdesk.exchange.kept_pictures import addresses_in, picture_bytes
from sopdesk.exchange.markdown_files import file_name, markdown_file
from sopdesk.exchange.models import OFFERED, Export
from sopdesk.exchange.pdf_files import pdf
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, Step, on_failed, step
from sopdesk.jobs.submitting import submit

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.kinds import Kind
    from sopdesk.documents.querysets import VersionQuerySet

KIND = "exchange.export"
CHUNK = 20


class Form(models.TextChoices):
    """What documents go out as."""

    MARKDOWN = "markdown", gettext_lazy("Markdown")
    HTML = "html", gettext_lazy("HTML")
    PDF = "pdf", gettext_lazy("PDF")


TYPES = {
    Form.MARKDOWN: "text/markdown; charset=utf-8",
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
}
ENDINGS = {Form.MARKDOWN: "md", Form.HTML: "html", Form.PDF: "pdf"}


class ExportRefused(Exception):
    """Nothing is made; the message says why."""


def one(document: Document, version: Version, form: str, *, viewer: User) -> tuple[str, str, bytes]:
    """A version as a file: its name, its type, its content. Markdown with pictures goes as a zip with them."""
    if form == Form.MARKDOWN and (shown := addresses_in(version.body)):
        text = markdown_file(document, version, viewer=viewer, packed=True)
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(file_name(document, "md"), text)
            for address in shown:
                if (data := picture_bytes(address)) is not None:
                    archive.writestr(address.removeprefix("/"), data)
        return file_name(document, "zip"), "application/zip", out.getvalue()
    name = file_name(document, ENDINGS[Form(form)], also=f"-v{version.number}")
    return name, TYPES[Form(form)], _content(document, version, form, viewer)


def _content(document: Document, version: Version, form: str, viewer: User) -> bytes:
    base: str = settings.SITE_ADDRESS
    if form == Form.PDF:
        return pdf(document, version, viewer=viewer, base=base)
    if form == Form.HTML:
        return html_file(document, version, viewer=viewer, base=base).encode()
    return markdown_file(document, version, viewer=viewer, packed=True).encode()


def start(kind: Kind, documents: Iterable[int], form: str, *, query: str, actor: User) -> Export:
    """Put those of these documents that are in force for `actor` into one file, by a job. Raises ExportRefused when
    there are none."""
    require(actor, Permission.DOCUMENT_READ_INTERNAL)
    wanted = list(readable(documents, actor).values_list("document_id", flat=True))
    if not wanted:
        raise ExportRefused(_("Nothing in this list is in force, so there is nothing to export."))
    with transaction.atomic():
        export = Export.objects.create(
            kind=kind.name, form=Form(form), query=query[:2000], documents=wanted, created_by=actor,
            stored=f"{uuid4()}.zip",
        )  # fmt: skip
        key = hashlib.sha256(export.stored.encode()).hexdigest()
        export.job = submit(
            KIND, key=key, payload={"export": export.pk}, actor=actor, unit=Job.Unit.DOCUMENTS
        )
        export.save(update_fields=["job"])
        facts = {"kind": kind.name, "form": form, "documents": len(wanted)}
        record(actor=actor, event=Event.EXPORT_STARTED, subject=export, facts=facts)
    return export


@step(KIND)
def advance(job: Job) -> Step:
    """The next documents of an export. What its maker may no longer read is left out."""
    export = Export.objects.select_related("created_by").get(pk=job.payload["export"])
    viewer = export.created_by
    if not allows(viewer, Permission.DOCUMENT_READ_INTERNAL):
        raise JobRefused(_("You may no longer read these documents."))
    at: int = job.cursor.get("at", 0)
    ids = export.documents[at : at + CHUNK]
    versions = readable(ids, viewer).select_related("document__owner")
    _note(export, at, [_put(export, version, viewer) for version in versions])
    at, total = at + CHUNK, len(export.documents)
    finished = at >= total
    if finished:
        _close(export)
    return Step({"at": at}, min(at, total), total, finished)


def readable(ids: Iterable[int], viewer: User) -> VersionQuerySet:
    """The versions in force of these documents that a person may read, by key."""
    documents = Document.objects.visible_to(viewer).filter(pk__in=list(ids))
    versions = Version.objects.visible_to(viewer).in_force().filter(document__in=documents.values("pk"))
    return versions.order_by("document__key")


def _folder(export: Export) -> Path:
    """What was begun: under `files` what goes into the zip, under `entries` what each chunk says of its files."""
    return export.path.with_suffix(".parts")


def _note(export: Export, at: int, entries: list[dict[str, Any]]) -> None:
    """Note what a chunk wrote in a file of its own; done twice it is the same."""
    path = _folder(export) / "entries" / f"{at:09}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries), encoding="utf-8")


def _noted(export: Export) -> list[dict[str, Any]]:
    noted = sorted((_folder(export) / "entries").iterdir())
    return [entry for path in noted for entry in json.loads(path.read_text(encoding="utf-8"))]


def _put(export: Export, version: Version, viewer: User) -> dict[str, Any]:
    """Write one document, and its pictures, beside the others; done twice it is the same."""
    folder = _folder(export) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    document = version.document
    data = _content(document, version, export.form, viewer)
    name = file_name(document, ENDINGS[Form(export.form)])
    (folder / name).write_bytes(data)
    pictures = addresses_in(version.body) if export.form == Form.MARKDOWN else []
    for address in pictures:
        path = folder / address.removeprefix("/")
        path.parent.mkdir(exist_ok=True)
        if not path.exists() and (shown := picture_bytes(address)) is not None:
            path.write_bytes(shown)
    return {
        "id": document.pk,
        "key": document.key,
        "kind": document.kind,
        "title": version.title,
        "version": version.number,
        "in_force_from": version.since.isoformat() if version.since else None,
        "content_hash": version.content_hash,
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "pictures": [address.removeprefix("/") for address in pictures],
    }


def _close(export: Export) -> None:
    """What was noted into one zip, with a list of what is in it. What a failed try left behind stays out."""
    folder, entries = _folder(export) / "files", _noted(export)
    names = {name for entry in entries for name in (entry["file"], *entry["pictures"])}
    listed = [{name: value for name, value in entry.items() if name != "id"} for entry in entries]
    manifest = {
        "format": "sopdesk-export-1",
        "exported_at": timezone.now().isoformat(),
        "site": settings.SITE_ADDRESS,
        "form": export.form,
        "documents": listed,
    }
    half = export.path.with_suffix(".half")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
        for name in sorted(names):
            if (folder / name).is_file():
                archive.write(folder / name, name)
    half.replace(export.path)
    export.documents = [entry["id"] for entry in entries]
    export.size, export.finished_at = export.path.stat().st_size, timezone.now()
    export.save(update_fields=["documents", "size", "finished_at"])
    transaction.on_commit(lambda: shutil.rmtree(_folder(export), ignore_errors=True))


@on_failed(KIND)
def tidy(job: Job) -> None:
    """Take away what was begun."""
    export = Export.objects.get(pk=job.payload["export"])
    shutil.rmtree(_folder(export), ignore_errors=True)
    export.path.with_suffix(".half").unlink(missing_ok=True)


def may_still_be_read(export: Export, viewer: User) -> bool:
    """Whether all that is in the file may still be read by who asks for it now."""
    return readable(export.documents, viewer).count() == len(export.documents)


def remove_old_exports() -> int:
    """Remove finished files that are no longer offered. Returns how many."""
    over = Export.objects.filter(finished_at__lt=timezone.now() - OFFERED).exclude(size=0)
    for export in over:
        export.path.unlink(missing_ok=True)
    return over.update(size=0)
