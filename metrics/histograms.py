"""Percentiles that add up: each duration falls in a bucket 1 % wide on a log scale, and buckets are counted.

A percentile read from the buckets is within 1 % of the exact one (the middle of its bucket on the log scale, and the
same interpolation between neighbours as percentile_cont).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

GROWTH: Final = 1.015
ZERO: Final = -1  # its own bucket: zero has no logarithm


def bucket_sql(seconds: str) -> str:
    """The bucket of a duration in SQL: a smallint."""
    return (
        f"CASE WHEN {seconds} < 1 THEN {ZERO} ELSE floor(ln({seconds}) / {math.log(GROWTH)!r})::smallint END"
    )


def bucket(seconds: float) -> int:
    return ZERO if seconds < 1 else math.floor(math.log(seconds) / math.log(GROWTH))


def middle(number: int) -> float:
    """Seconds in the (geometric) middle of a bucket."""
    return 0.0 if number == ZERO else float(GROWTH ** (number + 0.5))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the durations lie; None of none."""
    total = sum(counts.values())
    if not total:
        return None
    place = share * (total - 1)
    low, part = math.floor(place), place - math.floor(place)
    first, second = _at(counts, low), _at(counts, min(low + 1, total - 1))
    return first + part * (second - first)


def _at(counts: Mapping[int, int], index: int) -> float:
    """The value at this place of all durations in order."""
    seen = 0
    for number in sorted(counts):
        seen += counts[number]
        if index < seen:
            return middle(number)
    raise IndexError(index)
