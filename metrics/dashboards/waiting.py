"""How long tickets wait until they are solved, those that wait yet included (Kaplan and Meier, JASA 53, 1958).

A median of solved tickets alone is too short: the slow ones are still open. statsmodels works out the curve, from
durations counted in the buckets of metrics/histograms.py, so that ten million tickets are a thousand numbers.

An open ticket waited as long as its source has told of it, and no longer: else a source that lags would look slow. What
is over comes from the rollups, and so do tickets that are open since long, by the day of their creation; of the last
days of a source, where half a day matters, the open tickets are read themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from statistics import NormalDist
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import Q

from metrics import backlogs, levels, newest
from metrics.asking import Report
from metrics.dashboards import tickets
from metrics.dashboards.filters import DashboardFilter
from metrics.figures import buckets
from metrics.filters import moments
from metrics.histograms import bucket, middle
from metrics.models import Ticket
from metrics.targets import begin_of

LEAST: Final = 20
EXACT_DAYS: Final = 3  # open tickets of so many last days of their source are counted to the second
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
    """The share still unsolved after so many seconds, with its 95 % interval. `median` None: not half are solved;
    `between`: where it lies with 95 %, read off the interval of the curve (Brookmeyer and Crowley 1982)."""

    seconds: list[float]
    shares: list[float]
    low: list[float]
    high: list[float]
    n: int
    open_n: int
    median: float | None
    between: tuple[float | None, float | None] = (None, None)

    def at_marks(self) -> list[tuple[int, float, float, float]]:
        """After how many seconds, and then the share, low and high; only as long as there are tickets that old."""
        found = []
        for mark in MARKS_S:
            at = int(np.searchsorted(self.seconds, mark, side="right")) - 1
            if at >= 0 and mark <= self.seconds[-1]:
                found.append((mark, self.shares[at], self.low[at], self.high[at]))
        return found


@dataclass(frozen=True)
class Told:
    """Until when one source has told of its tickets. `since`: the first of its last days."""

    source: str
    until: datetime

    @property
    def since(self) -> date:
        day = self.until.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()
        return day - timedelta(days=EXACT_DAYS - 1)


def told(now: datetime) -> dict[int, Told]:
    """Of every source that has tickets. One query."""
    return {key: Told(*each) for key, each in newest.told_until(now).items()}


def of_what_is_chosen(chosen: DashboardFilter, known: dict[int, Told]) -> dict[int, Told]:
    """Of these the sources of what is chosen. One query."""
    among = {*chosen.facets.filter(chosen.condition()).order_by().values_list("source_id", flat=True)}
    return {key: each for key, each in known.items() if key in among}


def curve(asked: Report, known: dict[int, Told]) -> Curve | None:
    """The curve of the tickets created in the period; None of fewer than 20 or of none that were solved. Raises
    levels.Refused. Three queries."""
    found = of_however_few(asked, known)
    return found if found is not None and found.n >= LEAST else None


def of_however_few(asked: Report, known: dict[int, Told]) -> Curve | None:
    wanted = levels.wanted(asked.narrow)
    waiting = Counter(_long_open(asked, wanted, known))
    waiting.update(_open_lately(asked, wanted, known))
    rows = levels.level_for(asked.user, (), wanted)
    solved = buckets(rows.within([asked.period], at_once=levels.BLOCK_OF_WEEKS, of=()), "solve_log").get(
        (), Counter()
    )
    return estimate(solved, waiting)


def _long_open(asked: Report, wanted: levels.Wanted, known: dict[int, Told]) -> dict[int, int]:
    """How many are open since so long (a bucket), by the middle of the day on which they were created."""
    found = Counter[int]()
    for source, day, n in backlogs.unsolved(asked.user, asked.period, wanted):
        if source in known and day < known[source].since:
            noon = begin_of(day) + timedelta(hours=12)
            found[bucket((known[source].until - noon).total_seconds())] += n
    return found


def _open_lately(asked: Report, wanted: levels.Wanted, known: dict[int, Told]) -> Iterator[int]:
    """Of each open ticket of the last days of its source the bucket of its age."""
    first, after = moments(asked.period)
    lately = Q(pk__in=[])
    for source, each in known.items():
        lately |= Q(source=source, created_at__gte=max(first, begin_of(each.since)))
    chosen = levels.labelled_level(Ticket, asked.user, (), wanted).rollups
    found = chosen.filter(lately, tickets.OPEN, created_at__lt=after)
    for source, created_at in found.order_by().values_list("source_id", "created_at"):
        yield bucket((known[source].until - created_at).total_seconds())


def estimate(solved: Counter[int], waiting: Counter[int]) -> Curve | None:
    """The curve from how many were solved after so long, and how many wait since so long (buckets); None where none was
    solved."""
    n, open_n = solved.total(), waiting.total()
    if not n:
        return None
    rows = [(max(1.0, middle(at)), is_over, n) for counts, is_over in ((solved, 1), (waiting, 0))
            for at, n in counts.items()]  # fmt: skip
    times, over, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    survfunc = import_module("statsmodels.duration.survfunc")  # slow to import, and few pages need it
    fitted = survfunc.SurvfuncRight(times, over, freq_weights=weights)
    shares, seconds = np.asarray(fitted.surv_prob), np.asarray(fitted.surv_times)
    # With weights the error is that of the cumulated hazard (Tsiatis), so that the interval is on the log scale.
    error = REACH * np.asarray(fitted.surv_prob_se)
    low, high = shares * np.exp(-error), np.minimum(1.0, shares * np.exp(error))
    step = max(1, len(seconds) // POINTS_SHOWN)
    kept = sorted({*range(0, len(seconds), step), len(seconds) - 1})
    median, *between = (_halved(seconds, each) for each in (shares, low, high))
    x, y, below, above = (
        [round(float(values[at]), 4) for at in kept] for values in (seconds, shares, low, high)
    )
    return Curve(x, y, below, above, n + open_n, open_n, median, (between[0], between[1]))


def _halved(seconds: Any, shares: Any) -> float | None:
    """The first moment at which no more than half wait; None where there is none."""
    half = np.flatnonzero(shares <= 0.5 + 1e-9)
    return float(seconds[half[0]]) if len(half) else None
