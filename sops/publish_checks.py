"""What the publish checks say of an SOP as a guided path: every way through it should end in an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sopdesk.documents import checks
from sopdesk.text import structure
from sopdesk.text.structure import Flaw

if TYPE_CHECKING:
    from sopdesk.documents.models import ChangeItem


@checks.register
def path_ends(item: ChangeItem) -> Iterable[checks.Finding]:
    """Advice: a half-built guide can be read as a page, so a flaw in its path does not stop it.

    A choice that leads to no section is a dangling link, which `text_is_sound` names, and which does.
    """
    parsed = checks.read(item) if item.document.kind == "sop" and not item.retires else None
    for flaw in structure.problems(parsed.steps) if parsed else ():
        if flaw.flaw != Flaw.dangling:
            yield checks.at_line(item, flaw.line, flaw.what, flaw.how)
