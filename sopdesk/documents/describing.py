"""What a change says of itself: title, why, how big it is, and when it is planned to come in force."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.drafts import editable, void_approvals
from sopdesk.documents.errors import StaleDescription
from sopdesk.documents.models import Change

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

APPROVED_TOO = ("title", "why", "material")


def describe_change(
    change: Change,
    *,
    actor: User,
    title: str,
    why: str,
    material: bool,
    planned_at: datetime | None = None,
    planned_zone: str = "",
    revision: int | None = None,
) -> Change:
    """Set what a change says of itself. Title, why and size are approved with the text: readers are told them, too.

    The plan is not: it binds nobody, and whoever releases the change answers for its time. `revision` is what the
    writer read (None: whatever stands there). Raises StaleDescription with the change as it is when somebody described
    it meanwhile; nothing is overwritten.
    """
    require(actor, Permission.CHANGE_EDIT, change)
    said = {
        "title": title,
        "why": why,
        "material": material,
        "planned_at": planned_at,
        "planned_zone": planned_zone if planned_at else "",
    }
    with transaction.atomic():
        change = editable(change)
        changed = [name for name, value in said.items() if getattr(change, name) != value]
        if not changed:
            return change
        if revision is not None and change.revision != revision:
            raise StaleDescription(change)
        if any(name in APPROVED_TOO for name in changed):
            void_approvals(change, actor)
        for name in changed:
            setattr(change, name, said[name])
        change.revision += 1
        change.save(update_fields=[*changed, "revision", "updated_at"])
        change.authors.add(actor)
        record(actor=actor, event=Event.CHANGE_DESCRIBED, subject=change, facts={"changed": changed})
        return change
