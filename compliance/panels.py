"""What compliance shows on other pages: beside a document, the duties that its text names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.models import Duty
from sopdesk.documents import panels
from sopdesk.documents.models import Reference
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version


@panels.register(Slot.DOCUMENT_ASIDE)
def duties(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """The duties that the version refers to, for those who may read them. One query."""
    if version is None:
        return None
    found = _named(viewer, version.pk)
    return Panel("compliance/duties_panel.html", {"duties": found}, order=10) if found else None


@worded
def _named(viewer: User, version: int) -> QuerySet[Duty]:
    named = Reference.objects.filter(version=version, kind="duty").values("key")
    return Duty.objects.visible_to(viewer).filter(key__in=named).select_related("framework")
