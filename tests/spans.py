"""For rollups that a test writes by hand: where a day's sums stand once more."""

from __future__ import annotations

from datetime import date
from typing import Any

from metrics.weeks import WEEKS, block_of, monday_of


def spans_of(day: date) -> list[dict[str, Any]]:
    """The week and the block of weeks that hold this day, as columns of `Week` and `WeekCell`."""
    return [{"day": monday_of(day), "weeks": 1}, {"day": block_of(day), "weeks": WEEKS}]
