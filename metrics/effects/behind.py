"""The tickets behind a figure of a card: by its own labels, teams, days and rules, as far as the viewer may see them.

A card stays as it was while tickets change, go, or come in late: so a list says how many the card counted beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.dateparse import parse_date

from metrics.effects import groups
from metrics.effects.groups import NO_TEAM, Group
from metrics.effects.measures import ALL, HANDLED, Measure
from metrics.effects.models import Card
from metrics.effects.windows import WEEK, Windows
from metrics.filters import Period, moments
from metrics.models import HandleSegment, Ticket
from sopdesk.accounts.models import Team

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User

OURS, OTHERS = "ours", "others"
BEFORE, AFTER = "before", "after"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Figure:
    """A figure of a card: of which `reading` (its JSON), of OURS or OTHERS, and BEFORE, AFTER or a week's first day
    ("2026-07-06"). `team`: of that one alone, by short name; "" of all."""

    card: Card
    reading: dict[str, Any]
    group: str
    of: str
    team: str = ""

    @property
    def n(self) -> int | None:
        """What the card counted; None where it tells no such number."""
        if self.team:
            return None
        week = next((point for point in self.reading["points"] if point["day"] == self.of), None)
        side = week[self.group] if week else (self.reading[self.group] or {}).get(self.of)
        if side:
            return int(side["n"])
        few: int | None = self.reading["missing"].get(self.of) if self.group == OURS else None
        return 0 if week else few

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day, of a team that began with the publication; None where nothing was compared."""
        week = parse_date(self.of) if self.of not in {BEFORE, AFTER} else None
        if week is not None:
            return week, week + WEEK - _DAY
        span = Windows(self.card.day, self.reading["weeks"])
        return (span.before if self.of == BEFORE else span.after) if span.weeks else None

    @property
    def own_days(self) -> tuple[date, date] | None:
        """The same of its team; None also where teams have days of their own, and it is of all."""
        if self.days is None or (self.card.began and not self.team):
            return None
        delay = (parse_date(self.card.began.get(self.team, "")) or self.card.day) - self.card.day
        return self.days[0] + delay, self.days[1] + delay


def tickets(viewer: User, figure: Figure) -> QuerySet[Ticket]:
    """Those that the figure counts, or of which it counts contacts, as far as this person may see them."""
    group = groups.of_card(figure.card, viewer)
    measure = _measure(viewer, figure, group)
    return Ticket.objects.visible_to(viewer).filter(_counted(measure, figure, group))


def contacts(figure: Figure, viewer: User, found: QuerySet[Ticket]) -> int | None:
    """How many handled contacts the tickets `found` have in these days; None where the figure counts tickets."""
    if figure.reading["key"] != HANDLED.key:
        return None
    rows = Q(pk__in=[])
    for wave in _waves(figure, groups.of_card(figure.card, viewer)):
        begin, after = moments(Period(wave.first, wave.last))
        within = Q(ended_at__gte=begin, ended_at__lt=after, handle_s__gt=0)
        whose = Q(ticket__team__in=wave.teams)
        rows |= within & (whose | Q(ticket__team=None) if NO_TEAM in wave.teams else whose)
    return HandleSegment.objects.filter(rows, ticket__in=found.order_by().values("pk")).count()


@dataclass(frozen=True)
class _Wave:
    """Teams that began together, what is avoided in their comparison group, and their own first and last day."""

    teams: list[int]
    avoided: Sequence[str]
    first: date
    last: date


def _waves(figure: Figure, group: Group) -> list[_Wave]:
    """Of one team where the figure is; none where nothing was compared."""
    if figure.days is None:
        return []
    first, last = figure.days
    one = {*Team.objects.filter(slug=figure.team).values_list("pk", flat=True)} if figure.team else None
    return [
        _Wave(chosen, group.avoided_in(wave), first + timedelta(days=wave), last + timedelta(days=wave))
        for wave, teams in group.waves.items()
        if (chosen := [team for team in teams if one is None or team in one])
    ]


_OURS: Final = "t.labels && %s::varchar[]"
_OTHERS: Final = f"NOT {_OURS} AND NOT {_OURS}"
# As counting.counts tells days, teams and groups apart.
_IDS: Final = """
SELECT t.id FROM {tables}
WHERE {moment} >= %s::date::timestamp AT TIME ZONE %s AND {moment} < %s::date::timestamp AT TIME ZONE %s
    AND coalesce(t.team_id, 0) = ANY(%s) AND {whose} AND {condition}"""


def _counted(measure: Measure, figure: Figure, group: Group) -> Q:
    """What the measure counts, by its own SQL: of each wave on its days. One list of numbers, which is joined; several
    of them would be searched ticket by ticket."""
    zone, is_ours, waves = settings.REPORTING_TIME_ZONE, figure.group == OURS, _waves(figure, group)
    if not waves:
        return Q(pk__in=[])
    sql = _IDS.format(
        tables=measure.tables, moment=measure.moment, condition=measure.condition,
        whose=_OURS if is_ours else _OTHERS,
    )  # fmt: skip
    values: list[Any] = []
    for wave in waves:
        avoided = [] if is_ours else [[*wave.avoided]]
        values += [wave.first, zone, wave.last + _DAY, zone, wave.teams, [*group.labels], *avoided]
    found = Q(pk__in=RawSQL(" UNION ALL ".join([sql] * len(waves)), values))  # noqa: S611 - constants
    if measure.moment != "t.created_at":
        return found
    days = Period(min(wave.first for wave in waves) - _DAY, max(wave.last for wave in waves) + _DAY)
    begin, after = moments(days)
    return found & Q(created_at__gte=begin, created_at__lt=after)  # so that only those months are read


def _measure(viewer: User, figure: Figure, group: Group) -> Measure:
    """By the reading's key; of satisfaction on its scale, of a card that does not say which on that with most answers
    now."""
    key, scale = figure.reading["key"], figure.reading.get("scale", "")
    found = [each for each in ALL if each.key == key and scale in ("", each.metric.scale)]
    if len(found) == 1:
        return found[0]
    visible, ours = Ticket.objects.visible_to(viewer), replace(figure, group=OURS)
    return max(found, key=lambda measure: visible.filter(_counted(measure, ours, group)).count())
