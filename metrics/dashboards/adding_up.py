"""Rows of the rollups added up as dashboards need them: only the parts that are shown, both periods in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, DateField, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast

from metrics import cutting
from metrics.cutting import Keys
from metrics.definitions import Metric
from metrics.figures import made_of
from metrics.filters import Period
from metrics.levels import Level
from metrics.small_print import PARTS
from metrics.summing import summed

Rows = QuerySet[Any]
Lines = dict[tuple[Any, Keys], Counter[str]]
Logs = dict[tuple[Any, Keys], bytes]  # as they are stored: joined they are added up (metrics/histograms.py)


def needed(metrics: Iterable[Metric], *, small_print: bool = True) -> list[str]:
    """The parts that these metrics are made of, and their small print."""
    found: set[str] = set()
    for metric in metrics:
        found |= made_of(metric) | ({*PARTS.get(metric.family, ())} if small_print else set())
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
    """The parts by `mark` (an expression) and the values of the dimensions. One query."""
    return sums_by(level, by, pieces, mark, names)[0]


def sums_by(
    level: Level,
    by: tuple[str, ...],
    pieces: list[Rows],
    mark: Any,
    names: Sequence[str],
    logs: Sequence[str] = (),
) -> tuple[Lines, dict[str, Logs]]:
    """The parts, and each of the histograms, by the same. One query."""
    columns = cutting.columns(level, by)
    parts: Lines = {}
    counted: dict[str, Logs] = {log: {} for log in logs}
    marked = [rows.annotate(mark=mark) for rows in pieces]
    for row in summed(marked, ["mark", *columns], names, logs):
        counts = {name: row[name] for name in names}
        for keys, _said in cutting.cut(level, by, row):
            at = row["mark"], keys
            if at in parts:
                parts[at].update(counts)
            else:
                parts[at] = Counter(counts)
            for log in logs:
                if row[log]:
                    counted[log][at] = counted[log].get(at, b"") + row[log]
    return parts, counted
