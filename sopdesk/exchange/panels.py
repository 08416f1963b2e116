"""Entries in the menus of lists and documents: what can be taken out, and where files come in."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Document, Version
from sopdesk.documents.panels import Panel, Slot
from sopdesk.exchange.exporting import Form

Viewer = User | AnonymousUser


@panels.register(Slot.LIST_ACTIONS)
def list_actions(viewer: Viewer, kind: Kind) -> Panel | None:
    """Export this list; import files."""
    if not allows(viewer, Permission.DOCUMENT_READ_INTERNAL):
        return None
    may_import = allows(viewer, Permission.DOCUMENT_IMPORT) and allows(viewer, Permission.CHANGE_EDIT)
    return Panel(
        "exchange/list_actions.html", {"forms": Form.choices, "may_import": may_import, "kind": kind}
    )


@panels.register(Slot.DOCUMENT_ACTIONS)
def document_actions(viewer: Viewer, document: Document, version: Version | None) -> Panel | None:
    """Take this version out as a file."""
    if version is None or not allows(viewer, Permission.DOCUMENT_READ_INTERNAL):
        return None
    at = [document.kind, document.key, version.number]
    if not allows(viewer, Permission.DOCUMENT_READ_HISTORY):
        return None
    links = [(label, reverse("exchange:version_export", args=[*at, form])) for form, label in Form.choices]
    return Panel("exchange/document_actions.html", {"links": links}, order=80)
