"""What the sops app shows on pages of documents and in the editor: the way to the flow chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import ChangeItem, Document, Version

GUIDE_MARKS = ('class="choices"', 'class="outcome"')
"""What the stored page of a text with steps holds."""


@panels.register(Slot.DOCUMENT_ACTIONS)
def way_to_chart(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Where the version in force is a guide."""
    if document.kind != "sop" or version is None or not any(mark in version.html for mark in GUIDE_MARKS):
        return None
    return Panel("sops/flow_link.html", {"flow_url": reverse("sops:flow", args=[document.key])}, order=20)


@panels.register(Slot.EDITOR_ASIDE)
def way_to_draft_chart(viewer: User, item: ChangeItem) -> Panel | None:
    if item.document.kind != "sop":
        return None
    url = reverse("sops:flow_draft", args=[item.change_id, item.pk])
    return Panel("sops/flow_link.html", {"flow_url": url}, order=15)
