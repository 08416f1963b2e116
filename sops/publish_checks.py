"""What the publish checks say of an SOP as a guided path: every way through it should end in an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sopdesk.documents import checks
from sopdesk.text import structure
from sopdesk.text.guards import TextRefused

if TYPE_CHECKING:
    from sopdesk.documents.models import ChangeItem


@checks.register
def path_ends(item: ChangeItem) -> Iterable[checks.Finding]:
    """Advice: a half-built guide can be read as a page, so a flaw in its path does not stop it."""
    if item.document.kind != "sop":
        return
    try:
        path = structure.steps(item.body)
    except TextRefused:
        return  # `text_is_sound` says so, with the lines.
    for flaw in structure.problems(path):
        yield checks.Finding(item, f"{flaw.what} {flaw.how}", blocks=False, where=f"#{flaw.anchor}")
