"""How long tickets wait until they are solved, those that wait yet included (Kaplan and Meier, JASA 53, 1958).

A median of solved tickets alone is too short: the slow ones are still open. statsmodels works out the curve, from
durations counted in the buckets of metrics/histograms.py, so that ten million tickets are a thousand numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from statistics import NormalDist
from typing import Final

import numpy as np
from django.db.models import BooleanField, Case, Count, F, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce

from metrics.histograms import GROWTH, middle
from metrics.models import Ticket

LEAST: Final = 20
POINTS_SHOWN: Final = 160
# After how long the table says how many still wait.
MARKS_S: Final = (
    3600,
    4 * 3600,
    8 * 3600,
    86_400,
    2 * 86_400,
    3 * 86_400,
    7 * 86_400,
    14 * 86_400,
    30 * 86_400,
)
REACH: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Curve:
    """The share still unsolved after so many seconds, with its 95 % interval. `median` None: not half are solved."""

    seconds: list[float]
    shares: list[float]
    low: list[float]
    high: list[float]
    n: int
    open_n: int
    median: float | None

    def at_marks(self) -> list[tuple[int, float, float, float]]:
        """After how many seconds, and then the share, low and high; only as long as there are tickets that old."""
        found = []
        for mark in MARKS_S:
            at = int(np.searchsorted(self.seconds, mark, side="right")) - 1
            if at >= 0 and mark <= self.seconds[-1]:
                found.append((mark, self.shares[at], self.low[at], self.high[at]))
        return found


def curve(found: QuerySet[Ticket], now: datetime) -> Curve | None:
    """The curve of these tickets; None of fewer than 20 or of none that were solved. One query."""
    age = Coalesce("last_solved_at", Value(now)) - F("created_at")
    bucket = Func(
        age,
        template=f"floor(ln(greatest(extract(epoch FROM %(expressions)s), 1)) / ln({GROWTH}))::int",
        output_field=IntegerField(),
    )
    solved = Case(
        When(last_solved_at__isnull=False, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    rows = found.order_by().values(bucket=bucket, solved=solved).annotate(n=Count("pk"))
    counted = [(middle(row["bucket"]), row["solved"], row["n"]) for row in rows]
    return estimate(counted)


def estimate(counted: list[tuple[float, bool, int]]) -> Curve | None:
    """The curve from (seconds, solved or waiting yet, how many)."""
    n, events = sum(row[2] for row in counted), sum(row[2] for row in counted if row[1])
    if n < LEAST or not events:
        return None
    times, solved, weights = (np.array(column) for column in zip(*counted, strict=True))
    survfunc = import_module("statsmodels.duration.survfunc")  # slow to import, and few pages need it
    fitted = survfunc.SurvfuncRight(
        times.astype(float), solved.astype(int), freq_weights=weights.astype(float)
    )
    shares, seconds = np.asarray(fitted.surv_prob), np.asarray(fitted.surv_times)
    # With weights the error is that of the cumulated hazard (Tsiatis), so that the interval is on the log scale.
    error = REACH * np.asarray(fitted.surv_prob_se)
    low, high = shares * np.exp(-error), np.minimum(1.0, shares * np.exp(error))
    step = max(1, len(seconds) // POINTS_SHOWN)
    kept = sorted({*range(0, len(seconds), step), len(seconds) - 1})
    half = np.flatnonzero(shares <= 0.5 + 1e-9)  # the first moment at which no more than half wait
    median = float(seconds[half[0]]) if len(half) else None
    x, y, below, above = (
        [round(float(values[at]), 4) for at in kept] for values in (seconds, shares, low, high)
    )
    return Curve(x, y, below, above, n, n - events, median)
