"""How the rows of one level of the rollups are added up out of others, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from metrics.counting import LOGS, PARTS

PLACE: Final = "source_id, team_id, team_name, channel"
LABELS: Final = "unnest(array_append(labels, '')) AS label"
# string_agg takes a kilobyte for each group and histogram, and most groups are of a contact or two. Joining them one by
# one takes the square of their number.
FEW: Final = 20_000


def prepare(cursor: CursorWrapper) -> None:
    """For the rest of this transaction: compiling such statements takes longer than the statements, grouping in memory
    is faster than by sorting, and an import has the other processors at work already."""
    cursor.execute(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true),"
        " set_config('max_parallel_workers_per_gather', '0', true)"
    )


def sums(parts: Iterable[str] = PARTS, *, few: bool = False) -> dict[str, str]:
    """How these parts are added up, by name. `few`: of few rows a group, whose histograms are joined one by one."""
    joined = "metrics_joined({})" if few else "string_agg({}, '')"
    return {name: (joined if name in LOGS else "sum({})").format(name) for name in parts}


def same(columns: str) -> dict[str, str]:
    """These columns as they are."""
    return {name: name for name in columns.split(", ")}


def insert(table: str, columns: dict[str, str], tables: str, parts: dict[str, str]) -> str:
    """Add up into one table: its dimensions, and the parts, as name and expression."""
    by = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return (
        f"INSERT INTO metrics_{table} ({', '.join((*columns, *parts))})"
        f" SELECT {', '.join((*columns.values(), *parts.values()))} FROM {tables} GROUP BY {by}"
    )


@dataclass(frozen=True)
class Found:
    """Those parts that any of the rows has (adding up a column takes as long where it is NULL all over, and few sources
    tell of everything), and how many rows a day, or a week, has at most."""

    parts: tuple[str, ...]
    most: int

    @property
    def sums(self) -> dict[str, str]:
        return sums(self.parts, few=self.most <= FEW)


def found(cursor: CursorWrapper, rows: str, names: dict[str, Any], *, each: str) -> Found:
    """What there is in these rows. `each`: the expression for their day or week. One query."""
    has = ", ".join(f"bool_or({part})" for part in PARTS)
    each_has = ", ".join(f"count({part}) > 0 AS {part}" for part in PARTS)
    cursor.execute(
        f"SELECT max(n), {has} FROM (SELECT count(*) AS n, {each_has} FROM {rows} GROUP BY {each}) AS each",
        names,
    )
    most, *there = cursor.fetchone()
    return Found(tuple(part for part, is_there in zip(PARTS, there, strict=True) if is_there), most or 0)
