"""A night's watch: every series judged at one day, and the alerts that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from metrics import aliases, cutting, levels
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.differences import adjusted
from metrics.levels import Level
from metrics.models import Rollup
from metrics.watching import expecting
from metrics.watching.expecting import DAYS, Floats, Standing
from metrics.watching.models import Alert

FALSE_SHARE: Final = 0.05
QUIET: Final = timedelta(days=7)  # a spell that comes back within these days is the same one
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


@dataclass(frozen=True)
class Found:
    """A series outside its limits on the day that was judged."""

    series: Series
    standing: Standing
    q: float

    @property
    def direction(self) -> str:
        return Alert.Direction.UP if self.standing.signal.average > 0 else Alert.Direction.DOWN


def watch(day: date) -> list[Alert]:
    """Judge every series at `day` and keep what follows: new spells, longer ones, and those that are over.

    Doing it again changes nothing, and a day before an alert's last one does not shorten it.
    """
    found = outside(day)
    with transaction.atomic():
        kept = [_keep(each, day) for each in found]
        over = Alert.objects.filter(last_day__lt=day - QUIET, handled_by=None)
        over.exclude(state=Alert.State.CLOSED).update(state=Alert.State.CLOSED)
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


def standings(day: date) -> Iterator[tuple[Series, Standing | None]]:
    """Every series that there is, judged; of labels by whatever name their tickets have them. Two queries."""
    first = day - timedelta(days=DAYS - 1)
    level = levels.level_for(None, ("label",), {})
    labels = _tables(level.rollups.filter(day__range=(first, day)), first, "team__site", level=level)
    whole: dict[str, Table] = {}
    for (label, site), table in labels.items():
        whole[label] = {name: whole[label][name] + table[name] for name in PARTS} if label in whole else table
        if site is not None:
            yield from _judged(Series("", label, None, site), table)
    for label, table in whole.items():
        yield from _judged(Series("", label, None, None), table)
    rows = Rollup.objects.filter(day__range=(first, day), label="", team__isnull=False)
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


def _keep(found: Found, day: date) -> Alert:
    """The alert of this spell: the one that stands, made longer, or a new one."""
    series, standing = found.series, found.standing
    same = {**asdict(series), "direction": found.direction}
    names = aliases.names().of_one(series.label)  # a name that was another label's when the spell began
    figures = {
        "last_day": day, "value": standing.value, "expected": standing.expected, "n": standing.n, "q": found.q,
    }  # fmt: skip
    there: dict[str, Any] = {**same, "label__in": names}
    del there["label"]
    near = Alert.objects.select_for_update().filter(**there, first_day__lte=day, last_day__gte=day - QUIET)
    spell = near.order_by("-last_day").first()
    if spell is None:
        return Alert.objects.get_or_create(**same, first_day=day, defaults=figures)[0]
    if spell.last_day < day:
        kept = figures if found.q <= spell.q else {"last_day": day}
        for name, value in kept.items():
            setattr(spell, name, value)
        spell.save(update_fields=[*kept])
    return spell


def newest_first(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """With what a page says of each, the latest first."""
    return alerts.select_related("team__site", "site", "handled_by").order_by(F("last_day").desc(), "-pk")
