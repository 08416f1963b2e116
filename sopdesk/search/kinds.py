"""What can be found: a layer above registers each kind of thing with its name and where it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class FoundKind:
    """`label` names one of them, `plural` all; `icon` is one of assets/icons.txt; `url` leads from a key to the
    page where it is read. `weight` is how much a find of this kind is worth beside another's, 1 at most."""

    name: str
    label: StrOrPromise
    plural: StrOrPromise
    icon: str
    url: Callable[[str], str]
    weight: float = 1.0


_kinds: dict[str, FoundKind] = {}


def register(kind: FoundKind) -> None:
    """Make a kind findable; registering its name again replaces it. Passages of no registered kind stay hidden."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> FoundKind:
    """The kind of this name. Raises KeyError for one that nobody registers."""
    return _kinds[name]


def all_kinds() -> list[FoundKind]:
    """Every kind, what is looked for most first."""
    return sorted(_kinds.values(), key=lambda kind: -kind.weight)


def names() -> list[str]:
    return list(_kinds)
