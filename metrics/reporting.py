"""Figures out of the rollups: value, n, interval, what was not measured. Nothing here reads a ticket."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Func, Q, QuerySet, Sum
from django.utils import timezone

from metrics import histograms, intervals
from metrics.definitions import (
    AHT,
    BY_TEAM,
    CSAT,
    CSAT_STARS,
    METRICS,
    REOPENED,
    SLA_REPLY,
    SLA_RESOLUTION,
    Metric,
    Unit,
)
from metrics.filters import Period
from metrics.models import Rollup

Parts = dict[str, Any]
LOGS: Final = ("reply_log", "resolution_log", "handle_log")
COUNTS: Final = tuple(
    field.name for field in Rollup._meta.get_fields() if field.name.endswith(("_n", "_s", "_square"))
)
WEEKLY_FROM_DAYS: Final = 92


@dataclass(frozen=True)
class Figure:
    """One metric of one set of tickets. `value` None: not measured, or too few (`is_small`)."""

    metric: Metric
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    is_small: bool = False

    @property
    def is_measured(self) -> bool:
        return self.n > 0


def mature_until(today: date | None = None) -> date:
    """The last day whose solved tickets are all mature."""
    return (today or timezone.localdate()) - timedelta(days=REOPENED.mature_days)


def _sums() -> dict[str, Sum]:
    """Every part added up; parts that need maturity, over mature days only."""
    immature = {"solved_n", "reopened_n"}
    mature = Q(day__lte=mature_until())
    return {name: Sum(name, filter=mature if name in immature else None, default=0) for name in COUNTS}


def parts(rollups: QuerySet[Rollup]) -> Parts:
    """All parts of these rollups, added up. One query."""
    found: Parts = rollups.aggregate(**_sums())
    return found


def parts_by(rollups: QuerySet[Rollup], *columns: str) -> dict[tuple[Any, ...], Parts]:
    """The same, by the values of some columns. One query."""
    rows = rollups.order_by().values(*columns).annotate(**_sums())
    return {tuple(row[column] for column in columns): row for row in rows}


def buckets(rollups: QuerySet[Rollup], log: str, *columns: str) -> dict[tuple[Any, ...], Counter[int]]:
    """The histogram of one kind of duration, by the values of some columns. One query."""
    spread = rollups.order_by().annotate(bucket=Func(log, function="unnest"))
    counted = spread.values(*columns, "bucket").annotate(contacts=Count("*"))
    found: dict[tuple[Any, ...], Counter[int]] = defaultdict(Counter)
    for *key, bucket, contacts in counted.values_list(*columns, "bucket", "contacts"):
        found[tuple(key)][bucket] += contacts
    return found


def figure(metric: Metric, found: Parts, counts: Counter[int] | None = None) -> Figure:
    """The metric's figure from its parts, with the interval that fits; a median needs its histogram, `counts`."""
    if metric.log:
        return _median(metric, counts or Counter())
    if metric.key == CSAT.key and found["stars_n"] > found["good_n"] + found["bad_n"]:
        metric = CSAT_STARS
    top = sum(found[name] for name in metric.numerator)
    if not metric.denominator:
        return Figure(metric, top, top)
    n = sum(found[name] for name in metric.denominator)
    if n == 0:
        return Figure(metric, None, 0)
    if n < metric.least:
        return Figure(metric, None, n, is_small=True)
    if metric.unit is Unit.SHARE:
        low, high = intervals.wilson(top, n) or (None, None)
    else:
        low, high = intervals.mean(top, found["handle_square"], n) or (None, None)
    return Figure(metric, top / n, n, low, high)


def _median(metric: Metric, counts: Counter[int]) -> Figure:
    n, ranks = counts.total(), intervals.median_ranks(counts.total())
    low, high = (histograms.percentile(counts, rank) for rank in ranks) if ranks else (None, None)
    return Figure(metric, histograms.percentile(counts, 0.5), n, low, high)


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
    if metric in {SLA_REPLY, SLA_RESOLUTION}:
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
