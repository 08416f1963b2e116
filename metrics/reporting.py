"""Figures out of the rollups: value, n, interval, what was not measured."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet

from metrics import histograms, intervals
from metrics.asking import Line, Report, guarded, known, register, report, reports
from metrics.counting import LOGS
from metrics.definitions import Metric
from metrics.figures import (
    COUNTS,
    Figure,
    Parts,
    buckets,
    figure,
    figures,
    mature_by_source,
    mature_until,
    parts,
    parts_by,
    value,
    values,
)
from metrics.filters import Period
from metrics.levels import Refused
from metrics.models import Rollup
from metrics.scales import on_one_scale

__all__ = [
    "COUNTS", "LOGS", "Figure", "Line", "Parts", "Point", "Refused", "Report", "buckets", "figure", "figures",
    "guarded", "histograms", "intervals", "known", "mature_by_source", "mature_until", "parts", "parts_by", "register",
    "report", "reports", "trend", "value", "values",
]  # fmt: skip
WEEKLY_FROM_DAYS: Final = 92


@dataclass(frozen=True)
class Point:
    """A day, or the week that begins on it."""

    day: date
    figure: Figure


def trend(
    rollups: QuerySet[Rollup], metric: Metric, period: Period, *, weekly: bool | None = None
) -> list[Point]:
    """The metric over the period, by day or by week (Monday first); without a wish by week over more than 13 weeks.
    Three queries at most."""
    weekly = period.days > WEEKLY_FROM_DAYS if weekly is None else weekly
    counts: dict[date, Counter[int]] = defaultdict(Counter)
    added: dict[date, Counter[str]] = {day: Counter() for day in _starts(period, weekly=weekly)}
    within = rollups.filter(day__range=(period.first, period.last))
    for (day,), found in parts_by(within, "day").items():
        added[_start(day, period, weekly=weekly)].update({name: found[name] for name in COUNTS})
    for (day,), log in (buckets(within, metric.log, "day") if metric.log else {}).items():
        counts[_start(day, period, weekly=weekly)].update(log)
    nothing = dict.fromkeys(COUNTS, 0)
    metric = on_one_scale(metric, sum(added.values(), Counter()))
    return [Point(day, figure(metric, {**nothing, **found}, counts[day])) for day, found in added.items()]


def _start(day: date, period: Period, *, weekly: bool) -> date:
    return max(day - timedelta(days=day.weekday()), period.first) if weekly else day


def _starts(period: Period, *, weekly: bool) -> Iterable[date]:
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        if not weekly or number == 0 or day.weekday() == 0:
            yield day
