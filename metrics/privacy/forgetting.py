"""What other apps keep of tickets goes with them: they register here, for this app knows none of those above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

_OF_TICKETS: Final[list[Callable[[Sequence[int]], None]]] = []
_NIGHTLY: Final[list[Callable[[], None]]] = []


def register(*, of_tickets: Callable[[Sequence[int]], None], nightly: Callable[[], None]) -> None:
    """`of_tickets` forgets people's words about these tickets, which are being deleted, or whose customer is being
    erased, in the same transaction. `nightly` forgets what is over its time. Both are safe to run twice."""
    _OF_TICKETS.append(of_tickets)
    _NIGHTLY.append(nightly)


def forget(ids: Sequence[int]) -> None:
    """Of these tickets, by their ids."""
    for each in _OF_TICKETS:
        each(ids)


def nightly() -> None:
    for each in _NIGHTLY:
        each()
