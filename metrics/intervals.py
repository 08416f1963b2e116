"""How sure a figure is: intervals from scipy, never by hand.

They are remembered: scipy takes from half a millisecond to one for each, and pages show the same figures again.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib import import_module
from typing import Any

CONFIDENCE = 0.95


def stats() -> Any:
    """scipy's, read when it is first asked: that takes most of a second, and most programs here never ask."""
    return import_module("scipy.stats")


def above(deviations: float) -> float:
    """How often a normal value lies above its mean by so many standard deviations: what `stats().norm.sf` says, which
    takes a hundred times as long."""
    return float(import_module("scipy.special").ndtr(-deviations))


@lru_cache(maxsize=20_000)
def wilson(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The Wilson score interval of a share (Wilson 1927; scipy's binomtest), or None of nothing."""
    if n <= 0:
        return None
    found = stats().binomtest(hits, n).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


@lru_cache(maxsize=20_000)
def median_ranks(n: int) -> tuple[float, float] | None:
    """Between which shares of n ordered values the median lies with 95 % (binomial order statistics), or None."""
    if n < 6:  # fewer values cannot bound it at that confidence
        return None
    low, high = stats().binom.interval(CONFIDENCE, n, 0.5)
    return float(low) / (n - 1), min(1.0, float(high) / (n - 1))


def mean(total: float, squares: float, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a mean from its sums (Student's t), or None for fewer than two values."""
    if n < 2:
        return None
    average = total / n
    variance = max(0.0, (squares - n * average * average) / (n - 1))
    reach = _quantile_of_t(n - 1) * math.sqrt(variance / n)
    return average - reach, average + reach


@lru_cache(maxsize=20_000)
def _quantile_of_t(freedom: int) -> float:
    return float(stats().t.ppf(0.5 + CONFIDENCE / 2, freedom))
