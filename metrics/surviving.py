"""How long until tickets are solved, those that are still open included: the Kaplan–Meier estimate.

The median of solved tickets alone is too short as long as the slow ones are not in it. From statsmodels
(`statsmodels.duration.survfunc`); E. L. Kaplan and P. Meier, JASA 53 (1958). Out of rollups, so that times are within
1 %, and those of open tickets within half a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np
from django.db.models import Sum
from django.utils import timezone

from metrics import histograms, levels
from metrics.figures import buckets
from metrics.filters import Period
from metrics.intervals import CONFIDENCE
from metrics.levels import Narrow
from metrics.models import Backlog, Cell
from sopdesk.accounts.models import User

if TYPE_CHECKING:
    from statsmodels.duration.survfunc import SurvfuncRight

DAY_S: Final = 86_400.0


@dataclass(frozen=True)
class Survival:
    """Seconds after which half of the tickets are solved, with its 95 % interval; None where half are not yet."""

    median: float | None
    low: float | None
    high: float | None
    n: int
    open_n: int


def kaplan_meier(solved: Mapping[float, int], still_open: Mapping[float, int]) -> Survival:
    """From how many were solved after so many seconds, and how many are open since so many."""
    rows = [*((s, 1, n) for s, n in solved.items()), *((s, 0, n) for s, n in still_open.items())]
    n, open_n = sum(solved.values()), sum(still_open.values())
    if not n:
        return Survival(None, None, None, 0, open_n)
    seconds, over, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    survfunc = import_module("statsmodels.duration.survfunc")  # slow to import, and few pages need it
    curve = survfunc.SurvfuncRight(seconds, over, freq_weights=weights)
    low, high = curve.quantile_ci(0.5, alpha=1 - CONFIDENCE)
    return Survival(_reached(curve), _known(low), _known(high), n, open_n)


def _reached(curve: SurvfuncRight) -> float | None:
    """The first time at which at most half are left. (statsmodels' own quantile wants fewer than half.)"""
    reached = np.flatnonzero(curve.surv_prob <= 0.5 + 1e-9)
    return float(curve.surv_times[reached[0]]) if len(reached) else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def resolution(
    user: User | None, period: Period, narrow: Narrow | None = None, *, today: date | None = None
) -> Survival:
    """Of the tickets created in the period: those over by now, and those open. Three queries. Raises Refused."""
    chosen, now = levels.wanted(narrow), today or timezone.localdate()
    cells = levels.labelled_level(Cell, user, (), chosen).rollups.filter(
        day__range=(period.first, period.last)
    )
    solved = buckets(cells, "solve_log").get((), Counter())
    rows = levels.labelled_level(Backlog, user, (), chosen).rollups
    waiting = rows.filter(day__range=(period.first, period.last), until_day=None).order_by().values("day")
    since = {max(0.5, (now - row["day"]).days) * DAY_S: row["n"] for row in waiting.annotate(n=Sum("open_n"))}
    return kaplan_meier({histograms.middle(bucket): n for bucket, n in solved.items()}, since)
