"""What there is to choose from that the facets do not hold: teams that are not ours, markets, priorities, macros, SOPs
and agents.

Looking through all rollups for it takes longer than a page may; it changes with imports, so that it is remembered for
ten minutes: what a site has, or all of them have, so that nobody is offered what only others may see. A page offers
those with most tickets; the others are found by typing (`matching`). What counts is whether tickets have a value
(`has`), so that what an import has just brought narrows before it is offered.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.core.cache import cache
from django.db.models import F, QuerySet, Sum

from metrics import levels, weeks_behind
from metrics.choices import Choice, there
from metrics.models import Cell, Facet, Slice, WeekCell
from metrics.weeks import WEEKS
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows

REMEMBERED_SECONDS: Final = 600
OFFERED: Final = 200
FOUND: Final = 50
MOST: Final = 10_000  # values that are found by a part of them; rarer ones have to be typed whole
Choices = dict[str, tuple[list[Choice], bool]]
_REMEMBERED: Final = ("team", "market", "priority", "macro", "agent")


def may_choose(viewer: User, name: str) -> bool:
    """Whether this person may narrow by this field."""
    return name != "agent" or allows(viewer, Permission.METRICS_READ_AGENTS)


def choices_of(viewer: User) -> Choices:
    """By field, what this person is offered, and whether there is more. SOPs are theirs alone, and asked each time."""
    found: Choices = {
        name: ([(key, key) for key in keys], has_more)
        for name, (keys, has_more) in _remembered(viewer, "some").items()
    }
    found["sop"] = ([(key, key) for key in levels.sop_labels(viewer)], False)
    return found


def has(viewer: User, name: str, value: str) -> bool:
    """Whether any ticket that this person may see has this value. At most three queries."""
    if not may_choose(viewer, name):
        return False
    if name == "sop":
        return value in levels.sop_labels(viewer)
    return any(rows.filter(value=value).exists() for rows in _tables(viewer, name))


def matching(viewer: User, name: str, text: str) -> list[Choice]:
    """The values of a field with this text in them, those with most tickets first; our own teams by their names too."""
    if not may_choose(viewer, name):
        return []
    facets = Facet.objects.visible_to(viewer)
    if name == "label":
        rows = facets.exclude(label="").filter(label__icontains=text.replace("\0", "")).order_by()
        counted = rows.values("label").annotate(n=Sum("created_n")).order_by(F("n").desc(nulls_last=True))
        return [(row["label"], row["label"]) for row in counted[:FOUND]]
    ours = there(facets).teams if name == "team" else []
    every = [*ours, *((value, value) for value in _remembered(viewer, "every").get(name, []))]
    sought = text.casefold()
    return [each for each in every if any(sought in part.casefold() for part in each)][:FOUND]


def _remembered(viewer: User, how_many: str) -> dict[str, Any]:
    """By field: "every" value, or "some", which a page reads, with whether there are more."""
    names = [name for name in _REMEMBERED if may_choose(viewer, name)]
    scope = f"{_scope(viewer)}:{len(names)}"
    found: dict[str, Any] | None = cache.get(f"metrics:choices:{how_many}:{scope}")
    if found is not None:
        return found
    every = {name: _looked_up(viewer, name) for name in names}
    some = {name: (sorted(values[:OFFERED]), len(values) > OFFERED) for name, values in every.items()}
    made: dict[str, dict[str, Any]] = {"every": every, "some": some}
    for which, values_by_name in made.items():
        cache.set(f"metrics:choices:{which}:{scope}", values_by_name, REMEMBERED_SECONDS)
    return made[how_many]


def _scope(viewer: User) -> str:
    if allows(viewer, Permission.METRICS_READ_ALL_SITES):
        return "all"
    return str(viewer.team.site_id) if allows(viewer, Permission.METRICS_READ) and viewer.team else "none"


def _looked_up(viewer: User, name: str) -> list[str]:
    """Those with most tickets first."""
    counted = Counter[str]()
    for rows in _tables(viewer, name):
        every = rows.order_by().exclude(value="").values_list("value").annotate(n=Sum("created_n", default=0))
        counted.update(dict(every.order_by("-n", "value")[:MOST]))
    return [value for value, _n in sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST]]


def _tables(viewer: User, name: str) -> list[QuerySet[Any]]:
    """The rows of the smallest table that knows this field, and of days of weeks that are behind, each with its `value`
    of it. At most one query."""
    if name in {"macro", "agent"}:
        slices = Slice.objects.visible_to(viewer).filter(kind=name)
        return [slices.annotate(value=F("key"))]
    tables: list[QuerySet[Any]] = [
        WeekCell.objects.visible_to(viewer).filter(kind=WeekCell.Kind.FINE, weeks=WEEKS)
    ]
    if behind := weeks_behind.days():
        tables.append(Cell.objects.visible_to(viewer).filter(behind.condition()))
    if name == "team":
        return [rows.filter(team=None).annotate(value=F("team_name")) for rows in tables]
    return [rows.annotate(value=F(name)) for rows in tables]
