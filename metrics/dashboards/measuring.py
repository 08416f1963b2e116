"""Tiles and trends of a tab, out of the rollups: one pass by day for the parts, one for each histogram."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q

from metrics import histograms, reporting
from metrics.dashboards.comparing import Change, change
from metrics.dashboards.facts import Fact, facts_of
from metrics.dashboards.filters import DashboardFilter
from metrics.definitions import AHT, Metric
from metrics.filters import Period
from metrics.querysets import RollupQuerySet
from metrics.reporting import Figure, Point

HANDLE_LOG: Final = "handle_log"


@dataclass
class Days:
    """The parts and histograms of some rollups, by day."""

    parts: dict[date, Counter[str]] = field(default_factory=dict)
    logs: dict[str, dict[date, Counter[int]]] = field(default_factory=dict)

    def added(self, period: Period) -> Counter[str]:
        """All parts of a period."""
        total: Counter[str] = Counter()
        for day, found in self.parts.items():
            if period.first <= day <= period.last:
                total.update(found)
        return total

    def log(self, name: str, period: Period) -> Counter[int]:
        """One histogram of a period."""
        total: Counter[int] = Counter()
        for day, found in self.logs.get(name, {}).items():
            if period.first <= day <= period.last:
                total.update(found)
        return total

    def figure(self, metric: Metric, period: Period) -> Figure:
        return reporting.figure(
            metric, self.added(period), self.log(metric.log, period) if metric.log else None
        )


@dataclass(frozen=True)
class Tile:
    """One figure, what it is compared with, and the facts in its small print."""

    metric: Metric
    figure: Figure
    other: Figure | None
    change: Change | None
    facts: list[Fact]


@dataclass(frozen=True)
class Board:
    """What a tab measures: both sides, read once."""

    chosen: DashboardFilter
    metrics: tuple[Metric, ...]
    now: Days
    other: Days | None

    def tiles(self) -> list[Tile]:
        """One for each metric, in their order."""
        return [self._tile(metric) for metric in self.metrics]

    def _tile(self, metric: Metric) -> Tile:
        period, before = self.chosen.period_now, self.chosen.period_other()
        figure = self.now.figure(metric, period)
        other = self.other.figure(metric, before) if self.other and before else None
        logs = {name: self.now.log(name, period) for name in self.now.logs}
        facts = facts_of(metric, self.now.added(period), logs)
        return Tile(figure.metric, figure, other, change(figure, other), facts)

    def points(self, metric: Metric) -> list[Point]:
        """The metric over the period, by day, or by week over more than 13 weeks."""
        return _points(self.now, metric, self.chosen.period_now)

    def points_other(self, metric: Metric) -> list[Point]:
        """The same of what it is compared with, [] without a comparison."""
        before = self.chosen.period_other()
        return _points(self.other, metric, before) if self.other and before else []


def board(chosen: DashboardFilter, metrics: tuple[Metric, ...]) -> Board:
    """Both sides of a tab. Queries: one for the parts and one for each histogram, twice that for another segment."""
    now, before = chosen.period_now, chosen.period_other()
    logs = logs_of(metrics)
    if before is None:
        return Board(chosen, metrics, _days(chosen.rollups_now(), [now], logs), None)
    if chosen.segment:
        other = _days(chosen.rollups_other(), [before], logs)
        return Board(chosen, metrics, _days(chosen.rollups_now(), [now], logs), other)
    both = _days(chosen.rollups_now(), [now, before], logs)
    return Board(chosen, metrics, both, both)


def logs_of(metrics: Iterable[Metric]) -> list[str]:
    """The histograms that these metrics or their small print need."""
    needed = {metric.log for metric in metrics if metric.log}
    return sorted(needed | ({HANDLE_LOG} if AHT in metrics else set()))


def within(rollups: RollupQuerySet, periods: Iterable[Period]) -> RollupQuerySet:
    """The rollups of these days."""
    days = Q()
    for period in periods:
        days |= Q(day__range=(period.first, period.last))
    return rollups.filter(days)


def _days(rollups: RollupQuerySet, periods: list[Period], logs: list[str]) -> Days:
    chosen = within(rollups, periods)
    parts = {day: _numbers(found) for (day,), found in reporting.parts_by(chosen, "day").items()}
    found = Days(parts)
    for log in logs:
        found.logs[log] = {day: counts for (day,), counts in reporting.buckets(chosen, log, "day").items()}
    return found


def _numbers(found: Mapping[str, Any]) -> Counter[str]:
    return Counter({name: value for name, value in found.items() if isinstance(value, int | float)})


def _points(days: Days, metric: Metric, period: Period) -> list[Point]:
    weekly = period.days > reporting.WEEKLY_FROM_DAYS
    parts: dict[date, Counter[str]] = {start: Counter() for start in starts(period)}
    logs: dict[date, Counter[int]] = defaultdict(Counter)
    for day, found in days.parts.items():
        if period.first <= day <= period.last:
            parts[start_of(day, period, weekly=weekly)].update(found)
    for day, counts in days.logs.get(metric.log, {}).items():
        if period.first <= day <= period.last:
            logs[start_of(day, period, weekly=weekly)].update(counts)
    return [Point(start, reporting.figure(metric, found, logs[start])) for start, found in parts.items()]


def start_of(day: date, period: Period, *, weekly: bool) -> date:
    """The day, or the Monday of its week where points are weeks; never before the period begins."""
    return max(day - timedelta(days=day.weekday()), period.first) if weekly else day


def starts(period: Period) -> list[date]:
    """The days on which the points of a period begin."""
    weekly = period.days > reporting.WEEKLY_FROM_DAYS
    days = (period.first + timedelta(days=number) for number in range(period.days))
    return sorted({start_of(day, period, weekly=weekly) for day in days})


def median_of(counts: Counter[int]) -> float | None:
    """The median in seconds of a histogram."""
    return histograms.percentile(counts, 0.5)
