"""Two regressions behind a card, by statsmodels: a step in a series, and the difference of two differences.

statsmodels is read when the first card is made: that takes a second or two, and most programs here make none.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.differences import Estimate
from metrics.intervals import CONFIDENCE

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResultsWrapper

LAGS: Final = 2
LEAST_POINTS: Final = 8
LEAST_DAYS: Final = 5
_LEVEL, _SLOPE = 2, 3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Step(NamedTuple):
    """What happened to a series at its break: `level` at once, `slope` more at each point after it."""

    level: Estimate
    slope: Estimate


def _models() -> Any:
    return import_module("statsmodels.regression.linear_model")


def step_of(before: Sequence[float], after: Sequence[float]) -> Step | None:
    """Segmented regression of an evenly spaced series, errors by Newey and West (Econometrica 55, 1987) with lag 2.

    None with fewer than 8 points on a side. Wagner et al., Journal of Clinical Pharmacy and Therapeutics 27 (2002).
    """
    if min(len(before), len(after)) < LEAST_POINTS:
        return None
    y = np.array([*before, *after], dtype=float)
    at = np.arange(len(y), dtype=float)
    is_after = (at >= len(before)).astype(float)
    design = np.column_stack([np.ones(len(y)), at, is_after, is_after * (at - len(before))])
    fitted = _models().OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": True})
    return Step(_estimate(fitted, _LEVEL), _estimate(fitted, _SLOPE))


def difference_of_differences(
    *,
    day: Ints,
    stratum: Ints,
    ours: Ints,
    after: Ints,
    n: Ints,
    total: Floats,
    wave: Ints | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """By how much more ours changed than the comparison group, one row a day, stratum and group.

    `total` / `n` is the row's mean; each stratum (team) has a level of its own in each group, so that a shift of
    tickets between teams is not taken for a change. Errors are clustered by day: tickets of one day share its luck.

    `wave`: rows of one wave have the same days before and after. Each wave's comparison group has a change of its own,
    so no wave is compared with the days of another (stacked regression, Cengiz et al., QJE 134, 2019). A wave that
    lacks a side of a group tells nothing and is left out.
    None where a group lacks a side, where there are too few days, or where nothing varies.
    """
    wave = np.zeros(len(day), dtype=np.int64) if wave is None else wave
    kept = n > 0
    for each in np.unique(wave):
        of_it = (wave == each) & (n > 0)
        if len({(int(o), int(a)) for o, a in zip(ours[of_it], after[of_it], strict=True)}) < 4:
            kept &= wave != each
    if len(np.unique(day[kept])) < 2 * LEAST_DAYS:
        return None
    levels = _indicators(np.column_stack([stratum, ours])[kept])
    waves = after[kept][:, None] * _indicators(wave[kept][:, None])
    design = np.column_stack([(after * ours)[kept], waves, levels]).astype(float)
    return _clustered((total / n)[kept], design, n[kept], day[kept], confidence)


def change_of_days(
    *, day: Ints, wave: Ints, after: Ints, value: Floats, weight: Floats, confidence: float = CONFIDENCE
) -> Estimate | None:
    """By how much a series lies higher after than before, each wave of it by its own days; one row a day and wave.

    Each wave has a level of its own. Errors are clustered by day, since a day's luck shows in every wave.
    """
    design = np.column_stack([after, _indicators(wave[:, None])]).astype(float)
    return _clustered(value, design, weight, day, confidence)


def _indicators(keys: Ints) -> Ints:
    """A column of 0 and 1 for each distinct row of keys."""
    place = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
    found: Ints = (place[:, None] == np.arange(place.max() + 1)[None, :]).astype(np.int64)
    return found


def _clustered(
    value: Floats, design: Floats, weights: Any, groups: Ints, confidence: float
) -> Estimate | None:
    """The first coefficient, its errors clustered; None where nothing varies."""
    fitted = (
        _models()
        .WLS(value, design, weights=weights)
        .fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}, use_t=True)
    )
    found = _estimate(fitted, 0, confidence)
    return found if isfinite(found.p) else None


def _estimate(fitted: RegressionResultsWrapper, place: int, confidence: float = CONFIDENCE) -> Estimate:
    """One coefficient. Asked by a contrast, for the variance of another one may not be defined."""
    tested = fitted.t_test(np.eye(len(fitted.params))[place])
    (low, high) = tested.conf_int(alpha=1 - confidence)[0]
    return Estimate(float(fitted.params[place]), float(low), float(high), float(np.ravel(tested.pvalue)[0]))
