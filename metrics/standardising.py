"""A share or a mean as it would be, were the mix of tickets that of a standard: direct standardisation.

When more hard tickets come in, figures fall though nobody works worse. Each stratum (label, channel, …) keeps its own
figure and gets the standard's weight. Interval: normal, from the variances of the strata (Keiding and Clayton,
Statistical Science 29, 2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from scipy.stats import norm

from metrics.intervals import CONFIDENCE

Strata = Mapping[Any, tuple[float, int]]  # of each stratum its sum (or hits), and of how many


@dataclass(frozen=True)
class Standardised:
    """`covered`: the share of the standard's tickets whose stratum has tickets here; the others have no say."""

    value: float
    low: float
    high: float
    n: int
    covered: float


def standardised(
    found: Strata, standard: Mapping[Any, int], *, squares: Mapping[Any, float] | None = None
) -> Standardised | None:
    """The figure of `found` with the mix of `standard` (how many tickets of each stratum), or None of nothing.

    A share without `squares`; with them (sums of squares by stratum) a mean.
    """
    weights = {key: n for key, n in standard.items() if n > 0 and found.get(key, (0, 0))[1] > 0}
    total, whole = sum(weights.values()), sum(n for n in standard.values() if n > 0)
    if not total:
        return None
    value = variance = 0.0
    for key, weight in weights.items():
        top, n = found[key]
        share, mean = weight / total, top / n
        spread = squares[key] / n - mean * mean if squares is not None else mean * (1 - mean)
        value += share * mean
        variance += share * share * max(0.0, spread) / n
    reach = float(norm.ppf(0.5 + CONFIDENCE / 2)) * sqrt(variance)
    low, high = value - reach, value + reach
    if squares is None:
        low, high = max(0.0, low), min(1.0, high)
    return Standardised(value, low, high, sum(found[key][1] for key in weights), total / whole)
