"""References `[[kind:key#anchor]]`: what a text points at, and who can say what that is now.

An app registers one resolver for its kind in `AppConfig.ready()`:

    @references.register("sop")
    def resolve(keys: Collection[str], *, viewer: object, at: datetime) -> dict[str, Target]: ...
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Reference:
    """One use in a text. `anchor` is the section pointed at ("" for the whole thing), `section` the anchor it
    stands in.
    """

    kind: str
    key: str
    anchor: str
    section: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a key stands for, for one viewer at one instant. `value` is shown in place of the title (a fact's
    value).
    """

    title: str
    url: str = ""
    value: str = ""


class Resolver(Protocol):
    """Looks up many keys at once; leaves out what does not exist or what the viewer may not see."""

    def __call__(self, keys: Collection[str], /, *, viewer: Any, at: datetime) -> dict[str, Target]: ...


R = TypeVar("R", bound=Resolver)

_resolvers: dict[str, Resolver] = {}


def register(kind: str) -> Callable[[R], R]:
    """Decorator: this function resolves `kind`. Raises ValueError when another function already does."""

    def keep(resolver: R) -> R:
        if _resolvers.get(kind, resolver) is not resolver:
            raise ValueError(f"References of kind {kind!r} already have a resolver.")
        _resolvers[kind] = resolver
        return resolver

    return keep


def kinds() -> frozenset[str]:
    """Kinds that have a resolver."""
    return frozenset(_resolvers)


def resolve_all(
    wanted: Mapping[str, Collection[str]], *, viewer: Any, at: datetime
) -> dict[tuple[str, str], Target]:
    """Targets of several kinds, by kind and key. Kinds whose resolvers have one function `together` (it takes a mapping
    of kinds to keys) are resolved in one call of it.
    """
    found: dict[tuple[str, str], Target] = {}
    shared: dict[Any, dict[str, Collection[str]]] = {}
    for kind, keys in wanted.items():
        together = getattr(_resolvers.get(kind), "together", None)
        if together is not None and keys:
            shared.setdefault(together, {})[kind] = frozenset(keys)
            continue
        targets = resolve(kind, keys, viewer=viewer, at=at)
        found |= {(kind, key): target for key, target in targets.items()}
    for together, kinds_and_keys in shared.items():
        for kind, targets in together(kinds_and_keys, viewer=viewer, at=at).items():
            found |= {(kind, key): target for key, target in targets.items()}
    return found


def resolve(kind: str, keys: Collection[str], *, viewer: Any, at: datetime) -> dict[str, Target]:
    """Targets by key for one kind, in one call of its resolver; {} for an unknown kind or no keys."""
    resolver = _resolvers.get(kind)
    return resolver(frozenset(keys), viewer=viewer, at=at) if resolver and keys else {}
