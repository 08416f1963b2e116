"""Tickets a day of teams that began on different days: against a comparison group, only where there is one."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import numpy as np

from metrics.effects import volumes
from metrics.effects.counting import Counts
from metrics.effects.windows import windows

SPAN = windows(date(2026, 6, 1), 8)
FALL = 0.012  # of everything, a day: nothing here is the work of a change
LATER = {1: 0, 2: 21}
MINGLED, ALONE = {"ours": 20, "others": 50}, {"ours": 40, "others": 0}


def counted(*teams: dict[str, int]) -> Counts:
    """Teams 1 and 2 with so many tickets a day on the day that the first began."""
    draw, rows = np.random.default_rng(7), []
    first, last = SPAN.before[0], SPAN.after[1]
    for team, each_day in enumerate(teams, 1):
        for place in range((last - first).days + 1):
            past = (first + timedelta(days=place + LATER[team]) - SPAN.day).days
            for name, n in each_day.items():
                number = draw.poisson(n * np.exp(-FALL * past))
                rows.append((place, team, name == "ours", number, number, LATER[team]))
    day, team, ours, n, total, later = np.array([row for row in rows if row[3]]).T
    return Counts(first, day, team, ours, n, total.astype(float), later, {})


def test_a_wave_without_others_adds_nothing() -> None:
    both, alone = counted(MINGLED, ALONE), counted(MINGLED)
    found = volumes.change_against_others(SPAN, both, 0.95)
    assert found == volumes.change_against_others(SPAN, alone, 0.95)
    assert found is not None
    assert found.low < 1 < found.high
    change = volumes.change(SPAN, both, 0.95, ours=True)
    assert change is not None
    assert change.high < 0.8  # its own change is that of all its waves


def test_a_wave_with_few_others_adds_little_however_many_are_ours() -> None:
    """Most of its days have two other tickets or fewer: their logarithms fall by less than the tickets do."""
    few = {"ours": 200, "others": 2}
    found, first = (
        volumes.change_against_others(SPAN, counts, 0.95)
        for counts in (counted(MINGLED, few), counted(MINGLED))
    )
    assert found is not None
    assert first is not None
    assert found.low < 1 < found.high
    assert log(found.high / found.low) < 1.1 * log(first.high / first.low)


def test_a_wave_with_too_few_others_adds_nothing() -> None:
    hardly = counted(MINGLED, {"ours": 200, "others": 1})  # fewer than 20 in the four weeks after
    assert volumes.change_against_others(SPAN, hardly, 0.95) == volumes.change_against_others(
        SPAN, counted(MINGLED), 0.95
    )


def test_where_no_wave_has_others_there_is_nothing_to_compare_with() -> None:
    assert volumes.change_against_others(SPAN, counted(ALONE, ALONE), 0.95) is None


def test_waves_that_both_have_others_are_put_together() -> None:
    found, first = (
        volumes.change_against_others(SPAN, counts, 0.95)
        for counts in (counted(MINGLED, {"ours": 40, "others": 30}), counted(MINGLED))
    )
    assert found is not None
    assert first is not None
    assert found.low < 1 < found.high
    assert found.high / found.low < first.high / first.low
