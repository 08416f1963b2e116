"""Retiring: a document's end is a change like any other, reviewed, approved and published, now or at a time.

Publishing it ends what is in force and puts nothing after it. Un-retiring is a change that restores a version.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
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
    store,
    void_approvals,
)
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import ChangeItem, Document, Retirement

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User

PARTING = ("retires", "superseded_by", "parting_note")


def start_retirement(
    document: Document, *, actor: User, superseded_by: Document | None = None, note: str = ""
) -> ChangeItem:
    """Open a change that retires a document. `note` is what its readers are told.

    Raises ChangeRefused when nothing of it is in force or scheduled, or when it would follow itself.
    """
    require(actor, Permission.CHANGE_EDIT, document)
    _refuse_successor(document, superseded_by)
    base = newest(document)
    if base is None:
        raise ChangeRefused(
            [_("Nothing of %(key)s is in force, so nothing can be retired.") % {"key": document.key}]
        )
    with transaction.atomic():
        change = new_change(
            _("Retire %(key)s: %(title)s") % {"key": document.key, "title": base.title}, actor
        )
        content = {name: getattr(base, name) for name in CONTENT_FIELDS}
        parting = {"retires": True, "superseded_by": superseded_by, "parting_note": note}
        item = add_draft(change, document, actor=actor, base_version=base, **content, **parting)
        _record(item, actor)
        return item


def set_retirement(
    item: ChangeItem,
    *,
    revision: int,
    actor: User,
    retires: bool,
    superseded_by: Document | None = None,
    note: str = "",
) -> ChangeItem:
    """Have a draft of a change retire its document, or no longer; approvals of it are voided.

    The draft's text stays as it is, so that choosing otherwise loses nothing. Raises StaleDraft when somebody saved
    meanwhile, ChangeRefused for a document without a version in force and for a closed change.
    """
    require(actor, Permission.CHANGE_EDIT, item)
    with transaction.atomic():
        change = editable(item.change)
        fresh = locked_item(item)
        if fresh.revision != revision:
            raise StaleDraft(fresh)
        if retires and fresh.base_version_id is None:
            reason = _("Nothing of %(key)s is in force, so nothing can be retired.")
            raise ChangeRefused([reason % {"key": fresh.document.key}])
        _refuse_successor(fresh.document, superseded_by)
        fresh.retires = retires
        fresh.superseded_by = superseded_by if retires else None
        fresh.parting_note = note if retires else ""
        void_approvals(change, actor)
        store(fresh, PARTING, actor)
        change.authors.add(actor)
        change.save(update_fields=["updated_at"])
        _record(fresh, actor)
        return fresh


def retirement_of(document: Document, at: datetime | None = None) -> Retirement | None:
    """How a document ended, for one that nothing of is in force at a time, now by default; None for any other."""
    moment = at or timezone.now()
    if document.versions.in_force(moment).exists():
        return None
    ended = document.retirements.filter(at__lte=moment).select_related("superseded_by", "version", "change")
    return ended.order_by("-at").first()


def successor_for(retirement: Retirement, viewer: User | AnonymousUser) -> Document | None:
    """What follows, if this person may read it, else None: nobody learns of what is hidden from them. A successor
    that was retired itself leads on to its own, so that nobody is sent from one grave to the next."""
    seen: set[int] = set()
    document = retirement.superseded_by
    while document is not None and document.pk not in seen:
        seen.add(document.pk)
        if document.versions.in_force().visible_to(viewer).exists():
            return document
        ended = retirement_of(document)
        document = ended.superseded_by if ended else None
    return None


def _refuse_successor(document: Document, superseded_by: Document | None) -> None:
    if superseded_by is not None and superseded_by.pk == document.pk:
        raise ChangeRefused([_("A document cannot be superseded by itself. Choose another, or none.")])


def _record(item: ChangeItem, actor: User) -> None:
    successor = item.superseded_by.key if item.superseded_by else None
    facts = {"document": item.document.key, "retires": item.retires, "superseded_by": successor}
    record(actor=actor, event=Event.CHANGE_RETIREMENT_SET, subject=item.change, facts=facts)
