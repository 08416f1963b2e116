"""What legal holds keep: asked here by what lies below them (metrics/privacy/holding.py says it)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from django.db.models import Q

from metrics.models import Ticket

Names = tuple[tuple[str, str], ...]
"""One person, by each key that they were hashed by: its fingerprint ("" where it was not noted), and the hash."""


class _Holds(NamedTuple):
    condition: Callable[[], Q | None]
    people: Callable[[], list[Names]]
    note: Callable[[Sequence[int], Q], None]


_HOLDS: Final[list[_Holds]] = []


def register(
    *,
    condition: Callable[[], Q | None],
    people: Callable[[], list[Names]],
    note: Callable[[Sequence[int], Q], None],
) -> None:
    """`condition`: the tickets that are held now, None where nothing is. `people`: whom holds name. `note`: remembers
    of these tickets, which the condition narrows further, by which hold they are held now."""
    _HOLDS.append(_Holds(condition, people, note))


def condition() -> Q | None:
    """The tickets that are held now; None where nothing is."""
    found = [each for holds in _HOLDS if (each := holds.condition()) is not None]
    return reduce(or_, found) if found else None


def among(ids: Sequence[int], *, within: tuple[datetime, datetime] | None = None) -> set[int]:
    """Which of these tickets are held, as they are now. `within`: when they were created, where that is known: only
    those months are looked through then."""
    kept = condition() if ids else None
    if kept is None:
        return set()
    return {*Ticket.objects.filter(kept, _created(within), pk__in=ids).values_list("pk", flat=True)}


def note(ids: Sequence[int], *, within: tuple[datetime, datetime]) -> None:
    """Before they are changed: what a hold has caught stays held until it ends. `ids`: tickets that are held, created
    `within` these moments. No query without them."""
    for holds in _HOLDS if ids else ():
        holds.note(ids, _created(within))


def _created(within: tuple[datetime, datetime] | None) -> Q:
    return Q(created_at__range=within) if within else Q()


def people() -> list[Names]:
    """Whom standing holds name."""
    return [names for holds in _HOLDS for names in holds.people()]
