"""Reads tickets for a card: how many, and what they came to, by day, team and group. A job's work, never a page's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from metrics.effects.groups import Group
from metrics.effects.measures import CSATS, Measure

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """One row a day (counted from `first`), team and group: `n` rows that came to `total`. `values` holds each single
    value of our own rows, by day.

    Days are a team's own: where it began `later`, they are moved back by as many, so that all teams begin on one day.
    """

    first: date
    day: Ints
    team: Ints
    ours: Ints
    n: Ints
    total: Floats
    later: Ints
    values: dict[int, list[float]]

    @property
    def calendar(self) -> Ints:
        """The day of each row as it was, counted from `first`."""
        return self.day + self.later

    def by_delay(self) -> list[Counts]:
        """Apart by how much later the teams began; without the single values."""
        return [self._of(self.later == days) for days in np.unique(self.later)]

    def _of(self, rows: npt.NDArray[np.bool_]) -> Counts:
        columns = {name: getattr(self, name)[rows] for name in ("day", "team", "ours", "n", "total", "later")}
        return replace(self, values={}, **columns)

    def between(self, first: date, last: date, *, ours: bool | None = None) -> npt.NDArray[np.bool_]:
        """Which rows lie on these days, both included, of one group or of both."""
        begins, ends = (first - self.first).days, (last - self.first).days
        within = (self.day >= begins) & (self.day <= ends)
        return within if ours is None else within & (self.ours == int(ours))

    def sums(self, first: date, last: date, *, ours: bool) -> tuple[int, float]:
        rows = self.between(first, last, ours=ours)
        return int(self.n[rows].sum()), float(self.total[rows].sum())

    def daily(self, first: date, last: date, *, ours: bool) -> tuple[Ints, Floats]:
        """n and total of each day in turn, days without rows included."""
        rows, days = self.between(first, last, ours=ours), (last - first).days + 1
        at = self.day[rows] - (first - self.first).days
        n = np.bincount(at, weights=self.n[rows], minlength=days).astype(np.int64)
        return n, np.bincount(at, weights=self.total[rows], minlength=days).astype(np.float64)

    def values_between(self, first: date, last: date) -> list[float]:
        begins, ends = (first - self.first).days, (last - self.first).days
        return [value for day, values in self.values.items() if begins <= day <= ends for value in values]


_WITHIN: Final = (
    "{moment} >= %(first)s::date::timestamp AT TIME ZONE %(zone)s"
    " AND {moment} < %(after)s::date::timestamp AT TIME ZONE %(zone)s"
)
_ROWS: Final = """
SELECT ({moment} AT TIME ZONE %(zone)s)::date - %(first)s::date, coalesce(t.team_id, 0),
    t.labels && %(labels)s::varchar[], count(*), sum({value})::float8,
    array_agg(({value})::float8) FILTER (WHERE %(singly)s AND t.labels && %(labels)s::varchar[])
FROM {tables} WHERE {within} AND coalesce(t.team_id, 0) = ANY(%(teams)s)
    AND (t.labels && %(labels)s::varchar[] OR NOT t.labels && %(avoided)s::varchar[]) AND {condition}
GROUP BY 1, 2, 3"""
_TEAMS: Final = """
SELECT DISTINCT coalesce(t.team_id, 0) FROM metrics_ticket AS t
WHERE {within} AND t.labels && %(labels)s::varchar[]"""


def teams_with(labels: Sequence[str], first: date, last: date) -> list[int]:
    """The teams that got tickets with these labels on these days; 0 stands for tickets of no team of ours."""
    within = _WITHIN.format(moment="t.created_at")
    return [row[0] for row in _fetched(_TEAMS.format(within=within), {"labels": [*labels]}, first, last)]


def counts(measure: Measure, group: Group, first: date, last: date, *, singly: bool = False) -> Counts:
    """What the measure counts on these days, both included, each team by its own days; `singly`: with each value of
    our own."""
    within = _WITHIN.format(moment=measure.moment)
    sql = _ROWS.format(
        moment=measure.moment, value=measure.value, tables=measure.tables, within=within,
        condition=measure.condition,
    )  # fmt: skip
    rows: list[Any] = []
    for wave, teams in group.waves.items():
        avoided = [*group.avoided_in(wave)]
        names = {"labels": [*group.labels], "avoided": avoided, "teams": teams, "singly": singly}
        delay = timedelta(days=wave)
        rows += [(*row, wave) for row in _fetched(sql, names, first + delay, last + delay)]
    values: dict[int, list[float]] = {}
    for row in rows:
        values.setdefault(row[0], []).extend(row[5] or ())
    columns = list(zip(*rows, strict=True)) or [()] * 7
    day, team, ours, n, later = (np.array(columns[place], dtype=np.int64) for place in (0, 1, 2, 3, 6))
    return Counts(first, day, team, ours, n, np.array(columns[4], dtype=float), later, values)


def csat_measure(group: Group, first: date, last: date) -> Measure:
    """The scale with most answers to our own tickets."""
    answers = {
        measure: counts(measure, group, first, last).sums(first, last, ours=True)[0] for measure in CSATS
    }
    return max(answers, key=lambda measure: answers[measure])


def _fetched(sql: str, names: dict[str, Any], first: date, last: date) -> Iterable[Any]:
    zone = settings.REPORTING_TIME_ZONE
    known = {**names, "first": first, "after": last + timedelta(days=1), "zone": zone}
    with connection.cursor() as cursor:
        cursor.execute(sql, known)
        rows: list[Any] = cursor.fetchall()
        return rows
