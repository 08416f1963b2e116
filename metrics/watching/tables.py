"""The daily parts of each series, out of the rollups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet, Sum

from metrics import cutting
from metrics.levels import Level
from metrics.watching.expecting import DAYS, Floats

PARTS: Final = (
    "created_n",
    "good_n",
    "bad_n",
    "stars_n",
    "stars_top_n",
    "handled_n",
    "handle_s",
    "handle_square",
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


def answers(table: Table, *, by: Iterable[Table] | None = None) -> tuple[Floats, Floats]:
    """Satisfied answers and all answers of each day, of the scale with more answers; with `by`, with more in those."""
    both = [*by] if by is not None else [table]
    stars = sum(each["stars_n"].sum() for each in both)
    if stars > sum((each["good_n"] + each["bad_n"]).sum() for each in both):
        return table["stars_top_n"], table["stars_n"]
    return table["good_n"], table["good_n"] + table["bad_n"]
