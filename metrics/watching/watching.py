"""A night's watch: every series judged at one day, and the alerts that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from metrics import cutting, levels
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.differences import adjusted
from metrics.levels import Level
from metrics.models import Rollup
from metrics.watching import expecting, spells, told
from metrics.watching.expecting import DAYS, Floats, Standing
from metrics.watching.models import Alert

FALSE_SHARE: Final = 0.05
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


@dataclass(frozen=True)
class Series:
    """What is watched: a metric of a label (site None: of all sites) or of a team."""

    metric: str
    label: str
    team_id: int | None
    site_id: int | None

    @property
    def place(self) -> spells.Place:
        return (self.label, self.team_id, self.site_id)


@dataclass(frozen=True)
class Found:
    """A series outside its limits on the day that was judged."""

    series: Series
    standing: Standing
    q: float

    @property
    def direction(self) -> str:
        return Alert.Direction.UP if self.standing.signal.average > 0 else Alert.Direction.DOWN


def watch(day: date, newest: told.Newest) -> list[Alert]:
    """Judge at `day` every series whose sources have told of it to its end, and keep what follows: new spells, longer
    ones, those that were none after all, and those that are over.

    Doing it again changes nothing, and a day before an alert's last one does not shorten it.
    """
    counts = told.counted(day, day)
    waiting = {series.place for series, _standing in standings(day, only=told.waited_for(newest, day))}
    judged = [
        (series, standing)
        for series, standing in standings(day, without=told.silent(newest, day))
        if standing is not None and series.place not in waiting
    ]
    with transaction.atomic():
        kept = [spells.keep(each, day) for each in among(judged)]
        spells.withdraw(day, kept, waiting)
        spells.end(day, waiting)
        told.note(day, newest, counts)
    return kept


def outside(day: date) -> list[Found]:
    """Every series that is a spike at `day`."""
    return among((series, standing) for series, standing in standings(day) if standing is not None)


def among(standing_series: Iterable[tuple[Series, Standing]]) -> list[Found]:
    """Of one night's series those beyond three deviations that are so also when all are looked at together."""
    judged = [*standing_series]
    together = adjusted([standing.signal.p for _series, standing in judged])
    return [
        Found(series, standing, q)
        for (series, standing), q in zip(judged, together, strict=True)
        if standing.signal.is_out and standing.signal.goes_on and q <= FALSE_SHARE
    ]


def standings(
    day: date, *, only: Sequence[int] | None = None, without: Sequence[int] = ()
) -> Iterator[tuple[Series, Standing | None]]:
    """Every series that there is, judged; of labels by whatever name their tickets have them; of the tickets of some
    sources alone, or of all but some. Two queries, none for no source."""
    if only is not None and not only:
        return
    first = day - timedelta(days=DAYS - 1)
    within = Q(day__range=(first, day)) & (~Q(source__in=without) if only is None else Q(source__in=only))
    level = levels.level_for(None, ("label",), {})
    labels = _tables(level.rollups.filter(within), first, "team__site", level=level)
    whole: dict[str, Table] = {}
    for (label, site), table in labels.items():
        whole[label] = {name: whole[label][name] + table[name] for name in PARTS} if label in whole else table
        if site is not None:
            yield from _judged(Series("", label, None, site), table)
    for label, table in whole.items():
        yield from _judged(Series("", label, None, None), table)
    rows = Rollup.objects.filter(within, label="", team__isnull=False)
    teams = _tables(rows, first, "team", "team__site")
    for (team, site), table in teams.items():
        yield from _judged(Series("", "", team, site), table)


def _tables(
    rows: QuerySet[Any], first: date, *columns: str, level: Level | None = None
) -> dict[tuple[Any, ...], Table]:
    """The parts of each group, one array of days a part; with a level by label first, then by the columns."""
    by = ("label",) if level else ()
    grouped = rows.order_by().values(*(cutting.columns(level, by) if level else ()), *columns, "day")
    sums = grouped.annotate(**{f"sum_{name}": Sum(name, default=0) for name in PARTS})
    tables: dict[tuple[Any, ...], Table] = defaultdict(lambda: {name: np.zeros(DAYS) for name in PARTS})
    for row in sums.iterator():
        labels = [keys for keys, _said in cutting.cut(level, by, row)] if level else [()]
        for label in labels:
            table = tables[(*label, *(row[column] for column in columns))]
            for name in PARTS:
                table[name][(row["day"] - first).days] += row[f"sum_{name}"] or 0
    return tables


def _judged(series: Series, table: Table) -> Iterator[tuple[Series, Standing | None]]:
    """The three metrics of one group; of the two scales of CSAT the one with more answers."""
    place = (series.label, series.team_id, series.site_id)
    yield Series(VOLUME.key, *place), expecting.volume(table["created_n"])
    two = table["good_n"] + table["bad_n"]
    hits, n = (
        (table["stars_top_n"], table["stars_n"])
        if table["stars_n"].sum() > two.sum()
        else (table["good_n"], two)
    )
    yield Series(CSAT.key, *place), expecting.share(hits, n)
    handled = expecting.mean(table["handle_s"], table["handle_square"], table["handled_n"])
    yield Series(AHT.key, *place), handled
