"""Ending a must-read before everybody has read it, or giving it another day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.errors import ChangeRefused
from sopdesk.readership.days import today
from sopdesk.readership.models import MustRead

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def close(must_read: MustRead, *, actor: User, why: str) -> MustRead:
    """Ask nobody to read it any more; what was read stays on record. Raises ChangeRefused without a reason."""
    require(actor, Permission.CHANGE_EDIT, must_read)
    if not why.strip():
        raise ChangeRefused([_("Say why it need not be read any more.")])
    with transaction.atomic():
        found = _open_one(must_read)
        found.closed_at, found.closed_by, found.closed_why = timezone.now(), actor, why
        found.save(update_fields=["closed_at", "closed_by", "closed_why"])
        facts = {"document": found.document.key, "why": why}
        record(actor=actor, event=Event.MUST_READ_CLOSED, subject=found.change, facts=facts)
        return found


def move(must_read: MustRead, *, actor: User, due_on: date) -> MustRead:
    """Give it another due date, today or later."""
    require(actor, Permission.CHANGE_EDIT, must_read)
    if due_on < today():
        raise ChangeRefused([_("That day has passed. Choose a later one.")])
    with transaction.atomic():
        found = _open_one(must_read)
        facts = {"document": found.document.key, "from": found.due_on, "to": due_on}
        found.due_on = due_on
        found.save(update_fields=["due_on"])
        record(actor=actor, event=Event.MUST_READ_MOVED, subject=found.change, facts=facts)
        return found


def _open_one(must_read: MustRead) -> MustRead:
    rows = MustRead.objects.select_for_update(of=("self",)).select_related("document", "change")
    found = rows.get(pk=must_read.pk)
    if found.closed_at is not None or found.replaced:
        raise ChangeRefused([_("It is closed or replaced already.")])
    return found
