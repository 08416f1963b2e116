"""Places on pages where a layer above shows something of its own. An app registers in its panels.py:

    @panels.register(panels.Slot.CHANGE_ASIDE)
    def threads(viewer: User, change: Change) -> Panel | None: ...

A page renders what stands in a place with `{% panels "change_aside" %}`, in the order of `Panel.order`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Slot(StrEnum):
    """The places, and what their functions are called with."""

    CHANGE_ABOVE = "change_above"  # viewer, change
    CHANGE_ASIDE = "change_aside"  # viewer, change
    CHANGE_BELOW = "change_below"  # viewer, change
    CHANGE_OUTSIDE = "change_outside"  # viewer (nobody), change: what somebody from outside signs with it
    CHANGE_STEPS = "change_steps"  # viewer, change
    DOCUMENT_ABOVE = "document_above"  # viewer, document, version or None
    DOCUMENT_ACTIONS = "document_actions"  # viewer, document, version or None
    DOCUMENT_ASIDE = "document_aside"  # viewer, document, version or None
    DOCUMENT_STRIP = "document_strip"  # viewer, document, version or None
    EDITOR_ASIDE = "editor_aside"  # viewer, item
    LIST_ACTIONS = "list_actions"  # viewer, kind


@dataclass(frozen=True)
class Panel:
    """A template and what it is given beside the page's own context; lower `order` stands first."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    order: int = 50


Maker = Callable[..., Panel | None]
_makers: dict[Slot, list[Maker]] = defaultdict(list)


def register(slot: Slot) -> Callable[[Maker], Maker]:
    """Show in this place what the function returns; None shows nothing."""

    def keep(maker: Maker) -> Maker:
        if maker not in _makers[slot]:
            _makers[slot].append(maker)
        return maker

    return keep


def shown(slot: Slot, *about: Any) -> list[Panel]:
    """The panels of a place for one page; `about` is what the slot's functions are called with."""
    made = (maker(*about) for maker in _makers[slot])
    return sorted((panel for panel in made if panel is not None), key=lambda panel: panel.order)
