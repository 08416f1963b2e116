"""The daily parts of each series, out of the rollups."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet, Sum

from metrics import cutting
from metrics.definitions import CSAT, SCALES, Metric
from metrics.levels import Level
from metrics.scales import on_one_scale
from metrics.watching.expecting import DAYS, Floats

PARTS: Final = (
    *("created_n", "handled_n", "handle_s", "handle_square"),
    *dict.fromkeys(name for metric in SCALES for name in (*metric.numerator, *metric.denominator)),
)
Table = dict[str, Floats]


def tables(
    rows: QuerySet[Any], first: date, *columns: str, level: Level | None = None
) -> dict[tuple[Any, ...], Table]:
    """The parts of each group, one array of days a part; with a level by label first, then by the columns."""
    by = ("label",) if level else ()
    grouped = rows.order_by().values(*(cutting.columns(level, by) if level else ()), *columns, "day")
    sums = grouped.annotate(**{f"sum_{name}": Sum(name, default=0) for name in PARTS})
    found: dict[tuple[Any, ...], Table] = defaultdict(lambda: {name: np.zeros(DAYS) for name in PARTS})
    for row in sums.iterator():
        labels = [keys for keys, _said in cutting.cut(level, by, row)] if level else [()]
        for label in labels:
            table = found[(*label, *(row[column] for column in columns))]
            for name in PARTS:
                table[name][(row["day"] - first).days] += row[f"sum_{name}"] or 0
    return found


def csat_of(those: Iterable[Table]) -> Metric:
    """CSAT on the scale with most answers in all of them together."""
    added: Counter[str] = Counter()
    for table in those:
        added.update({name: int(days.sum()) for name, days in table.items()})
    return on_one_scale(CSAT, added)


def answers(table: Table, csat: Metric) -> tuple[Floats, Floats]:
    """Satisfied answers and all answers of each day, on the scale of `csat`."""
    top, n = (np.sum([table[name] for name in names], axis=0) for names in (csat.numerator, csat.denominator))
    return top, n
