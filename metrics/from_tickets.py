"""Figures that no level of the rollups holds, worked out from the tickets when they are asked for.

The rows are those that the rollups are made of (metrics/counting.py), of the days that are asked for, and are narrowed,
cut and added up as rollups are. That takes as long as there are tickets, so it is asked first how many there are.
Tickets that were deleted are in the sums of their days alone: of such days nothing can be worked out any more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from metrics.counting import part_sql, part_values
from metrics.days import DAY
from metrics.dimensions import DIMENSIONS, in_a_sentence
from metrics.errors import Refused
from metrics.filters import Period
from metrics.models import Source
from metrics.querysets import TicketPartQuerySet
from metrics.summing import once, summed
from metrics.weeks import WEEKS
from sopdesk.text.figures import grouped, in_words

# A figure of so many took about a second, on two cores that other work shared (decision 57).
MOST_THROUGH: Final = 200_000  # tickets of these days, of all sites: they are looked through
MOST_READ: Final = 30_000  # tickets that the question is about: what hangs on them is read, and added up
# What is read of one ticket may lie on other days, and of an agent also on tickets of others.
_READ: Final = ("created_n", "solved_n", "handled_n", "answered_n")
_AT_ONCE: Final = 7 * WEEKS


class Days(Protocol):
    """A level of the rollups (metrics/levels.py)."""

    def within(
        self, periods: Sequence[Period], *, at_once: int, of: Collection[str]
    ) -> list[QuerySet[Any]]: ...


@dataclass(frozen=True)
class Reading:
    """What is known before tickets are read. `key`: who asks for what, to look once a page; `every`: all tickets;
    `about`: levels, each of which has all tickets in question; `placed`: rollups of the places in question, as far as
    they are visible; `apart`: the choices without which no ticket need be read, the first of them without the others or
    they without it; `sees_all`: whether who asks may know how many tickets all sites have."""

    key: Hashable
    every: Days
    about: tuple[Days, ...]
    placed: QuerySet[Any]
    apart: tuple[str, ...]
    sees_all: bool

    def check(self, periods: Sequence[Period]) -> None:
        """Raises Refused for days whose tickets were deleted, and for too many tickets. Five queries at most."""
        once(("tickets to read", self.key, tuple(periods)), lambda: self._check(periods))

    def _check(self, periods: Sequence[Period]) -> None:
        self._check_deleted(periods)
        through = once(("tickets in all", tuple(periods)), lambda: _most(self.every, periods, ["created_n"]))
        if through > MOST_THROUGH:
            raise self._refused(self._too_many_in_all(is_compared=len(periods) > 1))
        found = min(_most(each, periods, _READ) for each in self.about)
        if found > MOST_READ:
            raise self._refused(_too_many(found, is_compared=len(periods) > 1))

    def _refused(self, said: str) -> Refused:
        left = _("Choose fewer days, or leave out: %(others)s.")
        return Refused(f"{self._why()} {said} {self._left(left)}", apart=self.apart)

    def _too_many_in_all(self, *, is_compared: bool) -> str:
        """Without their number for who may not know it."""
        most = {"most": grouped(MOST_THROUGH)}
        if self.sees_all and is_compared:
            said = _("These days and those compared with have more than %(most)s tickets in all.") % most
        elif self.sees_all:
            said = _("These days have more than %(most)s tickets in all.") % most
        elif is_compared:
            said = _("These days and those compared with have too many tickets to be looked through.")
        else:
            said = _("These days have too many tickets to be looked through.")
        return said

    def _why(self) -> str:
        kind, *others = _in_words(self.apart)
        if not others:
            return _("Such figures by %(kind)s are worked out from the tickets.") % {"kind": kind}
        said = _("Figures by %(kind)s together with %(others)s are worked out from the tickets.")
        return said % {"kind": kind, "others": ", ".join(others)}

    def _left(self, said: str) -> str:
        return said % {"others": ", ".join(_in_words(self.apart[1:] or self.apart))}

    def _check_deleted(self, periods: Sequence[Period]) -> None:
        """Two queries at most."""
        first = min(period.first for period in periods)
        sources = Source.objects.filter(figures_frozen_before__gt=first)
        frozen = {pk: day for pk, day in sources.values_list("pk", "figures_frozen_before") if day}
        if not frozen:
            return
        gone, asked = Q(), Q()
        for source, day in frozen.items():
            gone |= Q(source=source, day__lt=day)
        for period in periods:
            asked |= Q(day__range=(period.first, period.last))
        hit = {*self.placed.filter(gone, asked).order_by().values_list("source_id", flat=True).distinct()}
        if not hit:
            return
        since = max(frozen[source] for source in hit)
        said = _("Tickets from before %(day)s were deleted, and only their sums by day were kept.")
        left = self._left(_("Choose days since then, or leave out: %(others)s."))
        raise Refused(
            f"{self._why()} {said % {'day': in_words(since)}} {left}", apart=self.apart, since=since
        )


def _in_words(apart: Sequence[str]) -> list[str]:
    return [in_a_sentence(DIMENSIONS[key]) for key in apart]


def _too_many(found: int, *, is_compared: bool) -> str:
    said = (
        _(
            "In these days and those compared with, tickets or contacts in question are about %(n)s,"
            " and %(most)s at most are read."
        )
        if is_compared
        else _("Tickets or contacts in question are about %(n)s, and %(most)s at most are read.")
    )
    return said % {"n": grouped(found), "most": grouped(MOST_READ)}


def _most(level: Days, periods: Sequence[Period], names: Sequence[str]) -> int:
    """The greatest of these sums of the days. One query."""
    [row] = summed(level.within(periods, at_once=_AT_ONCE, of=names), (), names)
    return max(int(row[name]) for name in names)


def within(parts: TicketPartQuerySet, periods: Sequence[Period]) -> list[QuerySet[Any]]:
    """What is added on these days, in one piece where they follow each other. At most one query."""
    return [parts.made_by(*_select(first, last + DAY)) for first, last in _joined(periods)]


def _joined(periods: Sequence[Period]) -> list[tuple[date, date]]:
    """First and last days of spans that neither overlap nor follow each other."""
    found: list[tuple[date, date]] = []
    for period in sorted(periods, key=lambda period: period.first):
        if found and period.first <= found[-1][1] + DAY:
            found[-1] = found[-1][0], max(found[-1][1], period.last)
        else:
            found.append((period.first, period.last))
    return found


_NAMED: Final = re.compile(r"%\((\w+)\)s")


def _select(first: date, after: date) -> tuple[str, tuple[Any, ...]]:
    """The statement and its values in their order, as the ORM has it."""
    values = once(("values of parts", first, after), lambda: part_values(first, after))
    sql = part_sql(whole=True, one=False, named=bool(values["names"]))
    return _NAMED.sub("%s", sql), tuple(values[name] for name in _NAMED.findall(sql))
