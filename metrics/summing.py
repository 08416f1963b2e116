"""Rows of the rollups added up by some of their columns.

Which rows (whom they are visible to, which days, which labels) is a query of the ORM; the adding up around it is
written out here, for the ORM takes longer to put a hundred sums into words than Postgres to work them out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from metrics.counting import WINDOW_DAYS
from metrics.models import Facet, Rollup, Source

T = TypeVar("T")
COUNTS: Final = tuple(
    field.name for field in Rollup._meta.get_fields() if field.name.endswith(("_n", "_s", "_square"))
)
# Counted over days only that are old enough for what may still happen within WINDOW_DAYS to have happened.
_SOURCE: Final = "source_id"
MATURING: Final = frozenset({"reopen_known_n", "reopened_n", "contact_n", "contact_once_n"})


# `least` passes over the NULL of a source without tickets.
_MATURE_UNTIL: Final = (
    f"SELECT s.id, least(%s::date, max(last_day)) - {WINDOW_DAYS + 1} FROM {Source._meta.db_table} AS s"
    f" LEFT JOIN {Facet._meta.db_table} AS f ON f.source_id = s.id GROUP BY s.id"
)


@dataclass(frozen=True)
class Mark:
    """By what of their day rows are told apart: SQL in which `{day}` stands for it, and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


_held: ContextVar[dict[Any, Any] | None] = ContextVar("what a page asked for", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Within it what all figures of a page rest on is asked for once, so that they are of one moment."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """What `ask` says, asked for once within `held`; each time outside of it."""
    kept = _held.get()
    if kept is None:
        return ask()
    if key not in kept:
        kept[key] = ask()
    found: T = kept[key]
    return found


def mature_by_source(today: date | None = None) -> dict[int, date]:
    """Of each source the last day whose tickets are all mature, those of its last minute included.

    Nobody has told yet what happened at a source after the newest day that its files brought: without an import nothing
    of it matures, or the last days before it would look as if no customer had come back. One query.
    """
    day = today or timezone.localdate()
    return once(("mature by source", day), lambda: _mature_by_source(day))


def _mature_by_source(day: date) -> dict[int, date]:
    with connection.cursor() as cursor:
        cursor.execute(_MATURE_UNTIL, [day])
        return dict(cursor.fetchall())


def mature_until(today: date | None = None) -> date:
    """The last day on which any source is mature. One query."""
    day = today or timezone.localdate()
    return max(mature_by_source(day).values(), default=day - timedelta(days=WINDOW_DAYS + 1))


def summed(
    rows: QuerySet[Any] | Sequence[QuerySet[Any]],
    by: Sequence[str],
    counts: Iterable[str] = (),
    logs: Sequence[str] = (),
    *,
    mark: Mark | None = None,
) -> list[dict[str, Any]]:
    """One row for each set of values of the columns `by` (annotations too), and of `mark`: these, each of `counts`
    added up, and under the name of each of `logs` that histogram joined (metrics/histograms.py; None of none). Without
    `by` and `mark` it is one row. Several levels' rows, such as those of days and of weeks, are added up together. One
    query."""
    counts = [*counts]
    names, matures = [*by, *counts, *logs], bool(MATURING & {*counts})
    if not names and mark is None:
        return [{}]  # nothing was asked, and Postgres would give a row without columns for each there is
    pieces = [rows] if isinstance(rows, QuerySet) else rows
    asked = [*dict.fromkeys((*(name for name in names if not _is_plain(name, pieces)), "day"))]
    plain = [
        *dict.fromkeys((*(name for name in names if name not in asked), *([_SOURCE] if matures else [])))
    ]
    at = {name: f"c{number}" for number, name in enumerate((*plain, *asked))}
    shown = grouped = [at[name] for name in by]
    if mark is not None:
        names, shown, grouped = ["mark", *names], [mark.sql.format(day=at["day"]), *shown], ["1", *grouped]
    added = (_sum(name, at) for name in counts), (f"string_agg({at[log]}, ''::bytea)" for log in logs)
    statements, values = _readings(pieces, plain, asked)
    if not statements:
        return [] if grouped else [{**dict.fromkeys(counts, 0), **dict.fromkeys(logs)}]
    # All that is written in here are names of columns.
    told = f"({' UNION ALL '.join(statements)}) AS r ({', '.join(at.values())})"
    if matures:
        told += f" JOIN ({_MATURE_UNTIL}) AS m (id, until) ON m.id = {at[_SOURCE]}"
        values.append(timezone.localdate())
    sql = f"SELECT {', '.join(chain(shown, *added))} FROM {told}" + (
        f" GROUP BY {', '.join(grouped)}" if grouped else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(mark.params if mark else ()), *values])
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _readings(
    pieces: Sequence[QuerySet[Any]], plain: Sequence[str], asked: Sequence[str]
) -> tuple[list[str], list[Any]]:
    """The statements of those pieces that can have rows, and the parameters of all of them."""
    statements: list[str] = []
    values: list[Any] = []
    for piece in pieces:
        with suppress(EmptyResultSet):
            sql, params = _reading(piece, plain, asked)
            statements.append(sql)
            values += params
    return statements, values


def _reading(rows: QuerySet[Any], plain: Sequence[str], asked: Sequence[str]) -> tuple[str, Sequence[Any]]:
    """The statement that reads these columns, and its parameters. The ORM says which rows, and what is `asked`; columns
    of the table itself are written before it, for there are dozens. Raises EmptyResultSet."""
    sql, params = rows.order_by().values_list(*asked).query.sql_with_params()
    table, columns = rows.query.get_initial_alias(), _columns(rows.model)
    own = "".join(f'"{table}"."{columns[name]}", ' for name in plain)
    return f"SELECT {own}{sql.removeprefix('SELECT ')}", params


def _is_plain(name: str, pieces: Sequence[QuerySet[Any]]) -> bool:
    return all(name in _columns(rows.model) and name not in rows.query.annotations for rows in pieces)


_known: Final[dict[type[Model], dict[str, str]]] = {}


def _columns(model: type[Model]) -> dict[str, str]:
    """The columns of a model's table by the names of their fields."""
    if model not in _known:
        _known[model] = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    return _known[model]


def _sum(name: str, at: dict[str, str]) -> str:
    """The sum of a column; 0 of none. Only squares may be more than a bigint holds."""
    only = f" FILTER (WHERE {at['day']} <= until)" if name in MATURING else ""
    return f"coalesce(sum({at[name]}){only}, 0)" + ("" if name.endswith("_square") else "::bigint")
