"""How far two sets of tickets differ, with intervals: the one place of each formula. From scipy, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, hypot
from typing import NamedTuple

from metrics.intervals import CONFIDENCE, above, stats, wilson


class Estimate(NamedTuple):
    """A difference or a ratio with its interval (95 % unless said), and p: how often chance alone would differ so."""

    value: float
    low: float
    high: float
    p: float


def newcombe(
    hits: int, n: int, other_hits: int, other_n: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The interval of hits/n − other_hits/other_n. Newcombe, Statistics in Medicine 17 (1998), method 10."""
    share, other = hits / n, other_hits / other_n
    low, high = wilson(hits, n, confidence) or (0.0, 1.0)
    other_low, other_high = wilson(other_hits, other_n, confidence) or (0.0, 1.0)
    difference = share - other
    return (
        difference - hypot(share - low, other_high - other),
        difference + hypot(high - share, other - other_low),
    )


def difference_p(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Two-sided p of the difference of two shares, by the pooled normal approximation; 1 when nothing varies."""
    pooled = (hits + other_hits) / (n + other_n)
    deviation = (pooled * (1 - pooled) * (1 / n + 1 / other_n)) ** 0.5
    return 2 * above(abs(hits / n - other_hits / other_n) / deviation) if deviation else 1.0


def difference(
    hits: int, n: int, other_hits: int, other_n: int, *, confidence: float = CONFIDENCE
) -> Estimate:
    """hits/n − other_hits/other_n with Newcombe's interval; both n above 0."""
    low, high = newcombe(hits, n, other_hits, other_n, confidence)
    return Estimate(hits / n - other_hits / other_n, low, high, difference_p(hits, n, other_hits, other_n))


def ratio_of_logs(
    logs: Sequence[float], others: Sequence[float], *, confidence: float = CONFIDENCE
) -> Estimate | None:
    """The ratio of two geometric means, from the natural logarithms of the values: Welch's t-test on logs (Welch,
    Biometrika 34, 1947). None where a side has fewer than two values or nothing varies."""
    if min(len(logs), len(others)) < 2 or (len(set(logs)) < 2 and len(set(others)) < 2):
        return None
    found = stats().ttest_ind(logs, others, equal_var=False)
    within = found.confidence_interval(confidence)
    middle = sum(logs) / len(logs) - sum(others) / len(others)
    return Estimate(exp(middle), exp(within.low), exp(within.high), float(found.pvalue))


def adjusted(ps: Sequence[float]) -> list[float]:
    """Each p adjusted for all that were looked at together: those up to 0.05 are false in at most 5 of 100 cases.
    Benjamini and Hochberg, JRSS B 57 (1995)."""
    return [float(q) for q in stats().false_discovery_control(ps)] if len(ps) else []
