"""How the verbs of this app refuse. A view turns each into words beside what the person typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopdesk.documents.models import Change, ChangeItem


class ChangeRefused(Exception):
    """A step was not taken and nothing was changed. `reasons` are sentences for the person, one each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


class PublishRefused(ChangeRefused):
    """The change may not be published as it is."""


class DraftRefused(ChangeRefused):
    """The text cannot be stored as it is; `reasons` say where and how to mend it."""


class StaleDraft(Exception):
    """Somebody saved this draft meanwhile. `theirs` is the draft as it stands now; nothing was overwritten."""

    def __init__(self, theirs: ChangeItem) -> None:
        super().__init__("the draft was saved by somebody else meanwhile")
        self.theirs = theirs


class StaleDescription(Exception):
    """Somebody described this change meanwhile. `theirs` is the change as it stands; nothing was overwritten."""

    def __init__(self, theirs: Change) -> None:
        super().__init__("the change was described by somebody else meanwhile")
        self.theirs = theirs


class LinkGone(Exception):
    """A link of an outside reviewer does not work, or no longer; it is not said which."""
