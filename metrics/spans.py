"""Which rows stand for the whole weeks of a period: blocks, weeks beside them, or days where no week is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from metrics import weeks_behind
from metrics.days import DAY, Days
from metrics.filters import Period
from metrics.weeks import BLOCK, WEEKS, block_of, monday_of

WEEK: Final = timedelta(days=7)


def whole_weeks(period: Period) -> tuple[date, date] | None:
    """The first Monday, and the one after the last week, of the whole weeks of a period."""
    monday, after = monday_of(period.first + timedelta(days=6)), monday_of(period.last + timedelta(days=1))
    return (monday, after) if monday < after else None


def add_weeks(
    days: Days, weeks: Days, monday: date, after: date, mature: Mapping[int, date], *, blocks: bool
) -> None:
    """Adds the weeks from one Monday to before another, as blocks and the weeks beside them; and the days of weeks of
    which a source is mature only as far as to one of their days (`mature`: of each source the last), and of weeks that
    are behind (metrics/weeks_behind.py). At most one query."""
    begin, end = block_of(monday + BLOCK - DAY), block_of(after)
    if not blocks or begin >= end:
        begin = end = after
    weeks.add(begin, end - DAY, weeks=WEEKS)
    weeks.add(monday, begin - DAY, weeks=1)
    weeks.add(end, after - DAY, weeks=1)
    for source, last in mature.items():
        week, block = monday_of(last), block_of(last)
        if begin <= block < end and last + DAY < block + BLOCK:
            weeks.leave_out(source, block, block, weeks=WEEKS)
            weeks.add(block, block + BLOCK - DAY, weeks=1, source=source)
        if monday <= week < after and last.weekday() < 6:
            weeks.leave_out(source, week, week, weeks=1)
            days.add(week, week + 6 * DAY, source=source)
    for source, runs in weeks_behind.runs().items():
        for first, last in runs:
            weeks.leave_out(source, first, last, weeks=1)
            weeks.leave_out(source, block_of(first), last, weeks=WEEKS)
            weeks.add(
                max(begin, block_of(first)), min(end, block_of(last) + BLOCK) - DAY, weeks=1, source=source
            )
            days.add(max(monday, first), min(after, last + WEEK) - DAY, source=source)
