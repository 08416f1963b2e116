"""What initiatives show on other pages: on a change, which initiative it is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.improving.models import Initiative
from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change


@panels.register(Slot.CHANGE_ASIDE)
def part_of(viewer: User, change: Change) -> Panel | None:
    """For those who may see the initiative. One query."""
    found = _with(viewer, change.pk)
    return Panel("metrics/improving/change_panel.html", {"initiatives": found}, order=45) if found else None


@worded
def _with(viewer: User, change: int) -> QuerySet[Initiative]:
    return Initiative.objects.visible_to(viewer).filter(changes=change).select_related("owner")
