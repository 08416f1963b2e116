"""One figure out of the parts that add up to it: value, n, interval, what was left out, what was not measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Aggregate, BinaryField, Q, QuerySet, Sum
from django.utils import timezone

from metrics import histograms, intervals
from metrics.counting import WINDOW_DAYS
from metrics.definitions import CSAT, CSAT_STARS, Metric, Unit
from metrics.models import Rollup

Parts = dict[str, Any]
COUNTS: Final = tuple(
    field.name for field in Rollup._meta.get_fields() if field.name.endswith(("_n", "_s", "_square"))
)
# Counted over days only that are old enough for what may still happen within WINDOW_DAYS to have happened.
MATURING: Final = frozenset({"reopen_known_n", "reopened_n", "contact_n", "contact_once_n"})


@dataclass(frozen=True)
class Figure:
    """One metric of one set of tickets. `value` None: not measured, or too few (`is_small`). `excluded`: left out by
    the definition; `not_measured`: would count, had the source told of them."""

    metric: Metric
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    is_small: bool = False
    excluded: int = 0
    not_measured: int = 0

    @property
    def is_measured(self) -> bool:
        return self.n > 0


def mature_until(today: date | None = None) -> date:
    """The last day whose tickets are all mature, those of its last minute included."""
    return (today or timezone.localdate()) - timedelta(days=WINDOW_DAYS + 1)


def sums() -> dict[str, Sum]:
    """Every part added up; parts that need maturity, over mature days only."""
    mature = Q(day__lte=mature_until())
    return {name: Sum(name, filter=mature if name in MATURING else None, default=0) for name in COUNTS}


def parts(rollups: QuerySet[Any]) -> Parts:
    """All parts of these rollups, added up. One query."""
    found: Parts = rollups.aggregate(**sums())
    return found


def parts_by(rollups: QuerySet[Any], *columns: str) -> dict[tuple[Any, ...], Parts]:
    """The same, by the values of some columns. One query."""
    if not columns:
        return {(): parts(rollups)}
    rows = rollups.order_by().values(*columns).annotate(**sums())
    return {tuple(_key(row[column]) for column in columns): row for row in rows}


class Joined(Aggregate):
    """Histograms added up: one after the other."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, ''::bytea)"


def buckets(rollups: QuerySet[Any], log: str, *columns: str) -> dict[tuple[Any, ...], Counter[int]]:
    """The histogram of one kind of duration, by the values of some columns. One query."""
    joined = Joined(log, output_field=BinaryField())
    rows: list[tuple[Any, ...]]
    if not columns:
        rows = [(rollups.order_by().aggregate(joined=joined)["joined"],)]
    else:
        rows = [*rollups.order_by().values(*columns).annotate(joined=joined).values_list(*columns, "joined")]
    found = {tuple(map(_key, key)): histograms.counted(stored or b"") for *key, stored in rows}
    return {key: counts for key, counts in found.items() if counts}


def _key(value: Any) -> Any:
    """A list (a set of labels) cannot be looked up by."""
    return tuple(value) if isinstance(value, list) else value


def figure(metric: Metric, found: Parts, counts: Counter[int] | None = None) -> Figure:
    """The metric's figure from its parts, with the interval that fits; a median needs its histogram, `counts`."""
    if metric.key == CSAT.key and found["stars_n"] > found["good_n"] + found["bad_n"]:
        metric = CSAT_STARS
    shown = _median(metric, counts or Counter()) if metric.log else _ratio(metric, found)
    left, missing = (max(0, _signed(found, names)) for names in (metric.left_out, metric.unmeasured))
    return replace(shown, excluded=left, not_measured=missing)


def _signed(found: Parts, names: tuple[str, ...]) -> int:
    """The sum of parts; one with a minus before its name is taken off."""
    return sum(-found.get(name[1:], 0) if name[0] == "-" else found.get(name, 0) for name in names)


def _ratio(metric: Metric, found: Parts) -> Figure:
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
    value, low, high = histograms.percentiles(counts, (0.5, *(ranks or ()))) + [None] * (0 if ranks else 2)
    return Figure(metric, value, n, low, high)


def added(many: list[Parts]) -> Parts:
    """Several sets of parts as one."""
    return {name: sum(found[name] for found in many) for name in COUNTS}
