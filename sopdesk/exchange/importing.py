"""Importing what was read: each file becomes a draft in one change, for review like anything else.

A change of more than PER_CHANGE documents could not be reviewed in one sitting, so more go into a next one.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import describing, editing, pictures
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.models import TITLE_MAX, Change, ChangeItem
from sopdesk.exchange import faults
from sopdesk.exchange.candidates import Candidate
from sopdesk.exchange.judging import Verdict
from sopdesk.exchange.models import Intake, IntakeFile
from sopdesk.exchange.reading import INCOMING, note, verdict_on
from sopdesk.exchange.receiving import remove_files
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, Step, step
from sopdesk.jobs.submitting import submit

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

KIND = "exchange.import"
CHUNK_FILES = 20
PER_CHANGE = 200
What, Outcome = IntakeFile.What, IntakeFile.Outcome
_INCOMING = re.compile(rf"!\[([^\]\n]*)\]\({re.escape(INCOMING)}([0-9a-f]{{64}})(\s+\"[^\"\n]*\")?\)")


class ImportRefused(Exception):
    """Nothing was started; the message says why."""


def start(intake: Intake, *, chosen: set[int] | None = None, actor: User) -> Intake:
    """Import the files that were read, or those of these numbers, by a job. Raises ImportRefused.

    Pressing twice starts it once.
    """
    require(actor, Permission.DOCUMENT_IMPORT)
    require(actor, Permission.CHANGE_EDIT)
    with transaction.atomic():
        locked = Intake.objects.select_for_update(of=("self",)).select_related("reading").get(pk=intake.pk)
        if locked.importing_id is not None:
            return locked
        if locked.reading is None or locked.reading.state != Job.State.DONE:
            raise ImportRefused(_("The files are still being read."))
        if locked.removed_at is not None:
            raise ImportRefused(_("The uploaded files were removed meanwhile. Upload them again."))
        wanted = locked.files.filter(what__in=(What.NEW, What.DRAFT))
        numbers = [
            number for number in wanted.values_list("number", flat=True) if chosen is None or number in chosen
        ]
        if not numbers:
            raise ImportRefused(_("Nothing is chosen that would become a draft."))
        same = json.dumps([locked.pk, locked.sha256, numbers])
        job = submit(
            KIND,
            key=hashlib.sha256(same.encode()).hexdigest(),
            payload={"intake": locked.pk, "numbers": numbers},
            actor=actor,
            unit=Job.Unit.DOCUMENTS,
        )
        locked.importing = job
        locked.save(update_fields=["importing"])
        facts = {"files": locked.name, "sha256": locked.sha256, "documents": len(numbers)}
        record(actor=actor, event=Event.IMPORT_STARTED, subject=locked, facts=facts)
    return locked


@step(KIND)
def advance(job: Job) -> Step:
    """The next files of an import. A file that fails is reported and holds up no other."""
    intake = Intake.objects.select_related("owner", "created_by").get(pk=job.payload["intake"])
    actor = job.created_by
    numbers: list[int] = job.payload["numbers"]
    if actor is None:
        raise JobRefused("Nobody stands for this import.")
    at: int = job.cursor.get("at", 0)
    for file in intake.files.filter(number__in=numbers[at : at + CHUNK_FILES]):
        file.intake = intake
        try:
            done = faults.succeeds(partial(import_one, file, actor), file)
        except PermissionDenied as refusal:
            raise JobRefused(str(refusal)) from refusal
        if not done:
            file.outcome, file.reasons = Outcome.REFUSED, [faults.reason()]
            file.save(update_fields=["outcome", "reasons"])
    at += CHUNK_FILES
    finished = at >= len(numbers)
    if finished:
        _finish(intake, actor)
    return Step({"at": at}, min(at, len(numbers)), len(numbers), finished)


def import_one(file: IntakeFile, actor: User) -> None:
    """Make the draft of one file, or note why not. Judged anew: the desk went on since the preview."""
    found = Candidate(**file.said)
    verdict = verdict_on(file, found, actor)
    if verdict.what not in (What.NEW, What.DRAFT):
        note(file, found, verdict)
        file.outcome = Outcome.REFUSED if verdict.what == What.REFUSED else Outcome.SAME
        file.save(update_fields=["outcome"])
        return
    try:
        with transaction.atomic():
            verdict.content["body"] = _with_pictures(file, verdict.content["body"], actor)
            item = _drafted(file, verdict, actor)
    except (ChangeRefused, StaleDraft) as refusal:
        file.outcome, file.reasons = Outcome.REFUSED, list(getattr(refusal, "reasons", [str(refusal)]))
        file.save(update_fields=["outcome", "reasons"])
        return
    file.outcome, file.item, file.document, file.key = Outcome.DRAFTED, item, item.document, item.document.key
    file.content_hash = content_hash(item)
    file.save(update_fields=["outcome", "item", "document", "key", "notes", "content_hash"])


def _drafted(file: IntakeFile, verdict: Verdict, actor: User) -> ChangeItem:
    """The draft, in the change that takes the next one; the first draft of a change opens it.

    Who brought the words is an author as much as who imports them: neither reviews them.
    """
    change = _open_change(file.intake)
    document, title = verdict.document, verdict.content["title"]
    if document is None:
        identity = {**verdict.identity, **({"key": verdict.key} if verdict.key else {})}
        item = editing.create_document(verdict.kind, title=title, actor=actor, change=change, **identity)
    elif ChangeItem.objects.filter(change__intakes=file.intake, document=document).exists():
        raise ChangeRefused(
            [_("Another file of this import is a draft of %(key)s already.") % {"key": verdict.key}]
        )
    elif change is None:
        item = editing.start_change(document, actor=actor)
    else:
        item = editing.add_document(change, document, actor=actor)
    item = editing.save_draft(item, revision=item.revision, actor=actor, **verdict.content)
    item.change.authors.add(file.intake.created_by)
    if change is None:
        _describe(file.intake, item.change, actor)
    return item


def _open_change(intake: Intake) -> Change | None:
    """The change that takes the next draft; None when a new one has to be opened."""
    last = intake.changes.order_by("-pk").first()
    return last if last is not None and last.items.count() < PER_CHANGE else None


def _describe(intake: Intake, change: Change, actor: User) -> None:
    part = intake.changes.count() + 1
    title = _("Import of %(name)s") % {"name": intake.name}
    if part > 1:
        title = _("%(title)s, part %(part)d") % {"title": title[: TITLE_MAX - 20], "part": part}
    why = _("Imported from files (SHA-256 %(hash)s).") % {"hash": intake.sha256[:16]}
    describing.describe_change(change, actor=actor, title=title[:TITLE_MAX], why=why, material=True)
    intake.changes.add(change)


def _with_pictures(file: IntakeFile, body: str, actor: User) -> str:
    """The text with its pictures kept by the desk; of one that is not taken its description stays, and that is said."""

    def kept(match: re.Match[str]) -> str:
        try:
            data = (file.intake.folder / "pictures" / match[2]).read_bytes()
            picture = pictures.keep(data, actor=actor)
        except (pictures.PictureRefused, FileNotFoundError) as refusal:
            reason = " ".join(getattr(refusal, "reasons", [])) or _("The picture is no longer there.")
            file.notes = [*file.notes, _("A picture was left out: %(reason)s") % {"reason": reason}]
            return match[1]
        return f"![{match[1]}]({pictures.address(picture)}{match[3] or ''})"

    return _INCOMING.sub(kept, body)


def _finish(intake: Intake, actor: User) -> None:
    outcomes = list(intake.files.values_list("outcome", flat=True))
    facts = {name: outcomes.count(name) for name in Outcome.values if name}
    intake.finished_at = timezone.now()
    intake.save(update_fields=["finished_at"])
    record(actor=actor, event=Event.IMPORT_FINISHED, subject=intake, facts=facts)
    if Outcome.REFUSED not in outcomes and not intake.files.filter(what=What.REFUSED).exists():
        transaction.on_commit(lambda: remove_files(intake))
