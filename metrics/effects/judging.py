"""Works out a card: each measure before and after, beside the comparison group, and what may be said of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from math import ceil, exp
from typing import Any, Final

import numpy as np

from metrics import differences, intervals
from metrics.differences import Estimate
from metrics.effects import counting, settling, volumes
from metrics.effects.counting import Counts
from metrics.effects.groups import Group
from metrics.effects.measures import (
    CREATED,
    HANDLED,
    PROMISED_REPLY,
    PROMISED_RESOLUTION,
    REOPENINGS,
    Kind,
    Measure,
)
from metrics.effects.readings import Compared, Reading, Side
from metrics.effects.regressing import Step, difference_of_differences, step_of
from metrics.effects.spending import level
from metrics.effects.windows import WEEK, Windows, shares_known, windows

METHOD: Final = 5  # of this module and what it uses; a card says by which it was made
DAY_LEAST: Final = 5  # rows of a day that make it a point of the daily series


@dataclass(frozen=True)
class _Asked:
    """What judge() was asked. `span`, `first` and `until` count days as the teams' own: they all begin on one day."""

    group: Group
    span: Windows
    look: int
    first: date
    until: date
    sites: int


def judge(group: Group, day: date, look: int, *, first: date, until: date, sites: int = 1) -> list[Reading]:
    """All measures of one look. `first`: the day the tickets begin; `until`: the first day not known yet; `sites`: so
    many are judged each by itself, this being one of them.

    Each team is compared before and after its own day (`group.later`), all with as many weeks: those that the team
    that began last has.
    """
    span, (least, most) = windows(day, look), group.delays
    measures = [HANDLED, REOPENINGS, PROMISED_REPLY, PROMISED_RESOLUTION, CREATED]
    csat = counting.csat_measure(group, day - look * WEEK, until - most - timedelta(days=1))
    asked = _Asked(group, span, look, first - least, until - most, sites)
    return settling.settled([_read(measure, asked) for measure in (csat, *measures)])


def _read(measure: Measure, asked: _Asked) -> Reading:
    span, first, until = asked.span, asked.first, asked.until
    least, most = asked.group.delays
    own = span.within(measure.mature_days, until)
    empty = Reading(measure.key, measure.kind.value, own.weeks, "not_enough", scale=measure.metric.scale)
    if own.before[0] < first or (own.weeks == 0 and span.before[0] < first):
        return replace(empty, missing={"why": "no_history", "day": (first + least).isoformat()})
    if own.weeks == 0:
        known = span.day + most + 2 * WEEK + timedelta(days=measure.mature_days)
        return replace(empty, missing={"why": "immature", "day": known.isoformat()})
    last = max(own.after[1], min(until, span.day + 8 * WEEK) - timedelta(days=1 + measure.mature_days))
    found = counting.counts(measure, asked.group, own.before[0], last, singly=measure.kind is Kind.LOG)
    few = _too_few(measure, own, found, most)
    if few:
        return replace(empty, missing=few, points=_points(measure, own, found, last))
    looks = shares_known(asked.look, own.weeks, measure.mature_days)
    confidence = 1 - level(looks, settling.FALSE_SHARE / asked.sites)
    ours = _compared(measure, own, found, confidence, ours=True)
    if ours is None:
        return replace(empty, missing={"why": "constant"})
    others = _compared(measure, own, found, confidence, ours=False)
    effect = _effect(measure, own, found, confidence) if others else None
    return replace(
        empty, verdict="", looks=looks, confidence=confidence, sites=asked.sites,
        ours=ours, others=others if effect else None, effect=effect,
        p=max(ours.change.p, effect.p) if effect else ours.change.p,
        step=_step(measure, own, found), points=_points(measure, own, found, last),
    )  # fmt: skip


def _too_few(measure: Measure, own: Windows, found: Counts, delay: timedelta) -> dict[str, Any]:
    """What is missing, and when there will be enough if it goes on like this; empty when nothing is. `delay`: of the
    team that began last."""
    before, after = (found.sums(*side, ours=True)[0] for side in (own.before, own.after))
    if min(before, after) >= measure.least:
        return {}
    said: dict[str, Any] = {"why": "few", "before": before, "after": after, "least": measure.least}
    if before >= measure.least and after:
        days = ceil(measure.least * own.days / after)
        said["day"] = (own.after[0] + delay + timedelta(days=days + measure.mature_days)).isoformat()
    return said


def _compared(
    measure: Measure, own: Windows, found: Counts, confidence: float, *, ours: bool
) -> Compared | None:
    """A group on both sides; None where there are too few of it, or nothing in it varies."""
    (before, hits_before), (after, hits) = (found.sums(*side, ours=ours) for side in (own.before, own.after))
    if min(before, after) < measure.least:
        return None
    sides = (_side(measure, found, *own.before, ours=ours), _side(measure, found, *own.after, ours=ours))
    if measure.kind is Kind.SHARE:
        change = differences.difference(int(hits), after, int(hits_before), before, confidence=confidence)
        return Compared(*sides, change)
    if measure.kind is Kind.COUNT:
        ratio_of = volumes.change(own, found, confidence, ours=ours)
    elif ours:
        logs = [found.values_between(*side) for side in (own.before, own.after)]
        ratio_of = differences.ratio_of_logs(logs[1], logs[0], confidence=confidence)
    else:  # Of the others only the sums are read: their ratio is shown, their interval comes with the effect.
        ratio = exp(hits / after - hits_before / before)
        return Compared(*sides, Estimate(ratio, ratio, ratio, 1.0))
    return Compared(*sides, ratio_of) if ratio_of else None


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


def _effect(measure: Measure, own: Windows, found: Counts, confidence: float) -> Estimate | None:
    """The difference of differences, or the ratio of ratios."""
    if measure.kind is Kind.COUNT:
        return volumes.change_against_others(own, found, confidence)
    rows = found.between(*own.before) | found.between(*own.after)
    after_rows = (found.between(*own.after)[rows]).astype(np.int64)
    estimate = difference_of_differences(
        day=found.calendar[rows], stratum=found.team[rows], ours=found.ours[rows], after=after_rows,
        n=found.n[rows], total=found.total[rows], wave=found.later[rows], confidence=confidence,
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
