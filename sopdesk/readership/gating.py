"""The cut-over gate: an approved change is published when enough of its readers have read it, or at the latest moment.

Everything is worked out from rows each time, so a restart loses nothing and two schedulers publish once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.documents import publishing, states
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.locking import database_now, locked_change
from sopdesk.documents.models import Change
from sopdesk.readership import opening
from sopdesk.readership.models import Gate, ReadPlan
from sopdesk.readership.waiting import standing_of

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

log = structlog.get_logger(__name__)
GATEKEEPER = System("cut-over gate")


def set_gate(
    change: Change, *, actor: User, share: int, by: str, latest: datetime, not_before: datetime | None = None
) -> Gate:
    """Have the desk publish this change, once approved, when so many percent of each group have read it.

    Its readers may then read it ahead. Raises ChangeRefused for a change that is scheduled, published or given up, for
    one that nobody is asked to read, and for a latest moment that has passed.
    """
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change = locked_change(change)
        _refuse_set(change, latest, not_before)
        plan, _new = ReadPlan.objects.get_or_create(change=change)
        if not plan.is_asked:
            raise ChangeRefused(
                [_("Nobody is asked to read this change, so a gate would never open by itself.")]
            )
        if not plan.early:
            plan.early = True
            plan.save(update_fields=["early", "updated_at"])
        values = {"share": share, "by": by, "latest": latest, "not_before": not_before}
        gate, _made = Gate.objects.update_or_create(
            change=change, defaults={**values, "set_by": actor, "trouble": ""}
        )
        opening.open_for(change)
        record(actor=actor, event=Event.GATE_SET, subject=change, facts=values)
        return gate


def remove_gate(change: Change, *, actor: User) -> None:
    """Take the gate off: the change waits for somebody to publish it, as others do."""
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change = locked_change(change)
        if change.state not in states.EDITABLE:
            raise ChangeRefused([_("The change is on its way already; its gate is part of its record.")])
        if Gate.objects.filter(change=change).delete()[0]:
            record(actor=actor, event=Event.GATE_REMOVED, subject=change)


def override(change: Change, *, actor: User, reason: str) -> Change:
    """Publish a gated change now although its readers are not ready. Raises ChangeRefused without a reason."""
    require(actor, Permission.CHANGE_PUBLISH, change)
    if not reason.strip():
        raise ChangeRefused([_("Say why it cannot wait for its readers.")])
    with transaction.atomic():
        change = locked_change(change)
        gate = Gate.objects.select_for_update().filter(change=change, opened_at=None).first()
        if gate is None:
            raise ChangeRefused([_("No gate holds this change.")])
        facts = {"reason": reason, "standing": standing_of(gate).facts}
        gate.overridden_by, gate.override_reason, gate.opened_at = actor, reason, database_now()
        gate.save(update_fields=["overridden_by", "override_reason", "opened_at"])
        change = publishing.publish(change, actor=actor)
        record(actor=actor, event=Event.GATE_OVERRIDDEN, subject=change, facts=facts)
        return change


def try_all() -> int:
    """Publish every approved change whose gate may open; one that fails holds up no other. Returns how many."""
    waiting = Gate.objects.filter(opened_at=None, change__state=Change.State.APPROVED)
    return sum(_try_safely(pk) for pk in waiting.order_by("latest").values_list("pk", flat=True))


def try_gate(gate_id: int) -> bool:
    """Publish one gated change if its gate may open, in the name of whoever set it. Returns whether it was published.

    What publishing refuses (an approval that no longer stands, a person who may no longer publish) is kept as the
    gate's trouble for the page to show, and tried again.
    """
    gate = Gate.objects.filter(pk=gate_id).first()
    if gate is None or not standing_of(gate).may_open:
        return False
    with transaction.atomic():
        change = locked_change(gate.change)
        gate = Gate.objects.select_for_update().filter(pk=gate_id, opened_at=None).first()
        if gate is None or change.state != Change.State.APPROVED:
            return False
        try:
            _open(gate, change)
        except (ChangeRefused, PermissionDenied) as refusal:
            _keep_trouble(gate_id, str(refusal))
            return False
        return True


def _try_safely(gate_id: int) -> bool:
    try:
        return try_gate(gate_id)
    except Exception:
        log.exception("gate_failed", gate=gate_id)
        _keep_trouble(
            gate_id, _("The desk could not publish it because of an error of its own. It tries again.")
        )
        return False


def _keep_trouble(gate_id: int, trouble: str) -> None:
    Gate.objects.filter(pk=gate_id).exclude(trouble=trouble).update(trouble=trouble)


def _open(gate: Gate, change: Change) -> None:
    with transaction.atomic():
        standing = standing_of(gate)
        gate.opened_at, gate.trouble = timezone.now(), ""
        gate.save(update_fields=["opened_at", "trouble"])
        publishing.publish(change, actor=gate.set_by)
        facts = {
            "for": str(gate.set_by),
            "at_the_latest": not standing.is_reached,
            "standing": standing.facts,
        }
        record(actor=GATEKEEPER, event=Event.GATE_OPENED, subject=change, facts=facts)


def _refuse_set(change: Change, latest: datetime, not_before: datetime | None) -> None:
    if change.state not in states.EDITABLE:
        reason = _("This change is %(state)s. Unschedule it first, or leave it as it is.")
        raise ChangeRefused([reason % {"state": change.get_state_display()}])
    if latest <= database_now():
        raise ChangeRefused([_("The latest moment has passed. Choose a later one.")])
    if not_before is not None and not_before > latest:
        raise ChangeRefused([_("The earliest moment stands after the latest one.")])
