"""Works out a card: each measure before and after, beside the comparison group, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from math import ceil, exp, log
from typing import Any, Final

import numpy as np

from metrics import differences, intervals
from metrics.differences import Estimate
from metrics.effects import counting
from metrics.effects.counting import Counts, Group
from metrics.effects.measures import (
    CREATED,
    HANDLED,
    PROMISED_REPLY,
    PROMISED_RESOLUTION,
    REOPENINGS,
    Kind,
    Measure,
)
from metrics.effects.regressing import Step, difference_of_differences, step_of
from metrics.effects.windows import WEEK, Windows, windows

METHOD: Final = 1  # of this module and what it uses; a card says by which it was made
FALSE_SHARE: Final = 0.05
DAY_LEAST: Final = 5  # rows of a day that make it a point of the daily series


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a share, a geometric mean in seconds, or tickets a day."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Compared:
    """A group before and after: the difference of shares, or the ratio of geometric means."""

    before: Side
    after: Side
    change: Estimate


@dataclass(frozen=True)
class Reading:
    """One measure of a card. `effect`: how much more ours changed than the comparison group. `p` is the larger of the
    two p, `q` the same adjusted for all measures of the card."""

    key: str
    kind: str
    weeks: int
    verdict: str
    missing: dict[str, Any] = field(default_factory=dict)
    ours: Compared | None = None
    others: Compared | None = None
    effect: Estimate | None = None
    p: float | None = None
    q: float | None = None
    step: Step | None = None
    points: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As a card keeps it: estimates by name, days as text."""
        said = asdict(self)
        for name in ("effect", "step"):
            said[name] = _named(getattr(self, name))
        for name in ("ours", "others"):
            compared = getattr(self, name)
            said[name] = compared and {**said[name], "change": _named(compared.change)}
        return said


def _named(found: Any) -> Any:
    if isinstance(found, Step):
        return {"level": _named(found.level), "slope": _named(found.slope)}
    return found and found._asdict()


def judge(group: Group, day: date, look: int, *, first: date, until: date) -> list[Reading]:
    """All measures of one look. `first`: the day the tickets begin; `until`: the first day not known yet."""
    span = windows(day, look)
    measures = [HANDLED, REOPENINGS, PROMISED_REPLY, PROMISED_RESOLUTION, CREATED]
    csat = counting.csat_measure(group, day - look * WEEK, until - timedelta(days=1))
    readings = [_read(measure, group, span, first, until) for measure in (csat, *measures)]
    measured = [reading.p for reading in readings if reading.p is not None]
    together = iter(differences.adjusted(measured))
    return [
        reading if reading.p is None else _settled(replace(reading, q=next(together))) for reading in readings
    ]


def _read(measure: Measure, group: Group, span: Windows, first: date, until: date) -> Reading:
    own = span.within(measure.mature_days, until)
    empty = Reading(measure.key, measure.kind.value, own.weeks, "not_enough")
    if own.before[0] < first or (own.weeks == 0 and span.before[0] < first):
        return replace(empty, missing={"why": "no_history", "day": first.isoformat()})
    if own.weeks == 0:
        known = span.day + 2 * WEEK + timedelta(days=measure.mature_days)
        return replace(empty, missing={"why": "immature", "day": known.isoformat()})
    last = max(own.after[1], min(until, span.day + 8 * WEEK) - timedelta(days=1 + measure.mature_days))
    found = counting.counts(measure, group, own.before[0], last, singly=measure.kind is Kind.LOG)
    few = _too_few(measure, own, found)
    if few:
        return replace(empty, missing=few, points=_points(measure, own, found, last))
    ours = _compared(measure, own, found, ours=True)
    if ours is None:
        return replace(empty, missing={"why": "constant"})
    others = _compared(measure, own, found, ours=False)
    effect = _effect(measure, own, found) if others else None
    return replace(
        empty, verdict="", ours=ours, others=others if effect else None, effect=effect,
        p=max(ours.change.p, effect.p) if effect else ours.change.p,
        step=_step(measure, own, found), points=_points(measure, own, found, last),
    )  # fmt: skip


def _too_few(measure: Measure, own: Windows, found: Counts) -> dict[str, Any]:
    """What is missing, and when there will be enough if it goes on like this; empty when nothing is."""
    before, after = (found.sums(*side, ours=True)[0] for side in (own.before, own.after))
    if min(before, after) >= measure.least:
        return {}
    said: dict[str, Any] = {"why": "few", "before": before, "after": after, "least": measure.least}
    if before >= measure.least and after:
        days = ceil(measure.least * own.days / after)
        said["day"] = (own.after[0] + timedelta(days=days + measure.mature_days)).isoformat()
    return said


def _compared(measure: Measure, own: Windows, found: Counts, *, ours: bool) -> Compared | None:
    """A group on both sides; None where there are too few of it, or nothing in it varies."""
    (before, hits_before), (after, hits) = (found.sums(*side, ours=ours) for side in (own.before, own.after))
    if min(before, after) < measure.least:
        return None
    sides = (_side(measure, found, *own.before, ours=ours), _side(measure, found, *own.after, ours=ours))
    if measure.kind is Kind.SHARE:
        return Compared(*sides, differences.difference(int(hits), after, int(hits_before), before))
    if measure.kind is Kind.COUNT:
        logs = [_log_counts(found, *side, ours=ours) for side in (own.before, own.after)]
    elif ours:
        logs = [found.values_between(*side) for side in (own.before, own.after)]
    else:  # Of the others only the sums are read: their ratio is shown, their interval comes with the effect.
        ratio = exp(hits / after - hits_before / before)
        return Compared(*sides, Estimate(ratio, ratio, ratio, 1.0))
    change = differences.ratio_of_logs(logs[1], logs[0])
    return Compared(*sides, change) if change else None


def _side(measure: Measure, found: Counts, first: date, last: date, *, ours: bool) -> Side:
    n, total = found.sums(first, last, ours=ours)
    if measure.kind is Kind.SHARE:
        low, high = intervals.wilson(int(total), n) or (None, None)
        return Side(total / n, low, high, n)
    if measure.kind is Kind.COUNT:
        daily = found.daily(first, last, ours=ours)[0]
        around = intervals.mean(float(daily.sum()), float((daily * daily).sum()), len(daily))
        low, high = around or (None, None)
        return Side(n / len(daily), low, high, n)
    values = found.values_between(first, last) if ours else []
    around = intervals.mean(sum(values), sum(value * value for value in values), len(values))
    low, high = (exp(around[0]), exp(around[1])) if around else (None, None)
    return Side(exp(total / n), low, high, n)


def _log_counts(found: Counts, first: date, last: date, *, ours: bool) -> list[float]:
    """ln of each day's tickets; half a ticket more, so that a day without any has a logarithm."""
    return [log(count + 0.5) for count in found.daily(first, last, ours=ours)[0]]


def _effect(measure: Measure, own: Windows, found: Counts) -> Estimate | None:
    """The difference of differences, or the ratio of ratios."""
    if measure.kind is Kind.COUNT:
        before, after = (
            [
                mine - other
                for mine, other in zip(
                    _log_counts(found, *side, ours=True), _log_counts(found, *side, ours=False), strict=True
                )
            ]
            for side in (own.before, own.after)
        )
        return differences.ratio_of_logs(after, before)
    rows = found.between(*own.before) | found.between(*own.after)
    after_rows = (found.between(*own.after)[rows]).astype(np.int64)
    estimate = difference_of_differences(
        day=found.day[rows], stratum=found.team[rows], ours=found.ours[rows], after=after_rows,
        n=found.n[rows], total=found.total[rows],
    )  # fmt: skip
    if estimate is None or measure.kind is Kind.SHARE:
        return estimate
    return Estimate(exp(estimate.value), exp(estimate.low), exp(estimate.high), estimate.p)


def _step(measure: Measure, own: Windows, found: Counts) -> Step | None:
    """The step in our own daily series, of the days with enough rows: shares, logarithms, or tickets a day."""
    series: list[list[float]] = []
    for side in (own.before, own.after):
        n, total = found.daily(*side, ours=True)
        series.append(
            [float(count) for count in n]
            if measure.kind is Kind.COUNT
            else [float(t / c) for c, t in zip(n, total, strict=True) if c >= DAY_LEAST]
        )
    return step_of(*series)


def _points(measure: Measure, own: Windows, found: Counts, last: date) -> list[dict[str, Any]]:
    """Week by week from the first day compared on, the week between and later ones included."""
    points = []
    begins = own.before[0]
    while begins + WEEK - timedelta(days=1) <= last:
        ends = begins + WEEK - timedelta(days=1)
        point: dict[str, Any] = {"day": begins.isoformat(), "ours": None, "others": None}
        for name, ours in (("ours", True), ("others", False)):
            if measure.kind is Kind.COUNT or found.sums(begins, ends, ours=ours)[0]:
                point[name] = asdict(_side(measure, found, begins, ends, ours=ours))
        points.append(point)
        begins += WEEK
    return points


def _settled(reading: Reading) -> Reading:
    """What may be said: it moved only if its own change and that against the comparison group are beyond chance."""
    neutral = 0.0 if reading.kind == Kind.SHARE else 1.0
    assert reading.ours is not None  # noqa: S101 - it has a p
    assert reading.q is not None  # noqa: S101 - it was adjusted
    change, effect = reading.ours.change, reading.effect
    up = change.value > neutral
    agrees = effect is None or (effect.value > neutral) == up
    if reading.q <= FALSE_SHARE and agrees:
        return replace(reading, verdict="up" if up else "down")
    beyond = change.low > neutral or change.high < neutral
    return replace(reading, verdict="with_others" if beyond and effect is not None else "no_difference")


def moved(readings: Sequence[Reading]) -> list[Reading]:
    """Those that moved."""
    return [reading for reading in readings if reading.verdict in {"up", "down"}]
