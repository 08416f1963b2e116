"""Writing: opening a change, putting documents into it, saving drafts. Nothing here touches what is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.drafts import (
    CONTENT_FIELDS,
    add_draft,
    editable,
    locked_item,
    new_change,
    newest,
    refuse_unsound,
    store,
    void_approvals,
)
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import TITLE_MAX, Change, ChangeItem, Document, Version

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

TRIES = 5


def create_document(
    kind: Kind, *, title: str, actor: User, change: Change | None = None, **identity: Any
) -> ChangeItem:
    """Give a new document its key and a first draft, in the given change or in a new one.

    `identity` are further columns of the document, such as key, locale, owner. Raises ChangeRefused when the key
    given is taken or the change is closed. A key that somebody else took at the same instant is made anew.
    """
    require(actor, Permission.CHANGE_EDIT)
    for attempt in range(1, TRIES + 1):
        values = {"key": kind.new_key(title), "owner": actor, **identity}
        try:
            with transaction.atomic():
                return _create(kind, title, change, actor, values)
        except IntegrityError as error:
            if attempt == TRIES or "key" in identity:
                raise ChangeRefused([_("The key “%(key)s” is taken. Choose another.") % values]) from error
    raise AssertionError  # the last attempt returns or raises


def start_change(document: Document, *, actor: User, title: str = "") -> ChangeItem:
    """Open a new change with a draft of this document, based on its newest version in force."""
    require(actor, Permission.CHANGE_EDIT, document)
    with transaction.atomic():
        base = newest(document)
        change = new_change(title or (base.title if base else document.key), actor)
        return _add_based(change, document, base, actor)


def add_document(change: Change, document: Document, *, actor: User) -> ChangeItem:
    """Put another document into a change, so that both are reviewed and published together. Adding twice is one."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = editable(change)
        existing = change.items.filter(document=document).first()
        return existing or _add_based(change, document, newest(document), actor)


def remove_document(item: ChangeItem, *, actor: User) -> None:
    """Take a draft out of a change. Its saved states stay in the history."""
    require(actor, Permission.CHANGE_EDIT, item)
    with transaction.atomic():
        change = editable(item.change)
        fresh = locked_item(item)
        void_approvals(change, actor)
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
    refuse_unsound(content.get("body", ""))
    with transaction.atomic():
        change = editable(item.change)
        fresh = locked_item(item)
        changed = [
            name for name in CONTENT_FIELDS if name in content and getattr(fresh, name) != content[name]
        ]
        if not changed:
            return fresh
        if fresh.revision != revision:
            raise StaleDraft(fresh)
        # A change that nobody named bears its document's title, and readers see it: not one that was given up.
        if "title" in changed and change.title == fresh.title[:TITLE_MAX]:
            change.title = content["title"][:TITLE_MAX]
        for name in changed:
            setattr(fresh, name, content[name])
        void_approvals(change, actor)
        store(fresh, changed, actor)
        change.authors.add(actor)
        change.save(update_fields=["title", "updated_at"])
        return fresh


def restore(version: Version, *, actor: User) -> ChangeItem:
    """Open a change whose draft is an earlier version's text: going back is a change like any other."""
    require(actor, Permission.CHANGE_EDIT, version.document)
    title = _("Restore v%(number)s of %(key)s") % {"number": version.number, "key": version.document.key}
    with transaction.atomic():
        change = new_change(title, actor, why=what_it_restores(version))
        content = {name: getattr(version, name) for name in CONTENT_FIELDS}
        base = newest(version.document)
        return add_draft(change, version.document, actor=actor, base_version=base, **content)


def what_it_restores(version: Version) -> str:
    """The reason that a restoring change begins with; whoever restores adds theirs."""
    words = {"number": version.number, "key": version.document.key}
    if version.since is None:
        return _("Restores v%(number)s of %(key)s, which was never in force.") % words
    words["since"] = date_format(timezone.localtime(version.since), "j M Y")
    return _("Restores v%(number)s of %(key)s, in force from %(since)s.") % words


def _create(kind: Kind, title: str, change: Change | None, actor: User, values: dict[str, Any]) -> ChangeItem:
    change = editable(change) if change else None
    document = kind.model.objects.create(kind=kind.name, created_by=actor, **values)
    record(actor=actor, event=Event.DOCUMENT_CREATED, subject=document, facts={"kind": kind.name})
    change = change or new_change(title, actor)
    return add_draft(change, document, actor=actor, title=title, audience=kind.default_audience)


def _add_based(change: Change, document: Document, base: Version | None, actor: User) -> ChangeItem:
    """A draft of what stands; of what stood last, where nothing does."""
    start = base or document.versions.filter(in_force__isempty=False).order_by("-number").first()
    content = {name: getattr(start, name) for name in CONTENT_FIELDS} if start else {"title": document.key}
    return add_draft(change, document, actor=actor, base_version=base, **content)
