"""Planning how a change is brought to its readers: whether it has to be read, by when, ahead of its time or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import drafts, states
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.items import is_read
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Change
from sopdesk.readership import opening
from sopdesk.readership.models import ReadPlan

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

PLANNED = ("asks", "due_days", "due_on", "early", "pass_mark")
PLANNABLE = states.EDITABLE | {Change.State.SCHEDULED}


def plan_of(change: Change) -> ReadPlan:
    """The change's plan; the defaults, not stored, when nobody planned anything. A page asks once."""
    if is_read(change):
        return getattr(change, "read_plan", None) or ReadPlan(change=change)
    return ReadPlan.objects.filter(change=change).first() or ReadPlan(change=change)


def plan(change: Change, *, actor: User, **values: Any) -> ReadPlan:
    """Set any of asks, due_days, due_on, early, pass_mark. Raises ChangeRefused once it is in force.

    The plan itself is no part of what is approved, but a pass mark is, with its questions: changing that voids
    approvals, and whoever sets it took part in writing.
    """
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = locked_change(change)
        if change.state not in PLANNABLE:
            reason = _("This change is %(state)s: what its readers are asked can no longer be planned.")
            raise ChangeRefused([reason % {"state": change.get_state_display()}])
        found = plan_of(change)
        changed = [name for name in PLANNED if name in values and getattr(found, name) != values[name]]
        if found.pk and not changed:
            return found
        if "pass_mark" in changed:
            _write_pass_mark(change, actor)
        for name in changed:
            setattr(found, name, values[name])
        found.change = change
        found.save()
        opening.open_for(change)
        facts = {name: getattr(found, name) for name in changed}
        record(actor=actor, event=Event.MUST_READ_PLANNED, subject=change, facts=facts)
        return found


def _write_pass_mark(change: Change, actor: User) -> None:
    """Open the change for another pass mark. Before there are questions nobody approved one, so no approval falls."""
    if change.questions.exists():
        drafts.editable(change)
        drafts.void_approvals(change, actor)
    if change.state in states.EDITABLE:
        change.authors.add(actor)
