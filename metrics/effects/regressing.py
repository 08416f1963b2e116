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
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """By how much more ours changed than the comparison group, one row a day, stratum and group.

    `total` / `n` is the row's mean; each stratum (team) has a level of its own in each group, so that a shift of
    tickets between teams is not taken for a change. Errors are clustered by day: tickets of one day share its luck.
    None where a group lacks a side, where there are too few days, or where nothing varies.
    """
    sides = {(int(o), int(a)) for o, a, some in zip(ours, after, n, strict=True) if some}
    if len(sides) < 4 or len(np.unique(day)) < 2 * LEAST_DAYS:
        return None
    cells = np.unique(np.column_stack([stratum, ours]), axis=0, return_inverse=True)[1].reshape(-1)
    levels = (cells[:, None] == np.arange(cells.max() + 1)[None, :]).astype(float)
    design = np.column_stack([after * ours, after, levels]).astype(float)
    model = _models().WLS(total / n, design, weights=n)
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": day, "use_correction": True}, use_t=True)
    found = _estimate(fitted, 0, confidence)
    return found if isfinite(found.p) else None


def _estimate(fitted: RegressionResultsWrapper, place: int, confidence: float = CONFIDENCE) -> Estimate:
    """One coefficient. Asked by a contrast, for the variance of another one may not be defined."""
    tested = fitted.t_test(np.eye(len(fitted.params))[place])
    (low, high) = tested.conf_int(alpha=1 - confidence)[0]
    return Estimate(float(fitted.params[place]), float(low), float(high), float(np.ravel(tested.pvalue)[0]))
