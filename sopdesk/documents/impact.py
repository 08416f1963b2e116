"""What a change will touch, asked before it is submitted. An app registers a source in its impacts.py:

@impact.register
def tickets(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sopdesk.documents.items import items_of
from sopdesk.documents.models import Change, ChangeItem

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Link:
    """One thing that is touched."""

    label: str
    url: str


@dataclass(frozen=True)
class Impact:
    """One figure of the preview: "412 tickets a week". `count` None: it was not measured, and `detail` says why.

    `url` leads to what was counted; `links` name the first of it. Lower `order` stands first.
    """

    name: str
    label: str
    count: int | None
    detail: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()
    order: int = 50


Source = Callable[["User", Change, Sequence[ChangeItem]], Iterable[Impact]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a source of figures. It takes a bounded number of queries, however many items there are."""
    if source not in _sources:
        _sources.append(source)
    return source


def preview(change: Change, *, viewer: User) -> list[Impact]:
    """All that the sources say of a change, as far as the viewer may see it."""
    items = items_of(change)
    found = [impact for source in _sources for impact in source(viewer, change, items)]
    return sorted(found, key=lambda impact: impact.order)
