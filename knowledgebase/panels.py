"""What articles show on other pages: beside an SOP, the articles that explain it to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot
from sopdesk.documents.usage import related

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

SHOWN = 8
COLUMNS = ("title", "number", "in_force", "document__kind", "document__key")


@panels.register(Slot.DOCUMENT_ASIDE)
def articles(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Those that the SOP names and those that name it; one from before its last material change is marked."""
    if version is None or document.kind != "sop" or version.standing_at(timezone.now()) != "in_force":
        return None
    found = related(document, version, "article", viewer=viewer, limit=SHOWN, only=COLUMNS)
    if not found:
        return None
    rows = [(article, _is_older(article, version)) for article in found]
    return Panel("knowledgebase/articles_panel.html", {"articles": rows}, order=30)


def _is_older(article: Version, version: Version) -> bool:
    return bool(version.material and article.since and version.since and article.since < version.since)
