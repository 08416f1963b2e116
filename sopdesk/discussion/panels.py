"""What a change's page shows of its discussion beside and below the difference, and the editor beside the text."""

from __future__ import annotations

from sopdesk.accounts.models import User
from sopdesk.discussion.reading import discussion
from sopdesk.documents.models import Change, ChangeItem
from sopdesk.documents.panels import Panel, Slot, register


@register(Slot.CHANGE_ASIDE)
def overview(viewer: User, change: Change) -> Panel:
    """Counts, what holds the approval up, and the way from thread to thread."""
    return Panel("discussion/panel.html", {"talk": discussion(change, viewer)}, order=5)


@register(Slot.CHANGE_BELOW)
def elsewhere(viewer: User, change: Change) -> Panel:
    """Threads that stand at no section shown above, and the place to open one about the whole change."""
    return Panel("discussion/elsewhere.html", {"talk": discussion(change, viewer)}, order=20)


@register(Slot.EDITOR_ASIDE)
def beside_the_text(viewer: User, item: ChangeItem) -> Panel | None:
    """The open threads of a draft, each with the way to its words."""
    threads = discussion(item.change, viewer).of_item(item)
    context = {"threads": threads, "item": item}
    return Panel("discussion/editor_threads.html", context, order=5) if threads else None
