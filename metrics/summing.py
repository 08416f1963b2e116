"""Rows of the rollups added up by some of their columns.

Which rows (whom they are visible to, which days, which labels) is a query of the ORM; the adding up around it is
written out here, for the ORM takes longer to put a hundred sums into words than Postgres to work them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from metrics.counting import WINDOW_DAYS
from metrics.models import Facet, Rollup

COUNTS: Final = tuple(
    field.name for field in Rollup._meta.get_fields() if field.name.endswith(("_n", "_s", "_square"))
)
# Counted over days only that are old enough for what may still happen within WINDOW_DAYS to have happened.
MATURING: Final = frozenset({"reopen_known_n", "reopened_n", "contact_n", "contact_once_n"})


# `least` passes over the NULL of a desk without tickets.
_MATURE_UNTIL: Final = (
    f"SELECT least(%s::date, max(last_day)) - {WINDOW_DAYS + 1} FROM {Facet._meta.db_table}"
)


def mature_until(today: date | None = None) -> date:
    """The last day whose tickets are all mature, those of its last minute included.

    Nobody has told yet what happened after the newest day that files brought: without an import nothing matures, or
    the last days before it would look as if no customer had come back. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MATURE_UNTIL, [today or timezone.localdate()])
        (last,) = cursor.fetchone()
    return last  # type: ignore[no-any-return]


def summed(
    rows: QuerySet[Any], by: Sequence[str], counts: Iterable[str] = (), log: str = ""
) -> list[dict[str, Any]]:
    """One row for each set of values of the columns `by` (annotations too): these, each of `counts` added up, and
    under `log` that histogram joined (metrics/histograms.py; None of none). Without `by` it is one row. One query."""
    counts = [*counts]
    taken = [*dict.fromkeys((*by, *counts, *((log,) if log else ()), "day"))]
    at = {name: f"c{number}" for number, name in enumerate(taken)}
    shown = [at[name] for name in by] + [_sum(name, at) for name in counts]
    shown += [f"string_agg({at[log]}, ''::bytea)"] if log else []
    if not shown:
        return [{}]  # nothing was asked, and Postgres would give a row without columns for each there is
    grouped = f"GROUP BY {', '.join(at[name] for name in by)}" if by else ""
    today = [timezone.localdate()] * len(MATURING & {*counts})
    try:
        inner, values = rows.order_by().values_list(*taken).query.sql_with_params()
    except EmptyResultSet:
        return [] if by else [{**dict.fromkeys(counts, 0), **({log: None} if log else {})}]
    # All that is written in here are names of columns.
    sql = f"SELECT {', '.join(shown)} FROM ({inner}) AS r ({', '.join(at.values())}) {grouped}"
    names = [*by, *counts, *((log,) if log else ())]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*today, *values])
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _sum(name: str, at: dict[str, str]) -> str:
    """The sum of a column; 0 of none. Only squares may be more than a bigint holds."""
    only = f" FILTER (WHERE {at['day']} <= ({_MATURE_UNTIL}))" if name in MATURING else ""
    return f"coalesce(sum({at[name]}){only}, 0)" + ("" if name.endswith("_square") else "::bigint")
