"""One figure out of the parts that add up to it: value, n, interval, what was left out, what was not measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from metrics import histograms, intervals
from metrics.definitions import CSAT, SCALES, Metric, Unit
from metrics.scales import on_one_scale
from metrics.summing import COUNTS, mature_by_source, mature_until, summed

__all__ = [
    "COUNTS",
    "Figure",
    "Parts",
    "added",
    "buckets",
    "figure",
    "figures",
    "made_of",
    "mature_by_source",
    "mature_until",
    "parts",
    "parts_by",
    "value",
    "values",
]
Parts = dict[str, Any]
Rows = QuerySet[Any] | Sequence[QuerySet[Any]]


@dataclass(frozen=True)
class Figure:
    """One metric of one set of tickets. `value` None: not measured, or too few (`is_small`). `excluded`: left out by
    the definition; `not_measured`: would count, had the source told of them; None where nobody counts those."""

    metric: Metric
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    is_small: bool = False
    excluded: int | None = 0
    not_measured: int | None = 0

    @property
    def is_measured(self) -> bool:
        return self.n > 0

    @property
    def n_told(self) -> int | None:
        """Its n; None where that is the very count of which nothing is said."""
        return None if self.is_small and self.metric.unit is Unit.COUNT else self.n


def made_of(metric: Metric) -> set[str]:
    """The parts that `figure` reads of this metric."""
    names = (*metric.numerator, *metric.denominator, *metric.left_out, *metric.unmeasured)
    found = {name.removeprefix("-") for name in names}
    if metric.key == CSAT.key:
        found = found.union(*map(made_of, SCALES))
    return found | ({"handle_square"} if metric.unit is Unit.SECONDS and metric.denominator else set())


def parts(rollups: QuerySet[Any]) -> Parts:
    """All parts of these rollups, added up. One query."""
    return parts_by(rollups)[()]


def parts_by(rollups: Rows, *columns: str, names: Sequence[str] = COUNTS) -> dict[tuple[Any, ...], Parts]:
    """The same, or those named, by the values of some columns. One query."""
    rows = summed(rollups, columns, names)
    return {tuple(_key(row[column]) for column in columns): row for row in rows}


def buckets(rollups: Rows, log: str, *columns: str) -> dict[tuple[Any, ...], Counter[int]]:
    """The histogram of one kind of duration, by the values of some columns. One query."""
    rows = summed(rollups, columns, logs=[log])
    found = {
        tuple(_key(row[column]) for column in columns): histograms.counted(row[log] or b"") for row in rows
    }
    return {key: counts for key, counts in found.items() if counts}


def _key(value: Any) -> Any:
    """A list (a set of labels) cannot be looked up by."""
    return tuple(value) if isinstance(value, list) else value


def figure(metric: Metric, found: Parts, counts: Counter[int] | None = None) -> Figure:
    """The metric's figure from its parts, with the interval that fits; a median needs its histogram, `counts`. CSAT is
    on the scale with most answers among them: of several that stand together, choose it before (metrics/scales.py)."""
    metric = on_one_scale(metric, found)
    shown = _median(metric, counts or Counter()) if metric.log else _ratio(metric, found)
    return _complete(shown, found)


def figures(metric: Metric, many: Sequence[tuple[Parts, bytes]]) -> list[Figure]:
    """The same of several sets of parts, each with its histogram as it is stored; b"" of one that needs none."""
    if not metric.log:
        return [figure(metric, found) for found, _stored in many]
    spread = histograms.spreads([stored for _found, stored in many], _middle_ranks)
    return [
        _complete(Figure(metric, *_told(n, at)), found)
        for (found, _stored), (n, at) in zip(many, spread, strict=True)
    ]


def values(metric: Metric, many: Sequence[tuple[Parts, bytes]]) -> list[float | None]:
    """The values of those figures alone, where no interval is shown."""
    if not metric.log:
        return [value(metric, found) for found, _stored in many]
    spread = histograms.spreads([stored for _found, stored in many], lambda _n: (0.5,))
    return [found[0] if found else None for _n, found in spread]


def value(metric: Metric, found: Parts, stored: bytes = b"") -> float | None:
    """The value of that figure alone, where no interval is shown; `stored` is a median's histogram as it is kept."""
    if metric.log:
        return histograms.median(stored)
    metric = on_one_scale(metric, found)
    top = float(sum(found[name] for name in metric.numerator))
    if not metric.denominator:
        return top
    n = sum(found[name] for name in metric.denominator)
    return top / n if n and n >= metric.least else None


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
    n = counts.total()
    found = histograms.percentiles(counts, _middle_ranks(n))
    return Figure(metric, *_told(n, [each for each in found if each is not None]))


def _middle_ranks(n: int) -> tuple[float, ...]:
    """Where the median stands, and between which shares it lies, of so many."""
    return 0.5, *(intervals.median_ranks(n) or ())


def _told(n: int, at: Sequence[float]) -> tuple[float | None, int, float | None, float | None]:
    """The median, of how many, and its interval, from the values at `_middle_ranks`."""
    value, low, high = [*at, None, None, None][:3]
    return value, n, low, high


def _complete(shown: Figure, found: Parts) -> Figure:
    """With what was left out, and what was not measured."""
    metric = shown.metric
    left, missing = (max(0, _signed(found, names)) for names in (metric.left_out, metric.unmeasured))
    return replace(shown, excluded=left, not_measured=missing)


def added(many: list[Parts]) -> Parts:
    """Several sets of parts as one."""
    return {name: sum(found[name] for found in many) for name in COUNTS}
