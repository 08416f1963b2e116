"""Axes of cards tick at round values of the unit that people read."""

from __future__ import annotations

import pytest

from metrics.effects.scale import ticks


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (464, 478, "duration", ["7.5 min", "8 min"]),
        (430, 700, "duration", ["6 min", "8 min", "10 min", "12 min"]),
        (60, 90, "duration", ["60 s", "70 s", "80 s", "90 s"]),
        (0, 7300, "duration", ["0", "1 h", "2 h", "3 h"]),
        (200_000, 400_000, "duration", ["2 days", "3 days", "4 days", "5 days"]),
        (0.801, 0.884, "percent", ["80 %", "85 %", "90 %"]),
        (0.0112, 0.0128, "percent", ["1.10 %", "1.15 %", "1.20 %", "1.25 %", "1.30 %"]),
        (1480, 2350, "number", ["1,000", "1,500", "2,000", "2,500"]),
        (5, 5, "number", ["5", "6"]),
    ],
)
def test_ticks_are_round_and_in_one_unit(low: float, high: float, unit: str, said: list[str]) -> None:
    found = ticks(low, high, unit)
    assert [tick.text.replace("\u202f", " ") for tick in found] == said
    assert found[0].value <= low
    assert found[-1].value >= high
