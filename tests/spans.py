"""For rollups that a test writes by hand: where a day's sums stand once more."""

from __future__ import annotations

from datetime import date
from typing import Any

from metrics.weeks import OF_ALL, WEEKS, block_of, monday_of


def spans_of(day: date) -> list[dict[str, Any]]:
    """The week and the block of weeks that hold this day, as columns of `Week` and `WeekCell`; and the same of all
    teams and channels together."""
    return [
        {"day": begin, "weeks": weeks * whose}
        for begin, weeks in ((monday_of(day), 1), (block_of(day), WEEKS))
        for whose in (1, OF_ALL)
    ]
