"""What service levels show on other pages: beside a label, that promises were measured by its older names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.promises import outdated
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version


@panels.register(Slot.DOCUMENT_ABOVE)
def by_older_names(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """For those who read figures; one query where no target is by label."""
    if document.kind != "label" or not allows(viewer, Permission.METRICS_READ):
        return None
    found = outdated.of_label(document.key)
    may_measure = allows(viewer, Permission.SERVICE_LEVELS_EDIT)
    return (
        Panel("metrics/promises_outdated.html", {"outdated": found, "may_measure": may_measure})
        if found
        else None
    )
