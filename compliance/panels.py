"""What compliance shows on other pages: beside a document, the duties that its text names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.models import Duty
from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version


@panels.register(Slot.DOCUMENT_ASIDE)
def duties(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """The duties that the version refers to, for those who may read them. One query."""
    if version is None:
        return None
    named = version.references.filter(kind="duty").values("key")
    found = list(Duty.objects.visible_to(viewer).filter(key__in=named).select_related("framework"))
    return Panel("compliance/duties_panel.html", {"duties": found}, order=10) if found else None
