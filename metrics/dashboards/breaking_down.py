"""One metric by team, label, channel and so on: a line each, with its change and how it went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import BooleanField, Case, Value, When
from django.db.models.functions import TruncWeek
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import reporting
from metrics.dashboards.comparing import Change, change
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.measuring import start_of, starts, within
from metrics.definitions import Metric
from metrics.filters import Period
from metrics.querysets import RollupQuerySet
from metrics.reporting import Figure

LINES_SHOWN: Final = 50
SORTS: Final = ("name", "value", "n", "change")
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Name:
    """What a line is called: `value` is what the filter of its dimension takes, "" where it takes none."""

    text: str
    value: str = ""
    note: str = ""


@dataclass(frozen=True)
class Dimension:
    """What to break down by: the columns of the rollups that tell lines apart, and how a line is called."""

    key: str
    label: str | Promise
    columns: tuple[str, ...]
    name: Callable[[Key], Name]
    param: str


@dataclass(frozen=True)
class Line:
    """One line: its figure, what that is compared with, and the figure over time for a small picture."""

    name: Name
    figure: Figure
    other: Figure | None = None
    change: Change | None = None
    spark: list[float | None] = field(default_factory=list)


def _team(key: Key) -> Name:
    name, slug, site, kind, told = key
    if slug is None:
        return Name(told or _("no team named"), note=_("not one of our teams"))
    return Name(name, slug, _("%(site)s, vendor") % {"site": site} if kind == "vendor" else site)


def _site(key: Key) -> Name:
    name, slug, kind = key
    if slug is None:
        return Name(_("no site"), note=_("not one of our teams"))
    return Name(name, slug, _("vendor") if kind == "vendor" else _("in-house"))


def _vendor(key: Key) -> Name:
    kinds = {"vendor": _("Vendors"), "in_house": _("In-house")}
    return Name(kinds.get(key[0], _("no site")), key[0] or "")


def _plain(key: Key) -> Name:
    return Name(str(key[0]) or _("none"), str(key[0]))


def _source(key: Key) -> Name:
    return Name(str(key[0]), str(key[1]))


DIMENSIONS: Final[dict[str, Dimension]] = {
    each.key: each
    for each in (
        Dimension("team", gettext_lazy("Team"), reporting.TEAM, _team, "team"),
        Dimension(
            "site",
            gettext_lazy("Site"),
            ("team__site__name", "team__site__slug", "team__site__kind"),
            _site,
            "site",
        ),
        Dimension("vendor", gettext_lazy("In-house or vendor"), ("team__site__kind",), _vendor, "site"),
        Dimension("label", gettext_lazy("Label"), ("label",), _plain, "label"),
        Dimension("channel", gettext_lazy("Channel"), ("channel",), _plain, "channel"),
        Dimension("market", gettext_lazy("Market"), ("market",), _plain, "market"),
        Dimension("priority", gettext_lazy("Priority"), ("priority",), _plain, "priority"),
        Dimension("source", gettext_lazy("Source"), ("source__name", "source_id"), _source, "source"),
    )
}
OF_PEOPLE: Final = ("team", "site", "vendor")
FINE: Final = ("market", "priority")


def lines(chosen: DashboardFilter, metric: Metric, by: Dimension, *, sort: str = "") -> list[Line]:
    """Every line that has tickets now, sorted. Two queries, or three for a median; twice that for another segment."""
    now, before = chosen.period_now, chosen.period_other()
    rollups = _rows(chosen.rollups_now(label=by.key != "label", fine=by.key in FINE), chosen, by)
    others: Mapping[Key, Figure]
    if before is None or chosen.segment:
        figures = _figures(rollups, metric, by, [now])
        others = _segment(chosen, metric, by, before, figures) if before else {}
        found = {key: figure for (_side, *key_), figure in figures.items() for key in [tuple(key_)]}
    else:
        figures = _figures(rollups, metric, by, [now, before])
        found = {tuple(key): figure for (side, *key), figure in figures.items() if side}
        others = {tuple(key): figure for (side, *key), figure in figures.items() if not side}
    made = [_line(by, key, figure, others.get(key)) for key, figure in found.items()]
    return sorted_lines([line for line in made if line.figure.n], sort)


def with_sparks(shown: Iterable[Line], chosen: DashboardFilter, metric: Metric, by: Dimension) -> list[Line]:
    """The same lines, each with its figure by day or by week. One query, or two for a median."""
    lines = list(shown)
    rollups = _rows(chosen.rollups_now(label=by.key != "label", fine=by.key in FINE), chosen, by)
    if by.key == "label":
        rollups = rollups.filter(label__in=[line.name.value for line in lines])
    series = _series(rollups, metric, by, chosen.period_now)
    return [
        Line(line.name, line.figure, line.other, line.change, series.get(line.name, [])) for line in lines
    ]


def sorted_lines(found: list[Line], sort: str) -> list[Line]:
    """By one of SORTS, "-" before it for downwards; most tickets first without a wish. Without a value goes last."""
    name = sort.removeprefix("-")
    keys: dict[str, Callable[[Line], Any]] = {
        "name": lambda line: (line.name.note.casefold(), line.name.text.casefold()),
        "value": lambda line: line.figure.value,
        "n": lambda line: line.figure.n,
        "change": lambda line: line.change.value if line.change else None,
    }
    if name not in keys:
        name, sort = "n", "-n"
    key = keys[name]
    known = [line for line in found if key(line) is not None]
    unknown = [line for line in found if key(line) is None]
    return [*sorted(known, key=key, reverse=sort.startswith("-")), *unknown]


def _rows(rollups: RollupQuerySet, chosen: DashboardFilter, by: Dimension) -> RollupQuerySet:
    """By label, tickets count once for each of theirs; else once."""
    if by.key != "label":
        return rollups
    label = chosen.chosen("label")
    return rollups.filter(label=label) if label else rollups.exclude(label="")


def _line(by: Dimension, key: Key, figure: Figure, other: Figure | None) -> Line:
    return Line(by.name(key), figure, other, change(figure, other))


def _figures(
    rollups: RollupQuerySet, metric: Metric, by: Dimension, periods: list[Period]
) -> dict[Key, Figure]:
    """The figures by (is it now, …the dimension's columns)."""
    now = periods[0]
    side = Case(
        When(day__range=(now.first, now.last), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    chosen = within(rollups, periods).annotate(is_now=side)
    columns = ("is_now", *by.columns)
    parts = reporting.parts_by(chosen, *columns)
    logs = reporting.buckets(chosen, metric.log, *columns) if metric.log else {}
    return {
        key: reporting.figure(metric, found, logs.get(key, Counter()) if metric.log else None)
        for key, found in parts.items()
    }


def _segment(
    chosen: DashboardFilter, metric: Metric, by: Dimension, before: Period, found: Mapping[Key, Figure]
) -> dict[Key, Figure]:
    """The other segment's figures: line by line, or as a whole where lines are teams or sites."""
    rollups = _rows(chosen.rollups_other(label=by.key != "label", fine=by.key in FINE), chosen, by)
    if by.key not in OF_PEOPLE:
        return {
            tuple(key): figure for (_side, *key), figure in _figures(rollups, metric, by, [before]).items()
        }
    whole = within(rollups, [before])
    log = reporting.buckets(whole, metric.log).get((), Counter()) if metric.log else None
    figure = reporting.figure(metric, reporting.parts(whole), log)
    return {tuple(key): figure for (_side, *key) in found}


def _series(
    rollups: RollupQuerySet, metric: Metric, by: Dimension, period: Period
) -> dict[Name, list[float | None]]:
    weekly = period.days > reporting.WEEKLY_FROM_DAYS
    chosen = within(rollups, [period])
    columns = [*by.columns, "day"]
    if weekly:
        chosen, columns = chosen.annotate(week=TruncWeek("day")), [*by.columns, "week"]
    logs = reporting.buckets(chosen, metric.log, *columns) if metric.log else {}
    found: dict[Name, dict[date, float | None]] = defaultdict(dict)
    for (*key, day), parts in reporting.parts_by(chosen, *columns).items():
        figure = reporting.figure(metric, parts, logs.get((*key, day), Counter()))
        found[by.name(tuple(key))][start_of(day, period, weekly=weekly)] = figure.value
    days = starts(period)
    return {name: [values.get(day) for day in days] for name, values in found.items()}
