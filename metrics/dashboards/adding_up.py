"""Rows of the rollups added up as dashboards need them: only the parts that are shown, both periods in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Case, DateField, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast

from metrics import cutting, histograms
from metrics.cutting import Keys
from metrics.definitions import AHT, CSAT, SLA_RESOLUTION, VOLUME, Metric
from metrics.figures import made_of
from metrics.filters import Period
from metrics.levels import Level
from metrics.summing import summed

# What the small print of a figure needs beside what the figure is made of (metrics/dashboards/facts.py).
_BESIDE: Final[dict[str, tuple[str, ...]]] = {
    CSAT.key: ("offered_n",),
    AHT.key: ("measured_n", "created_n"),
    SLA_RESOLUTION.key: ("vendor_sla_n", "vendor_sla_met_n"),
    VOLUME.key: ("flagged_n",),
}
Rows = QuerySet[Any]
Lines = dict[tuple[Any, Keys], Counter[str]]
Logs = dict[tuple[Any, Keys], Counter[int]]


def needed(metrics: Iterable[Metric], *, small_print: bool = True) -> list[str]:
    """The parts that these metrics are made of."""
    found: set[str] = set()
    for metric in metrics:
        found |= made_of(metric) | {*_BESIDE.get(metric.key, ())}
        if small_print and metric.key.startswith("sla_"):
            found |= {f"{metric.key}_breached_n", f"{metric.key}_overdue_n"}
    return sorted(found)


def first_days(periods: list[Period]) -> Case:
    """The first day of the period in which a row lies."""
    return Case(
        *(
            When(day__range=(period.first, period.last), then=Cast(Value(period.first), DateField()))
            for period in periods
        ),
        output_field=DateField(),
    )


def slot(first: date, days: int) -> Func:
    """Into which of equally long parts of a period a row's day falls, from 0."""
    template = f"((%(expressions)s - DATE '{first.isoformat()}') / {int(days)})"
    return Func("day", template=template, output_field=IntegerField())


def parts_by(level: Level, by: tuple[str, ...], pieces: list[Rows], mark: Any, names: list[str]) -> Lines:
    """The parts by `mark` (an expression) and the values of the dimensions. One query for each piece."""
    columns = cutting.columns(level, by)
    found: Lines = {}
    for row in _read(pieces, mark, columns, names):
        counts = {name: row[name] for name in names}
        for keys, _said in cutting.cut(level, by, row):
            there = found.get((row["mark"], keys))
            if there is None:
                found[row["mark"], keys] = Counter(counts)
            else:
                there.update(counts)
    return found


def logs_by(level: Level, by: tuple[str, ...], pieces: list[Rows], mark: Any, log: str) -> Logs:
    """One histogram by the same. One query for each piece."""
    columns = cutting.columns(level, by)
    found: Logs = {}
    for row in _read(pieces, mark, columns, log=log):
        counts = histograms.counted(row[log] or b"")
        for keys, _said in cutting.cut(level, by, row):
            found.setdefault((row["mark"], keys), Counter()).update(counts)
    return found


def _read(
    pieces: list[Rows], mark: Any, columns: list[str], counts: Sequence[str] = (), log: str = ""
) -> Iterator[dict[str, Any]]:
    for rows in pieces:
        yield from summed(rows.annotate(mark=mark), ["mark", *columns], counts, log)
