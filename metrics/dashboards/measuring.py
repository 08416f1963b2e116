"""Tiles and trends of a tab, out of the rollups: one pass by day or week for the trend, one for all other tiles.

What is no sum over days (the backlog, and figures that other apps register) is asked of metrics.reporting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from metrics import histograms, levels, rating_days, reporting, small_print
from metrics.asking import AGENT_LEAST
from metrics.dashboards import adding_up
from metrics.dashboards.comparing import Change, Mix, change
from metrics.dashboards.facts import Fact, day_of_ratings, facts_of
from metrics.dashboards.filters import DashboardFilter
from metrics.definitions import BY_KEY, CSAT, Metric
from metrics.filters import Period
from metrics.levels import Narrow
from metrics.reporting import Figure, Point
from metrics.scales import on_one_scale
from sopdesk.accounts.models import User

SPARSE_DAYS: Final = 14  # fewer days are never drawn as weeks


@dataclass
class Side:
    """One side of a comparison: whose tickets, which days, and what was added up by day.

    What the figure that is drawn is made of lies by day; of the others the whole lies on the period's first day.
    """

    viewer: User
    narrow: Narrow
    period: Period
    parts: dict[date, Counter[str]] = field(default_factory=dict)
    logs: dict[str, dict[date, bytes]] = field(default_factory=dict)
    _trends: dict[tuple[str, bool], list[Point]] = field(default_factory=dict)

    @cached_property
    def added(self) -> Counter[str]:
        """All parts of the period."""
        return _sum(found for day, found in self.parts.items() if self._has(day))

    @cached_property
    def whole_logs(self) -> dict[str, Counter[int]]:
        """Each histogram of the period."""
        return {
            name: histograms.counted(b"".join(found for day, found in days.items() if self._has(day)))
            for name, days in self.logs.items()
        }

    def figure(self, metric: Metric) -> Figure:
        if is_summed(metric):
            counts = self.whole_logs.get(metric.log) if metric.log else None
            return self._shown(reporting.figure(metric, self.added, counts))
        try:
            lines = reporting.report(self.viewer, metric, period=self.period, narrow=self.narrow)
        except levels.Refused:  # not told by these choices, which is no reason to hide the other tiles
            return Figure(metric, None, 0)
        return lines[0].figure if lines else Figure(metric, None, 0)

    def points(self, metric: Metric, *, weekly: bool) -> list[Point]:
        """One for each day or week of the period, also where there is nothing: the axis is one of time. Whether days
        are enough is seen by their points, so a page asks for them up to three times."""
        if (metric.key, weekly) not in self._trends:
            self._trends[metric.key, weekly] = self._points(metric, weekly=weekly)
        return self._trends[metric.key, weekly]

    def _points(self, metric: Metric, *, weekly: bool) -> list[Point]:
        if not is_summed(metric):
            return self._asked(metric, weekly=weekly)
        parts: dict[date, Counter[str]] = {start: Counter() for start in starts(self.period, weekly=weekly)}
        logs: dict[date, list[bytes]] = {start: [] for start in parts}
        names = adding_up.needed([metric], small_print=False)
        for day, of_day in self.parts.items():
            if self._has(day):
                parts[start_of(day, self.period, weekly=weekly)].update(
                    {name: of_day[name] for name in names}
                )
        for day, counted in self.logs.get(metric.log, {}).items():
            if self._has(day):
                logs[start_of(day, self.period, weekly=weekly)].append(counted)
        found = reporting.figures(metric, [(parts[start], b"".join(logs[start])) for start in parts])
        return [Point(start, self._shown(each)) for start, each in zip(parts, found, strict=True)]

    def _shown(self, figure: Figure) -> Figure:
        return reporting.guarded(figure) if "agent" in self.narrow else figure

    def _asked(self, metric: Metric, *, weekly: bool) -> list[Point]:
        by = "week" if weekly else "day"
        lines = reporting.report(self.viewer, metric, by=[by], period=self.period, narrow=self.narrow)
        found = {max(date.fromisoformat(line.keys[by]), self.period.first): line.figure for line in lines}
        nothing = Figure(metric, None, 0)
        return [Point(start, found.get(start, nothing)) for start in starts(self.period, weekly=weekly)]

    def sources_at_solve(self) -> list[str]:
        """Of these tickets' sources those whose ratings count on the day of the solve. One query."""
        wanted = self.narrow.get("source")
        return [name for name in rating_days.sources_at_solve(self.viewer) if wanted in (None, name)]

    def _has(self, day: date) -> bool:
        return self.period.first <= day <= self.period.last


@dataclass(frozen=True)
class Tile:
    """One figure, what it is compared with, and the facts in its small print; `mix`: metrics/dashboards/mixing.py.
    `is_shown`: whether the choices made can be answered."""

    metric: Metric
    figure: Figure
    other: Figure | None
    change: Change | None
    facts: list[Fact]
    mix: Mix | None = None
    is_shown: bool = True

    @property
    def shown_from(self) -> int:
        """From which n on its figure is shown, where it is of too few: of a person that is another than of a metric."""
        return max(self.metric.least, AGENT_LEAST if self.figure.n >= self.metric.least else 0)


@dataclass(frozen=True)
class Board:
    """What a tab measures: both sides, read once."""

    metrics: tuple[Metric, ...]
    now: Side
    other: Side | None
    scale: str = ""

    def measured(self, metric: Metric) -> Metric:
        """CSAT on the scale that is chosen, or that has most answers now: both sides, tile and trend are of one."""
        return on_one_scale(metric, self.now.added, self.scale)

    def tiles(self) -> list[Tile]:
        """One for each metric, in their order."""
        return [self._tile(metric) for metric in self.metrics]

    def points(self, metric: Metric) -> tuple[list[Point], list[Point]]:
        """The trend of a figure and what it is compared with, by day or by week."""
        weekly, metric = self.is_by_week(metric), self.measured(metric)
        others = self.other.points(metric, weekly=weekly) if self.other else []
        return self.now.points(metric, weekly=weekly), others

    def is_by_week(self, metric: Metric) -> bool:
        """Over more than 13 weeks, and where most days have too few tickets to be shown."""
        metric = self.measured(metric)
        if is_weekly(self.now.period):
            return True
        if not self.least(metric) or self.now.period.days < SPARSE_DAYS:
            return False
        measured = [
            point.figure for point in self.now.points(metric, weekly=False) if point.figure.is_measured
        ]
        return 2 * sum(figure.is_small for figure in measured) > len(measured)

    def least(self, metric: Metric) -> int:
        """From how many on a figure is shown, also by day; 0 where any number is."""
        return max(metric.least, AGENT_LEAST if "agent" in self.now.narrow else 0)

    def _tile(self, metric: Metric) -> Tile:
        metric = self.measured(metric)
        figure = self.now.figure(metric)
        other = self.other.figure(metric) if self.other else None
        hidden = figure.is_small and "agent" in self.now.narrow
        facts = [] if hidden else facts_of(metric, self.now.added, self.now.whole_logs)
        if metric.family == CSAT.key:
            facts += day_of_ratings(self.now.sources_at_solve())
        return Tile(metric, figure, other, change(figure, other), facts)


def board(
    chosen: DashboardFilter, metrics: tuple[Metric, ...], drawn: Metric | None = None, *, by_day: bool = True
) -> Board:
    """Both sides of a tab; `drawn` is the figure whose trend is wanted as well. Raises levels.Refused.

    Queries: one for the parts and the histogram of what is drawn, one for those of the others, which are in the first
    where tickets are read; twice that for another segment.
    """
    period, before = chosen.period_now, chosen.period_other()
    now = Side(chosen.viewer, chosen.narrow(), period)
    if before is None:
        _fill([now], metrics, drawn, by_day=by_day)
        return Board(metrics, now, None, chosen.scale_chosen)
    other = Side(chosen.viewer, chosen.narrow_other(), before)
    if chosen.segment:
        _fill([now], metrics, drawn, by_day=by_day)
        _fill([other], metrics, drawn, by_day=by_day)
    else:
        _fill([now, other], metrics, drawn, by_day=by_day)
    return Board(metrics, now, other, chosen.scale_chosen)


def not_shown(metrics: Iterable[Metric]) -> list[Tile]:
    """The tiles of choices that cannot be answered together."""
    return [Tile(metric, Figure(metric, None, 0), None, None, [], is_shown=False) for metric in metrics]


def is_summed(metric: Metric) -> bool:
    """Whether it is made of parts of the rollups, which add up over days."""
    return metric.key in BY_KEY


def _fill(sides: list[Side], metrics: tuple[Metric, ...], drawn: Metric | None, *, by_day: bool) -> None:
    """Add up what lies in the periods of these sides, which are about the same tickets."""
    summed = [metric for metric in metrics if is_summed(metric)]
    if not summed:
        return
    periods = [side.period for side in sides]
    level = levels.level_for(sides[0].viewer, ("day",), levels.wanted(sides[0].narrow))
    level = replace(level, columns={}, sets={})  # by the mark alone
    names, logs = adding_up.needed(summed), logs_of(summed)
    # Tickets are read once for all of it: each reading takes longer than to add up more days.
    fine = [log for log in logs if by_day and (level.reading or (drawn is not None and drawn.log == log))]
    coarse = [log for log in logs if log not in fine]
    parts: adding_up.Lines = {}
    counted: dict[str, adding_up.Logs] = {}
    by_days = _by_day(names, drawn, is_all=not coarse) if by_day else []
    if by_days:
        at_once = levels.WEEK if all(map(is_weekly, periods)) else 1
        rows = level.within(periods, at_once=at_once, of=by_days)
        parts, counted = adding_up.sums_by(level, (), rows, adding_up.BY_DAY, by_days, fine)
    rest = [name for name in names if name not in by_days]
    if rest or coarse:
        rows = level.within(periods, at_once=levels.BLOCK_OF_WEEKS, of=rest)
        whole, more = adding_up.sums_by(level, (), rows, adding_up.first_days(periods), rest, coarse)
        for at, found in whole.items():
            parts.setdefault(at, Counter()).update(found)
        counted |= more
    for side in sides:
        side.parts = {day: found for (day, _keys), found in parts.items()}
        side.logs = {
            log: {day: counts for (day, _keys), counts in found.items()} for log, found in counted.items()
        }


def _by_day(names: list[str], drawn: Metric | None, *, is_all: bool) -> list[str]:
    """The parts that are read day by day: those of the figure that is drawn; all of them where nothing is asked for
    beside, for a second question takes longer than some columns more."""
    if is_all:
        return names
    return adding_up.needed([drawn]) if drawn is not None and is_summed(drawn) else []


def logs_of(metrics: Iterable[Metric]) -> list[str]:
    """The histograms that these metrics or their small print need."""
    found = {log for metric in metrics for log in (metric.log, *small_print.LOGS.get(metric.key, ())) if log}
    return sorted(found)


def _sum(found: Iterable[Counter[Any]]) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for one in found:
        total.update(one)
    return total


def is_weekly(period: Period) -> bool:
    return period.days > reporting.WEEKLY_FROM_DAYS


def start_of(day: date, period: Period, *, weekly: bool) -> date:
    """The day, or the Monday of its week where points are weeks; never before the period begins."""
    return max(day - timedelta(days=day.weekday()), period.first) if weekly else day


def starts(period: Period, *, weekly: bool) -> list[date]:
    """The days on which the points of a period begin."""
    if not weekly:
        return [period.first + timedelta(days=number) for number in range(period.days)]
    to_monday = 7 - period.first.weekday()
    return [period.first, *(period.first + timedelta(days=n) for n in range(to_monday, period.days, 7))]
