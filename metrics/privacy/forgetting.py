"""What other apps keep of tickets goes with them: they register here, for this app knows none of those above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

Words = dict[int, list[dict[str, Any]]]
"""What people wrote about tickets, by the ticket's id."""


class _Keeper(NamedTuple):
    of_tickets: Callable[[Sequence[int]], None]
    words: Callable[[Sequence[int]], Words]
    waiting_files: Callable[[], int]
    nightly: Callable[[], None]


_KEEPERS: Final[list[_Keeper]] = []


def register(
    *,
    of_tickets: Callable[[Sequence[int]], None],
    words: Callable[[Sequence[int]], Words],
    waiting_files: Callable[[], int],
    nightly: Callable[[], None],
) -> None:
    """`of_tickets` forgets people's words about these tickets, which are being deleted, or whose customer is being
    erased, in the same transaction; `words` tells them. `waiting_files`: how many uploaded files were not brought in
    yet. `nightly` forgets what is over its time. What forgets is safe to run twice."""
    _KEEPERS.append(_Keeper(of_tickets, words, waiting_files, nightly))


def forget(ids: Sequence[int]) -> None:
    """Of these tickets, by their ids."""
    for keeper in _KEEPERS:
        keeper.of_tickets(ids)


def words(ids: Sequence[int]) -> Words:
    found: Words = defaultdict(list)
    for keeper in _KEEPERS:
        for number, said in keeper.words(ids).items():
            found[number] += said
    return dict(found)


def waiting_files() -> int:
    return sum(keeper.waiting_files() for keeper in _KEEPERS)


def nightly() -> None:
    for keeper in _KEEPERS:
        keeper.nightly()
