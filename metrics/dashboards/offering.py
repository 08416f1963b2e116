"""What there is to choose from that the facets do not hold: markets, priorities, macros and SOPs.

Looking through all rollups for it takes longer than a page may; it changes with imports, so that it is remembered for a
minute: what a site has, or all of them have, so that nobody is offered what only others may see.
"""

from __future__ import annotations

from typing import Final

from django.core.cache import cache

from metrics import levels
from metrics.models import Cell, Slice
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows

REMEMBERED_SECONDS: Final = 60
OFFERED: Final = 200
Choices = dict[str, list[tuple[str, str]]]


def choices_of(viewer: User) -> Choices:
    """By field, what this person may choose. SOPs are theirs alone, and asked each time."""
    found: Choices = {**_remembered(viewer)}
    found["sop"] = [(key, key) for key in levels.sop_labels(viewer)]
    return found


def _remembered(viewer: User) -> Choices:
    key = f"metrics:choices:{_scope(viewer)}"
    found: Choices | None = cache.get(key)
    if found is None:
        found = _looked_up(viewer)
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _scope(viewer: User) -> str:
    if allows(viewer, Permission.METRICS_READ_ALL_SITES):
        return "all"
    return str(viewer.team.site_id) if allows(viewer, Permission.METRICS_READ) and viewer.team else "none"


def _looked_up(viewer: User) -> Choices:
    cells, slices = Cell.objects.visible_to(viewer), Slice.objects.visible_to(viewer)
    rows = {
        "market": cells.values_list("market", flat=True),
        "priority": cells.values_list("priority", flat=True),
        "macro": slices.filter(kind=Slice.Kind.MACRO).values_list("key", flat=True),
    }
    return {
        name: [(value, value) for value in sorted(found.order_by().distinct()[:OFFERED]) if value]
        for name, found in rows.items()
    }
