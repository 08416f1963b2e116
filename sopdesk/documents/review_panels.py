"""What reviewing shows on the page of a document: the signatures under a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels, signing
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version


@panels.register(Slot.DOCUMENT_ASIDE)
def signatures(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Who approved this version, for whom, and what exactly; for staff."""
    if version is None or not allows(viewer, Permission.DOCUMENT_READ_HISTORY):
        return None
    found = signing.signatures(version)
    may_read_change = allows(viewer, Permission.CHANGE_READ)
    shown = {"signatures": found, "change_id": version.change_id if may_read_change else None}
    return Panel("documents/signatures_panel.html", shown, order=80) if found else None
