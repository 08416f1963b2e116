"""Lines with their small pictures: of which days they are, and of how many parts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics import levels
from metrics.dashboards import breaking_down
from metrics.filters import Period
from metrics.weeks import block_of


@pytest.mark.parametrize("days", [1, 13, 28, 31, 92, 93, 182, 365, 366, 730])
def test_small_pictures_have_equal_parts_and_no_day_beside_the_period(days: int) -> None:
    """Wherever the period ends: a part of one day beside others of four weeks would look like a fall."""
    for end in range(28):
        last = date(2026, 11, 1) + timedelta(days=end)
        period = Period(last - timedelta(days=days - 1), last)
        for points in range(breaking_down.SPARK_LEAST, breaking_down.SPARK_POINTS + 1):
            drawn, part, at_once = breaking_down._parts(period, points)
            assert period.first <= drawn.first <= drawn.last <= period.last
            assert drawn.days % part == part % at_once == 0
            assert 1 <= drawn.days // part <= breaking_down.SPARK_POINTS
            assert days < 28 or drawn.days // part >= points // 2
            if at_once == levels.BLOCK_OF_WEEKS:
                assert block_of(drawn.first) == drawn.first
        if days == 365:
            assert at_once == levels.BLOCK_OF_WEEKS
            assert drawn.days // part >= 12
