"""Writing: opening a change, putting documents into it, saving drafts. Nothing here touches what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import states
from sopdesk.documents.errors import ChangeRefused, DraftRefused, StaleDraft
from sopdesk.documents.kinds import Kind
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Change, ChangeItem, Document, Version
from sopdesk.text import markdown

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

SITTING = timedelta(minutes=30)
CONTENT_FIELDS = ("title", "body", "audience", "audience_teams", "data")


def create_document(
    kind: Kind, *, title: str, actor: User, change: Change | None = None, **identity: Any
) -> ChangeItem:
    """Give a new document its key and a first draft, in the given change or in a new one.

    `identity` are further columns of the document, such as key, locale, owner. Raises ChangeRefused when the key
    is taken or the change is closed.
    """
    require(actor, Permission.CHANGE_EDIT)
    values = {"key": kind.new_key(title), "owner": actor, **identity}
    try:
        with transaction.atomic():
            change = _editable(change) if change else None
            document = kind.model.objects.create(kind=kind.name, created_by=actor, **values)
            record(actor=actor, event=Event.DOCUMENT_CREATED, subject=document, facts={"kind": kind.name})
            change = change or _new_change(title, actor)
            return _add(change, document, actor=actor, title=title, audience=kind.default_audience)
    except IntegrityError as error:
        raise ChangeRefused([_("The key “%(key)s” is taken. Choose another.") % values]) from error


def start_change(document: Document, *, actor: User, title: str = "") -> ChangeItem:
    """Open a new change with a draft of this document, based on its newest version in force."""
    require(actor, Permission.CHANGE_EDIT, document)
    with transaction.atomic():
        base = newest(document)
        change = _new_change(title or (base.title if base else document.key), actor)
        return _add_based(change, document, base, actor)


def add_document(change: Change, document: Document, *, actor: User) -> ChangeItem:
    """Put another document into a change, so that both are reviewed and published together. Adding twice is one."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = _editable(change)
        existing = change.items.filter(document=document).first()
        return existing or _add_based(change, document, newest(document), actor)


def remove_document(item: ChangeItem, *, actor: User) -> None:
    """Take a draft out of a change. Its saved states stay in the history."""
    require(actor, Permission.CHANGE_EDIT, item)
    with transaction.atomic():
        change = _editable(item.change)
        fresh = _locked_item(item)
        _void_approvals(change, actor)
        change.authors.add(actor)
        record(
            actor=actor,
            event=Event.CHANGE_DOCUMENT_REMOVED,
            subject=change,
            facts={"document": fresh.document.key},
        )
        fresh.delete()


def save_draft(item: ChangeItem, *, revision: int, actor: User, **content: Any) -> ChangeItem:
    """Save what was typed, if nobody saved this draft since `revision` was read; approvals of it are voided.

    `content` holds any of title, body, audience, audience_teams, data. Raises StaleDraft with the draft as it is
    now (nothing overwritten), DraftRefused for a text that cannot be rendered, ChangeRefused when it is closed.
    """
    require(actor, Permission.CHANGE_EDIT, item)
    _refuse_unsound(content.get("body", ""))
    with transaction.atomic():
        change = _editable(item.change)
        fresh = _locked_item(item)
        changed = [
            name for name in CONTENT_FIELDS if name in content and getattr(fresh, name) != content[name]
        ]
        if not changed:
            return fresh
        if fresh.revision != revision:
            raise StaleDraft(fresh)
        for name in changed:
            setattr(fresh, name, content[name])
        _void_approvals(change, actor)
        _store(fresh, changed, actor)
        change.authors.add(actor)
        change.save(update_fields=["updated_at"])
        return fresh


def describe_change(change: Change, *, actor: User, title: str, why: str, material: bool) -> Change:
    """Set what a change says of itself. All of it is part of what is approved: readers are told why, too."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = _editable(change)
        if (change.title, change.why, change.material) != (title, why, material):
            _void_approvals(change, actor)
        change.title, change.why, change.material = title, why, material
        change.save(update_fields=["title", "why", "material", "updated_at"])
        change.authors.add(actor)
        return change


def rebase(item: ChangeItem, *, actor: User, revision: int) -> ChangeItem:
    """Say that the draft has been brought up to the newest version: from now on it is compared with that one."""
    require(actor, Permission.CHANGE_EDIT, item)
    with transaction.atomic():
        change = _editable(item.change)
        fresh = _locked_item(item)
        if fresh.revision != revision:
            raise StaleDraft(fresh)
        _void_approvals(change, actor)
        fresh.base_version = newest(fresh.document)
        _store(fresh, ["base_version"], actor)
        change.authors.add(actor)
        facts = {"document": fresh.document.key, "base": getattr(fresh.base_version, "number", None)}
        record(actor=actor, event=Event.CHANGE_REBASED, subject=change, facts=facts)
        return fresh


def restore(version: Version, *, actor: User) -> ChangeItem:
    """Open a change whose draft is an earlier version's text: going back is a change like any other."""
    title = _("Restore v%(number)s of %(key)s") % {"number": version.number, "key": version.document.key}
    with transaction.atomic():
        item = start_change(version.document, actor=actor, title=title)
        content = {name: getattr(version, name) for name in CONTENT_FIELDS}
        return save_draft(item, revision=item.revision, actor=actor, **content)


def newest(document: Document) -> Version | None:
    """The version a new draft begins from: the last one in force or scheduled."""
    return document.versions.current_or_coming().order_by("-number").first()


def _new_change(title: str, actor: User) -> Change:
    change = Change.objects.create(title=title)
    change.authors.add(actor)
    record(actor=actor, event=Event.CHANGE_STARTED, subject=change)
    return change


def _add_based(change: Change, document: Document, base: Version | None, actor: User) -> ChangeItem:
    content = {name: getattr(base, name) for name in CONTENT_FIELDS} if base else {"title": document.key}
    return _add(change, document, actor=actor, base_version=base, **content)


def _add(change: Change, document: Document, *, actor: User, **content: Any) -> ChangeItem:
    _void_approvals(change, actor)
    item = ChangeItem.objects.create(change=change, document_id=document.pk, updated_by=actor, **content)
    change.authors.add(actor)
    record(actor=actor, event=Event.CHANGE_DOCUMENT_ADDED, subject=change, facts={"document": document.key})
    return item


def _editable(change: Change) -> Change:
    change = locked_change(change)
    if change.state not in states.EDITABLE:
        reason = _("This change is %(state)s and locked. Unschedule it to edit, or start a new change.")
        raise ChangeRefused([reason % {"state": change.get_state_display()}])
    return change


def _locked_item(item: ChangeItem) -> ChangeItem:
    """The draft as it is now, it alone locked. Raises ChangeRefused when somebody took it out meanwhile."""
    drafts = ChangeItem.objects.select_for_update(of=("self",)).select_related("document")
    fresh = drafts.filter(pk=item.pk).first()
    if fresh is None:
        raise ChangeRefused([_("This document was taken out of the change meanwhile.")])
    return fresh


def _void_approvals(change: Change, actor: User) -> None:
    """An edit during review makes earlier approvals worthless: they were given for another text."""
    if not states.may(change, "revise"):
        return
    if states.void_approvals(change) or change.state == Change.State.APPROVED:
        states.move(change, "revise", actor=actor, note=_("The text was edited; approvals are void."))


def _refuse_unsound(body: str) -> None:
    try:
        markdown.render(body)
    except markdown.TextRefused as refusal:
        words = _("Line %(line)s: %(what)s %(how)s")
        found = [{"line": each.line, "what": each.what, "how": each.how} for each in refusal.problems]
        raise DraftRefused([words % each for each in found]) from refusal


def _store(item: ChangeItem, changed: Sequence[str], actor: User) -> None:
    """Save the draft; its history has one entry per author and sitting, holding where the sitting ended."""
    item.revision += 1
    item.updated_by = actor
    fields = [*changed, "revision", "updated_by", "updated_at"]
    last = item.history.first()
    if last is not None and last.updated_by_id == actor.pk and last.history_date > timezone.now() - SITTING:
        item.save_without_historical_record(update_fields=fields)  # type: ignore[attr-defined]
        values = {name: getattr(item, name) for name in ("revision", *changed) if name != "base_version"}
        item.history.filter(pk=last.pk).update(**values, base_version_id=item.base_version_id)
        return
    item.save(update_fields=fields)
