"""Figures out of the rollups: value, n, interval, what was not measured. Nothing here reads a ticket."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from metrics import histograms, intervals
from metrics.asking import Line, Report, known, register, report, reports
from metrics.counting import LOGS
from metrics.definitions import AHT, BY_TEAM, CSAT, METRICS, SLA_NEXT_REPLY, SLA_REPLY, SLA_RESOLUTION, Metric
from metrics.figures import COUNTS, Figure, Parts, buckets, figure, mature_until, parts, parts_by
from metrics.filters import Period
from metrics.levels import Refused
from metrics.models import Rollup

__all__ = [
    "COUNTS", "LOGS", "Figure", "Line", "Parts", "Point", "Refused", "Report", "Row", "Tile", "buckets", "by_team",
    "chart", "figure", "histograms", "intervals", "known", "mature_until", "parts", "parts_by", "register", "report",
    "reports", "tiles", "trend",
]  # fmt: skip
WEEKLY_FROM_DAYS: Final = 92


@dataclass(frozen=True)
class Tile:
    """What a tile says beside its figure: what changed, and the facts in its small print."""

    figure: Figure
    change: float | None
    facts: dict[str, float | int | None]

    @property
    def direction(self) -> int:
        """1 for better than before, -1 for worse, 0 for neither."""
        if not self.change or not self.figure.metric.better:
            return 0
        return 1 if (self.change > 0) == (self.figure.metric.better > 0) else -1


def tiles(rollups: QuerySet[Rollup], period: Period) -> list[Tile]:
    """One tile a metric, compared with the period before."""
    now, logs = _everything(rollups, period)
    before, logs_before = _everything(rollups, period.previous)
    found = []
    for metric in METRICS:
        one, other = (
            figure(metric, now, logs.get(metric.log)),
            figure(metric, before, logs_before.get(metric.log)),
        )
        comparable = other.n > 0 and one.metric is other.metric
        change = (
            one.value - other.value
            if comparable and one.value is not None and other.value is not None
            else None
        )
        found.append(Tile(one, change, _facts(metric, now, logs)))
    return found


def _everything(rollups: QuerySet[Rollup], period: Period) -> tuple[Parts, dict[str, Counter[int]]]:
    """Parts and histograms of a period. Four queries."""
    within = rollups.filter(day__range=(period.first, period.last))
    return parts(within), {log: buckets(within, log).get((), Counter()) for log in LOGS}


def _facts(metric: Metric, now: Parts, logs: dict[str, Counter[int]]) -> dict[str, float | int | None]:
    if metric is CSAT:
        answers = now["good_n"] + now["bad_n"] + now["stars_n"]
        other = min(now["good_n"] + now["bad_n"], now["stars_n"])
        return {"response": answers / now["offered_n"] if now["offered_n"] else None, "other_scale": other}
    if metric in {SLA_REPLY, SLA_NEXT_REPLY, SLA_RESOLUTION}:
        facts = {name: now[f"{metric.key}_{name}_n"] for name in ("breached", "overdue", "running")}
        vendor = now["vendor_sla_met_n"] / now["vendor_sla_n"] if now["vendor_sla_n"] else None
        return {**facts, "vendor": vendor if metric is SLA_RESOLUTION else None}
    if metric.log:
        return {"p90": histograms.percentile(logs[metric.log], 0.9)}
    if metric is AHT:
        log, measured = logs["handle_log"], now["measured_n"] / now["created_n"] if now["created_n"] else None
        return {
            "median": histograms.percentile(log, 0.5),
            "p90": histograms.percentile(log, 0.9),
            "measured": measured,
        }
    return {"flagged": now["flagged_n"]} if not metric.denominator else {}


@dataclass(frozen=True)
class Row:
    """One line of the table by team: its name in three parts, and a figure a metric in the order of BY_TEAM."""

    team: str
    slug: str
    site: str
    is_vendor: bool
    is_unknown: bool
    figures: list[Figure]
    median: float | None


TEAM: Final = ("team__name", "team__slug", "team__site__name", "team__site__kind", "team_name")


def by_team(rollups: QuerySet[Rollup]) -> list[Row]:
    """The figures of each team, by site and name; a name that no team has is shown as it came. Two queries."""
    logs = buckets(rollups, "handle_log", *TEAM)
    rows = [
        Row(
            team=key[0] or key[4], slug=key[1] or "", site=key[2] or "", is_vendor=key[3] == "vendor",
            is_unknown=key[1] is None, figures=[figure(metric, found) for metric in BY_TEAM],
            median=histograms.percentile(logs.get(key, Counter()), 0.5),
        )
        for key, found in parts_by(rollups, *TEAM).items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.is_unknown, row.site, row.team))


@dataclass(frozen=True)
class Point:
    """A day, or the week that begins on it."""

    day: date
    figure: Figure


def trend(rollups: QuerySet[Rollup], metric: Metric, period: Period) -> list[Point]:
    """The metric over the period, by day or, over more than 13 weeks, by week (Monday first). Two queries at most."""
    weekly = period.days > WEEKLY_FROM_DAYS
    counts: dict[date, Counter[int]] = defaultdict(Counter)
    added: dict[date, Counter[str]] = {day: Counter() for day in _starts(period, weekly=weekly)}
    within = rollups.filter(day__range=(period.first, period.last))
    for (day,), found in parts_by(within, "day").items():
        added[_start(day, period, weekly=weekly)].update({name: found[name] for name in COUNTS})
    for (day,), log in (buckets(within, metric.log, "day") if metric.log else {}).items():
        counts[_start(day, period, weekly=weekly)].update(log)
    nothing = dict.fromkeys(COUNTS, 0)
    return [Point(day, figure(metric, {**nothing, **found}, counts[day])) for day, found in added.items()]


def _start(day: date, period: Period, *, weekly: bool) -> date:
    return max(day - timedelta(days=day.weekday()), period.first) if weekly else day


def _starts(period: Period, *, weekly: bool) -> Iterable[date]:
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        if not weekly or number == 0 or day.weekday() == 0:
            yield day


def chart(points: list[Point], metric: Metric) -> dict[str, Any]:
    """The trend as static/js/chart.js reads it. `marks` is where publications of SOPs will stand."""
    figures = [point.figure for point in points]
    series: dict[str, Any] = {"name": str(metric.label), "values": [_short(one.value) for one in figures]}
    if metric.denominator:
        series["low"] = [_short(one.low) for one in figures]
        series["high"] = [_short(one.high) for one in figures]
    return {
        "x": [point.day.isoformat() for point in points],
        "format": metric.unit.value,
        "kind": "line" if metric.denominator else "bar",
        "series": [series],
        "marks": [],
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
