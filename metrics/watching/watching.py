"""A night's watch: every series judged at one day, and the alerts that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from metrics import levels
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.differences import adjusted
from metrics.models import Rollup
from metrics.watching import carrying, expecting, spells, tables, told
from metrics.watching.expecting import DAYS, Standing
from metrics.watching.models import Alert

FALSE_SHARE: Final = 0.05


@dataclass(frozen=True)
class Series:
    """What is watched: a metric of a label (site None: of all sites) or of a team."""

    metric: str
    label: str
    team_id: int | None
    site_id: int | None
    scale: str = ""  # of CSAT: the one with most answers in the days that are watched

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
    found = among(judged)
    carried = carrying.by_team(day, found, without=told.silent(newest, day))
    with transaction.atomic():
        kept = [spells.keep(each, day, carried.get(each.series, [])) for each in found]
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
    labels = tables.tables(level.rollups.filter(within), first, "team__site", level=level)
    whole: dict[str, tables.Table] = {}
    for (label, site), table in labels.items():
        whole[label] = (
            {name: whole[label][name] + table[name] for name in tables.PARTS} if label in whole else table
        )
        if site is not None:
            yield from _judged(Series("", label, None, site), table)
    for label, table in whole.items():
        yield from _judged(Series("", label, None, None), table)
    rows = Rollup.objects.filter(within, label="", team__isnull=False)
    by_team = tables.tables(rows, first, "team", "team__site")
    for (team, site), table in by_team.items():
        yield from _judged(Series("", "", team, site), table)


def _judged(series: Series, table: tables.Table) -> Iterator[tuple[Series, Standing | None]]:
    """The three metrics of one group; of the scales of CSAT the one with most answers."""
    place, csat = (series.label, series.team_id, series.site_id), tables.csat_of([table])
    yield Series(VOLUME.key, *place), expecting.volume(table["created_n"])
    yield Series(CSAT.key, *place, csat.scale), expecting.share(*tables.answers(table, csat))
    handled = expecting.mean(table["handle_s"], table["handle_square"], table["handled_n"])
    yield Series(AHT.key, *place), handled
