"""What macros show on other pages: beside an SOP or an article, the macros to send, ready to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot
from sopdesk.documents.usage import related
from sopdesk.text.presenting import present_all

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

SHOWN = 8


@panels.register(Slot.DOCUMENT_ASIDE)
def macros_to_send(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Those that the text names and those that name it. A fixed number of queries: all are presented at once."""
    now = timezone.now()
    if version is None or document.kind not in {"sop", "article"} or version.standing_at(now) != "in_force":
        return None
    found = related(document, version, "macro", viewer=viewer, limit=SHOWN + 1)
    if not found:
        return None
    texts = present_all([macro.html for macro in found[:SHOWN]], viewer=viewer, at=now)
    rows = [(macro, text) for macro, text in zip(found, texts, strict=False)]
    return Panel("macros/macros_panel.html", {"macros": rows, "more": len(found) > SHOWN}, order=20)
