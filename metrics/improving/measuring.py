"""The figures of an initiative: at its beginning, now, what lies between, and the way there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import hypot
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from metrics import intervals, levels
from metrics.definitions import BY_KEY, CSAT, CSAT_GOOD_BAD, VOLUME, Metric
from metrics.filters import Period
from metrics.improving import scopes
from metrics.reporting import Figure, Point, buckets, figure, parts, trend
from metrics.scales import on_one_scale

if TYPE_CHECKING:
    from metrics.improving.models import Baseline, Initiative
    from sopdesk.accounts.models import User

BESIDE: Final = ("csat", "aht", "reopened", "volume")
LEAST_N: Final = 30
LEAST_DAYS: Final = 14
WEEK: Final = 7


@dataclass(frozen=True)
class Effect:
    """What moved. `change` is now − baseline, `low` and `high` its 95 % interval. None of them while there is not
    enough data, and `reason` says why: "days", "n" or "interval"."""

    metric: Metric
    baseline: Figure
    now: Figure
    period: Period | None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def is_beyond_chance(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def is_better(self) -> bool:
        """Of volume, of which neither is better as such, fewer are: customers did not have to ask."""
        return self.is_beyond_chance and ((self.change or 0) > 0) == (self.metric.better > 0)


def rollups(initiative: Initiative, viewer: User) -> QuerySet[Any]:
    """The rollups of its label, by all its names, and of its scope that this person may see: each ticket once."""
    return levels.level_for(viewer, (), levels.wanted(scopes.narrow(initiative))).rollups


def figures(
    initiative: Initiative, viewer: User, period: Period, keys: Iterable[str], *, scale: str = ""
) -> dict[str, Figure]:
    """Some figures of a period, each once; of CSAT on that scale, or on the one with most answers. A query, and one
    more for each median."""
    within = rollups(initiative, viewer).filter(day__range=(period.first, period.last))
    added = parts(within)
    found = {
        key: figure(on_one_scale(BY_KEY[key], added, scale), added, _counts(within, BY_KEY[key]))
        for key in dict.fromkeys(keys)
        if key in BY_KEY
    }
    if VOLUME.key in found:
        found[VOLUME.key] = a_week(within, period)
    return found


def a_week(within: QuerySet[Any], period: Period) -> Figure:
    """Volume as tickets a week, so that periods of unlike length compare; n is how many there were. One query.

    The interval is that of the mean of the whole weeks (Student's t), from two on: counts of tickets swing more than
    chance alone (Poisson) would have them, and it takes that swing from the weeks themselves.
    """
    days = dict(within.order_by().values_list("day").annotate(n=Sum("created_n", default=0)))
    total, weeks = sum(days.values()), period.days // WEEK
    counts = [0] * weeks
    for day, n in days.items():
        at = (day - period.first).days // WEEK
        if at < weeks:
            counts[at] += n
    low, high = intervals.mean(sum(counts), sum(n * n for n in counts), weeks) or (None, None)
    return Figure(VOLUME, total * WEEK / period.days, total, None if low is None else max(0.0, low), high)


def _counts(within: QuerySet[Any], metric: Metric) -> Counter[int] | None:
    return buckets(within, metric.log).get((), Counter()) if metric.log else None


def frozen(baseline: Baseline) -> Figure:
    """A baseline as a figure."""
    metric, value = _measured(baseline), baseline.value
    if metric == VOLUME and baseline.low is None and value is not None and value == baseline.n:
        # Frozen as the number of tickets, before it was by the week.
        value = value * WEEK / Period(baseline.first, baseline.last).days
    is_small = baseline.value is None and baseline.n > 0
    return Figure(metric, value, baseline.n, baseline.low, baseline.high, is_small)


def _measured(baseline: Baseline) -> Metric:
    """The metric, CSAT on its scale. That of good or bad went by the name of them all once."""
    found = BY_KEY[baseline.measured_as]
    return CSAT_GOOD_BAD if found == CSAT and baseline.n else found


def _scale(bases: Iterable[Baseline]) -> str:
    """The scale of what was frozen, on which all that comes after is measured."""
    return next((_measured(one).scale for one in bases if one.metric == CSAT.key), "")


def newest_day(initiative: Initiative, viewer: User) -> Period | None:
    """The days since the baseline with figures, at most as many as the baseline has, the newest; None without any."""
    first = max(one.last for one in initiative.baselines.all()) + timedelta(days=1)
    found = rollups(initiative, viewer).filter(day__gte=first, day__lte=timezone.localdate())
    last = found.aggregate(day=Max("day"))["day"]
    if last is None:
        return None
    length = max(Period(one.first, one.last).days for one in initiative.baselines.all())
    return Period(max(first, last - timedelta(days=length - 1)), last)


def effects(initiative: Initiative, viewer: User) -> list[Effect]:
    """The target's effect first, then those beside it, by the order of the baselines."""
    period = newest_day(initiative, viewer)
    bases = list(initiative.baselines.all())
    keys = [one.metric for one in bases]
    now = figures(initiative, viewer, period, keys, scale=_scale(bases)) if period else {}
    return [_effect(frozen(one), now.get(one.metric), period) for one in bases if one.metric in BY_KEY]


def _effect(base: Figure, now: Figure | None, period: Period | None) -> Effect:
    metric = base.metric
    if now is None or period is None:
        return Effect(metric, base, now or Figure(metric, None, 0), None, reason="days")
    if period.days < LEAST_DAYS:
        return Effect(metric, base, now, period, reason="days")
    if min(base.n, now.n) < LEAST_N or base.value is None or now.value is None:
        return Effect(metric, base, now, period, reason="n")
    found = difference(base, now) if base.metric.key == now.metric.key else None
    if found is None:
        return Effect(metric, base, now, period, reason="interval")
    return Effect(metric, base, now, period, *found)


def difference(base: Figure, now: Figure) -> tuple[float, float, float] | None:
    """now − base and its 95 % interval from those of both: of shares this is Newcombe's method 10.

    G. Y. Zou and A. Donner, Statistics in Medicine 27 (2008), "MOVER".
    """
    values = (base.value, base.low, base.high, now.value, now.low, now.high)
    if any(value is None for value in values):
        return None
    was, was_low, was_high, is_now, now_low, now_high = (
        float(value) for value in values if value is not None
    )
    change = is_now - was
    low = change - hypot(is_now - now_low, was_high - was)
    high = change + hypot(now_high - is_now, was - was_low)
    return change, low, high


def way(initiative: Initiative, viewer: User) -> tuple[list[Point], Period]:
    """The target's figure from the baseline's first day until now; volume by whole weeks, as its target is."""
    bases = list(initiative.baselines.all())
    since = newest_day(initiative, viewer)
    period = Period(min(one.first for one in bases), since.last if since else max(one.last for one in bases))
    metric, within = on_one_scale(BY_KEY[initiative.metric], {}, _scale(bases)), rollups(initiative, viewer)
    if metric != VOLUME:
        return trend(within, metric, period), period
    weeks = trend(within, metric, period, weekly=True)
    last = period.last - timedelta(days=WEEK - 1)
    return [point for point in weeks if point.day.weekday() == 0 and point.day <= last], period
