"""Rows of the rollups added up as dashboards need them: only the parts that are shown, both periods in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from django.db.models import QuerySet

from metrics import cutting
from metrics.cutting import Keys
from metrics.definitions import Metric
from metrics.figures import made_of
from metrics.filters import Period
from metrics.levels import Level
from metrics.small_print import PARTS
from metrics.summing import Mark, summed
from metrics.weeks import BLOCK

Rows = QuerySet[Any]
Lines = dict[tuple[Any, Keys], Counter[str]]
Logs = dict[tuple[Any, Keys], bytes]  # as they are stored: joined they are added up (metrics/histograms.py)
BY_DAY: Final = Mark("{day}")
TOGETHER: Final = Mark("0")


def needed(metrics: Iterable[Metric], *, small_print: bool = True) -> list[str]:
    """The parts that these metrics are made of, and their small print."""
    found: set[str] = set()
    for metric in metrics:
        found |= made_of(metric) | ({*PARTS.get(metric.family, ())} if small_print else set())
    return sorted(found)


def first_days(periods: Sequence[Period]) -> Mark:
    """The first day of the period in which a row lies."""
    cases = " ".join("WHEN {day} BETWEEN %s AND %s THEN %s" for _period in periods)
    days = ((period.first, period.last, period.first) for period in periods)
    return Mark(f"CASE {cases} END", tuple(chain.from_iterable(days)))


def blocks_and_periods(blocks: Period | None, periods: Sequence[Period]) -> Mark:
    """From 0 the number of the block in which a row lies; beside these -1 for the first of the periods, and so on."""
    cases = [
        Mark("{day} BETWEEN %s AND %s THEN -%s", (one.first, one.last, at))
        for at, one in enumerate(periods, 1)
    ]
    if blocks is not None:
        within = blocks.first, blocks.last, blocks.first, BLOCK.days
        cases.insert(0, Mark("{day} BETWEEN %s AND %s THEN ({day} - %s) / %s", within))
    said = " WHEN ".join(one.sql for one in cases)
    return Mark(f"CASE WHEN {said} END", tuple(chain.from_iterable(one.params for one in cases)))


def slot(first: date, days: int) -> Mark:
    """Into which of equally long parts of a period a row's day falls, from 0."""
    return Mark("({day} - %s) / %s", (first, days))


def parts_by(level: Level, by: tuple[str, ...], pieces: list[Rows], mark: Mark, names: list[str]) -> Lines:
    """The parts by `mark` and the values of the dimensions. One query."""
    return sums_by(level, by, pieces, mark, names)[0]


def sums_by(
    level: Level,
    by: tuple[str, ...],
    pieces: list[Rows],
    mark: Mark,
    names: Sequence[str],
    logs: Sequence[str] = (),
) -> tuple[Lines, dict[str, Logs]]:
    """The parts, and each of the histograms, by the same. One query."""
    columns = cutting.columns(level, by)
    parts: Lines = {}
    counted: dict[str, Logs] = {log: {} for log in logs}
    for row in summed(pieces, columns, names, logs, mark=mark):
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
