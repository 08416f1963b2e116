"""How many tickets were unsolved at the end of a day. A level, not a sum: that of a period is that of its last day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from metrics import cutting, levels
from metrics.cutting import Keys
from metrics.dimensions import TIMES
from metrics.filters import Period
from metrics.levels import Level, Wanted
from metrics.models import Backlog
from sopdesk.accounts.models import User

# How many days ago the ticket was created, from … on.
AGES: Final[dict[int, str | Promise]] = {
    0: gettext_lazy("today"),
    1: gettext_lazy("1 to 3 days"),
    3: gettext_lazy("3 to 7 days"),
    7: gettext_lazy("7 to 30 days"),
    30: gettext_lazy("30 days and more"),
}


@dataclass
class Standing:
    """What was open at the end of one day. `left_n`: how many more would have been, were they not left out; `untold`:
    how many rows do not say, from before that was counted. `ages`: what was open by the keys of AGES, where one day was
    asked for."""

    open_n: int = 0
    left_n: int = 0
    untold: int = 0
    ages: Counter[int] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def excluded(self) -> int | None:
        """How many were left out; None where that is not known of all of them."""
        return None if self.untold else self.left_n

    def add(self, row: dict[str, Any], times: int = 1) -> None:
        self.open_n += times * row["n"]
        self.left_n += times * row["left"]
        self.untold += times * row["untold"]


def standing(user: User | None, by: tuple[str, ...], period: Period, chosen: Wanted) -> dict[Keys, Standing]:
    """By the values of the dimensions: on the last day of the period, or of each of its days or weeks."""
    others = tuple(key for key in by if key not in TIMES)
    times = [key for key in by if key in TIMES]
    level = _level(user, others, chosen)
    if not times:
        return _at(level, others, period.last) or ({} if by else {(): Standing()})
    found: dict[Keys, Standing] = {}
    for day, now in _days(level, others, period):
        for keys, one in now.items():
            values = iter(keys)
            whole = tuple(_time(key, day) if key in TIMES else next(values) for key in by)
            found[whole] = one  # the last day of a week is the one that stays
    return found


def unsolved(user: User | None, period: Period, chosen: Wanted) -> list[tuple[int, date, int]]:
    """How many tickets of each source and day of creation are open yet. One query. Raises Refused."""
    rows = _level(user, (), chosen).rollups.filter(
        until_day=None, open_n__gt=0, day__range=(period.first, period.last)
    )
    return list(rows.order_by().values_list("source_id", "day").annotate(n=Sum("open_n")))


def _time(key: str, day: date) -> str:
    return (day if key == "day" else day - timedelta(days=day.weekday())).isoformat()


def _level(user: User | None, by: tuple[str, ...], chosen: Wanted) -> Level:
    return levels.labelled_level(Backlog, user, by, chosen)


def _at(level: Level, by: tuple[str, ...], day: date) -> dict[Keys, Standing]:
    """What was open at the end of this day."""
    found: dict[Keys, Standing] = {}
    for keys, names, row in _rows(level, by, level.rollups.filter(_open_on(day)), "day"):
        one = found.setdefault(keys, Standing(names=names))
        one.add(row)
        one.ages[max(age for age in AGES if age <= max(0, (day - row["day"]).days))] += row["n"]
    return found


def _open_on(day: date) -> Q:
    return Q(from_day__lte=day) & (Q(until_day=None) | Q(until_day__gt=day))


def _days(level: Level, by: tuple[str, ...], period: Period) -> list[tuple[date, dict[Keys, Standing]]]:
    """The end of each day of the period: what was open on the first, and from there what came and went."""
    now = _at(level, by, period.first) or ({} if by else {(): Standing()})
    moved: dict[date, list[tuple[Keys, dict[str, Any], int]]] = {}
    for column, times in (("from_day", 1), ("until_day", -1)):
        rows = level.rollups.filter(**{f"{column}__gt": period.first, f"{column}__lte": period.last})
        for keys, names, row in _rows(level, by, rows, column):
            now.setdefault(keys, Standing(names=names))
            moved.setdefault(row[column], []).append((keys, row, times))
    found = []
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        for keys, row, times in moved.get(day, ()):
            now[keys].add(row, times)
        as_of = {
            keys: Standing(one.open_n, one.left_n, one.untold, names=one.names) for keys, one in now.items()
        }
        found.append((day, as_of))
    return found


def _rows(
    level: Level, by: tuple[str, ...], rollups: QuerySet[Any], *more: str
) -> list[tuple[Keys, dict[str, str], dict[str, Any]]]:
    """The rows added up by the dimensions and some more columns, each with the lines that it belongs to."""
    rows = (
        rollups.order_by()
        .values(*cutting.columns(level, by), *more)
        .annotate(n=Sum("open_n"), left=Sum("left_n", default=0), untold=Count("pk", filter=Q(left_n=None)))
    )
    return [(keys, names, row) for row in rows for keys, names in cutting.cut(level, by, row)]
