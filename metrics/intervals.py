"""How sure a figure is: intervals from scipy, never by hand."""

from __future__ import annotations

import math

from scipy import stats

CONFIDENCE = 0.95


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of a share (Wilson 1927; scipy's binomtest), or None of nothing."""
    if n <= 0:
        return None
    found = stats.binomtest(hits, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def mean(total: float, squares: float, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a mean from its sums (Student's t), or None for fewer than two values."""
    if n < 2:
        return None
    average = total / n
    variance = max(0.0, (squares - n * average * average) / (n - 1))
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * math.sqrt(variance / n)
    return average - reach, average + reach
