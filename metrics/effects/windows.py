"""Which days a card compares: whole weeks before and after, with a week between in which people get used to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

LOOKS: Final = (2, 4, 8)  # weeks after the effective date
WEEK: Final = timedelta(days=7)
WEEKS_MAX: Final = 4


@dataclass(frozen=True)
class Windows:
    """`day` of the effective date, and how many whole weeks are compared on either side; 0 is none yet."""

    day: date
    weeks: int

    @property
    def before(self) -> tuple[date, date]:
        """First and last day, both included."""
        return self.day - self.weeks * WEEK, self.day - timedelta(days=1)

    @property
    def after(self) -> tuple[date, date]:
        return self.day + WEEK, self.day + (self.weeks + 1) * WEEK - timedelta(days=1)

    @property
    def days(self) -> int:
        return self.weeks * 7

    def within(self, mature_days: int, until: date) -> Windows:
        """The same for a measure whose rows must be so old at `until`, the first day that is not known yet."""
        known = (until - timedelta(days=mature_days) - self.day - WEEK).days // 7
        return replace(self, weeks=max(0, min(self.weeks, known)))


def day_of(moment: datetime) -> date:
    """The day in the reporting zone."""
    return moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()


def due_on(day: date, look: int) -> date:
    """The day on which the look of so many weeks may be taken."""
    return day + look * WEEK


def shares_known(look: int, weeks: int, mature_days: int) -> tuple[float, ...]:
    """Of all that the last look will know, the share that each look up to this one has: the earlier ones by the
    calendar, this one by the `weeks` it compares. An earlier look that knew as much or nothing is none."""
    earlier = {_weeks_planned(each, mature_days) for each in LOOKS if each < look}
    return tuple(each / WEEKS_MAX for each in [*sorted(each for each in earlier if 0 < each < weeks), weeks])


def _weeks_planned(look: int, mature_days: int) -> int:
    some_day = date(2026, 1, 5)
    return windows(some_day, look).within(mature_days, due_on(some_day, look)).weeks


def windows(day: date, look: int) -> Windows:
    """What a look compares: 28 days, or the weeks there are after the first one."""
    return Windows(day, min(look - 1, WEEKS_MAX))
