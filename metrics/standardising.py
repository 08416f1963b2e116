"""A figure as it would be, were the mix of tickets that of a standard: direct standardisation.

When more hard tickets come in, figures fall though nobody works worse. Each stratum (label, channel, …) keeps its own
figure and gets the standard's weight (Keiding and Clayton, Statistical Science 29, 2014). Intervals: of a share by
the Wilson intervals of its strata (MOVER: Zou, Huang and Zhang, Computational Statistics and Data Analysis 53, 2009),
of a mean by Student's t with Satterthwaite's degrees of freedom (1946), of a median by order statistics of as many
values as the weighted ones are worth (Kish, Survey Sampling, 1965).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np

from metrics import histograms
from metrics.intervals import CONFIDENCE, median_ranks, stats

Strata = Mapping[Any, tuple[float, int]]  # of each stratum its sum (or hits), and of how many
Array = np.typing.NDArray[np.float64]
_FINE: Final = 1_000_000  # weighted histograms are whole numbers of this many parts


@dataclass(frozen=True)
class Standardised:
    """`n`: the tickets it is made of. `covered`: the share of the standard's tickets whose stratum has tickets here;
    the others have no say. `low` and `high` None: no interval."""

    value: float
    low: float | None
    high: float | None
    n: int
    covered: float


def standardised(
    found: Strata, standard: Mapping[Any, int], *, squares: Mapping[Any, float] | None = None
) -> Standardised | None:
    """The figure of `found` with the mix of `standard` (how many tickets of each stratum), or None of nothing.

    A share without `squares`; with them (sums of squares by stratum) a mean, of strata of two and more.
    """
    keys = _shared({key: n for key, (_top, n) in found.items()}, standard, 1 if squares is None else 2)
    if not keys:
        return None
    weights = np.array([standard[key] for key in keys], float)
    top, n = (np.array(column, float) for column in zip(*(found[key] for key in keys), strict=True))
    shares, means = weights / weights.sum(), top / n
    value = float(shares @ means)
    if squares is None:
        proportion = import_module("statsmodels.stats.proportion")  # slow to import, and few pages need it
        lows, highs = proportion.proportion_confint(top, n, 1 - CONFIDENCE, method="wilson")
        low, high = value - _length(shares * (means - lows)), value + _length(shares * (highs - means))
    else:
        spread = np.array([squares[key] for key in keys]) / n - means * means
        reach = _reach(shares, np.maximum(spread, 0.0) / (n - 1), n)
        low, high = value - reach, value + reach
    return Standardised(value, low, high, int(n.sum()), _covered(keys, standard))


def median(found: Mapping[Any, Counter[int]], standard: Mapping[Any, int]) -> Standardised | None:
    """The same of a median, from a histogram of each stratum (metrics/histograms.py)."""
    totals = {key: counts.total() for key, counts in found.items()}
    keys = _shared(totals, standard, 1)
    if not keys:
        return None
    weights = {key: standard[key] / totals[key] for key in keys}
    whole = sum(standard[key] for key in keys)
    added: dict[int, float] = defaultdict(float)
    for key in keys:
        for bucket, n in found[key].items():
            added[bucket] += weights[key] * n
    fine = {bucket: round(weight * _FINE / whole) for bucket, weight in added.items()}
    worth = whole**2 / sum(standard[key] * weights[key] for key in keys)
    ranks = median_ranks(int(worth))
    low, high = (histograms.percentile(fine, rank) for rank in ranks) if ranks else (None, None)
    value = histograms.percentile(fine, 0.5)
    assert value is not None  # noqa: S101 - something is in it
    return Standardised(value, low, high, sum(totals[key] for key in keys), _covered(keys, standard))


def _shared(found: Mapping[Any, int], standard: Mapping[Any, int], least: int) -> list[Any]:
    return [key for key, n in standard.items() if n > 0 and found.get(key, 0) >= least]


def _covered(keys: list[Any], standard: Mapping[Any, int]) -> float:
    return sum(standard[key] for key in keys) / sum(n for n in standard.values() if n > 0)


def _length(parts: Array) -> float:
    return float(np.sqrt((parts * parts).sum()))


def _reach(shares: Array, variances: Array, n: Array) -> float:
    """Of the interval of a weighted sum of means; `variances` are those of the means."""
    parts = shares * shares * variances
    whole = parts.sum()
    if not whole:
        return 0.0
    degrees = whole * whole / (parts * parts / (n - 1)).sum()
    return float(stats().t.ppf(0.5 + CONFIDENCE / 2, degrees) * np.sqrt(whole))
