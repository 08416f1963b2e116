"""What every verb that touches a draft does: make sure it is open, read it under a lock, void what was approved, store.

The verbs are in editing.py, rebasing.py and retiring.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import states, telling
from sopdesk.documents.errors import ChangeRefused, DraftRefused
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import TITLE_MAX, Approval, Change, ChangeItem, Document, Version
from sopdesk.text import markdown

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

SITTING = timedelta(minutes=30)
CONTENT_FIELDS = ("title", "body", "audience", "audience_teams", "data")


def newest(document: Document) -> Version | None:
    """The version a new draft begins from: the last one in force or scheduled."""
    return document.versions.current_or_coming().order_by("-number").first()


def new_change(title: str, actor: User, *, why: str = "") -> Change:
    """A change without drafts yet, by this author."""
    change = Change.objects.create(title=title[:TITLE_MAX], why=why)
    change.authors.add(actor)
    record(actor=actor, event=Event.CHANGE_STARTED, subject=change)
    return change


def add_draft(change: Change, document: Document, *, actor: User, **content: Any) -> ChangeItem:
    """Put a draft with this content into a locked change."""
    void_approvals(change, actor)
    item = ChangeItem.objects.create(change=change, document_id=document.pk, updated_by=actor, **content)
    change.authors.add(actor)
    record(actor=actor, event=Event.CHANGE_DOCUMENT_ADDED, subject=change, facts={"document": document.key})
    return item


def editable(change: Change) -> Change:
    """The change as it is now, locked. Raises ChangeRefused when its drafts can no longer be edited."""
    change = locked_change(change)
    if change.state not in states.EDITABLE:
        reason = _("This change is %(state)s and locked. Unschedule it to edit, or start a new change.")
        raise ChangeRefused([reason % {"state": change.get_state_display()}])
    return change


def locked_item(item: ChangeItem) -> ChangeItem:
    """The draft as it is now, it alone locked. Raises ChangeRefused when somebody took it out meanwhile."""
    drafts = ChangeItem.objects.select_for_update(of=("self",)).select_related("document")
    fresh = drafts.filter(pk=item.pk).first()
    if fresh is None:
        raise ChangeRefused([_("This document was taken out of the change meanwhile.")])
    return fresh


def void_approvals(change: Change, actor: User) -> list[Approval]:
    """An edit during review makes earlier approvals worthless: they were given for another text. Whoever gave one is
    told. Returns those that stood."""
    if not states.may(change, "revise"):
        return []
    void = states.void_approvals(change, actor=actor)
    if void or change.state == Change.State.APPROVED:
        states.move(change, "revise", actor=actor, note=_("The text was edited; approvals are void."))
    if change.claimed_by_id == actor.pk:  # Who writes it cannot review it.
        change.claimed_by = None
        change.save(update_fields=["claimed_by"])
    if void:
        telling.approvals_void(change, void, actor=actor)
        facts = {"of": [each.name or str(each.reviewer) for each in void]}
        record(actor=actor, event=Event.CHANGE_APPROVALS_VOIDED, subject=change, facts=facts)
    return void


def refuse_unsound(body: str) -> None:
    """Raise DraftRefused, with line and remedy, for a text that cannot be rendered."""
    try:
        markdown.render(body)
    except markdown.TextRefused as refusal:
        words = _("Line %(line)s: %(what)s %(how)s")
        found = [{"line": each.line, "what": each.what, "how": each.how} for each in refusal.problems]
        raise DraftRefused([words % each for each in found]) from refusal


def store(item: ChangeItem, changed: Sequence[str], actor: User, *, joins_sitting: bool = True) -> None:
    """Save the draft; its history has one entry per author and sitting, holding where the sitting ended.

    Without `joins_sitting` the entry before stays as it is, whoever wrote it: what it holds is being replaced.
    """
    item.revision += 1
    item.updated_by = actor
    fields = [*changed, "revision", "updated_by", "updated_at"]
    last = item.history.first()
    is_same = last is not None and last.updated_by_id == actor.pk
    if joins_sitting and is_same and last.history_date > timezone.now() - SITTING:
        item.save_without_historical_record(update_fields=fields)  # type: ignore[attr-defined]
        item.history.filter(pk=last.pk).update(
            **{name: getattr(item, name) for name in ("revision", *changed)}
        )
        return
    item.save(update_fields=fields)
