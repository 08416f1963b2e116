"""What part of the tickets a page is about: period, team, site, channel, source, label. All of it in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Max, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics.choices import There, there
from metrics.models import Cell, Facet, Rollup, Source
from metrics.querysets import FacetQuerySet, RollupQuerySet
from sopdesk.accounts.models import User

PERIODS: Final = {
    "7": _("7 days"),
    "28": _("28 days"),
    "91": _("13 weeks"),
    "182": _("26 weeks"),
    "365": _("a year"),
}
DEFAULT_PERIOD: Final = "28"
NARROWING: Final = ("site", "team", "channel", "source", "label")


@dataclass(frozen=True)
class Period:
    """First and last reporting day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> Period:
        """As many days before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


class FigureFilter(forms.Form):
    """The choices offered are those that this person's figures have."""

    period = forms.ChoiceField(label=_("Period"), required=False, choices=[*PERIODS.items()])
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    site = forms.ChoiceField(label=_("Site"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    label = forms.ChoiceField(label=_("Label"), required=False)

    def __init__(self, params: QueryDict, *, user: User) -> None:
        data = params.copy()
        data.setdefault("period", DEFAULT_PERIOD)
        super().__init__(data)
        self.viewer = user
        self.rollups: RollupQuerySet = Rollup.objects.visible_to(user)
        self.cells: RollupQuerySet = Cell.objects.visible_to(user)  # type: ignore[assignment]
        self.facets: FacetQuerySet = Facet.objects.visible_to(user)
        self.there: There | None = None
        self.offer()
        self.is_valid()

    def offer(self) -> None:
        """Fill in the choices, before they are checked."""
        self.there = there(self.facets)
        kinds = [("in_house", _("All in-house")), ("vendor", _("All vendors"))]
        self._offer("site", [*kinds, *self.there.sites])
        self._offer("team", self.there.teams)
        self._offer("channel", self.there.channels)
        self._offer("source", self.there.sources)
        self._offer("label", self.there.labels)

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("All")), *choices]

    def chosen(self, name: str) -> str:
        """What was chosen, "" where nothing was or where it makes no sense."""
        return str(self.cleaned_data.get(name) or "")

    def period_chosen(self) -> Period:
        """The chosen days; by default the last 28 on which anything counts."""
        last = self.cleaned_data.get("until") or self.last_day()
        return Period(last - timedelta(days=int(self.chosen("period") or DEFAULT_PERIOD) - 1), last)

    def last_day(self) -> date:
        """The newest day on which anything of this choice counts, a rating as well as a new ticket; none to come."""
        today = timezone.localdate()
        newest: date | None
        if self.there is not None and not any(map(self.chosen, NARROWING)):
            newest = self.there.newest
        else:
            newest = self.facets.filter(self.condition()).aggregate(day=Max("last_day"))["day"]
        return min(newest or today, today)

    def condition(self, *, team: str = "team", label: bool = True) -> Q:
        """The choices but for the period, for a table with the columns of the rollups."""
        q = Q()
        site = self.chosen("site")
        if site in {"in_house", "vendor"}:
            q &= Q(**{f"{team}__site__kind": site})
        elif site:
            q &= Q(**{f"{team}__site__slug": site})
        if self.chosen("team"):
            q &= Q(**{f"{team}__slug": self.chosen("team")})
        if self.chosen("channel"):
            q &= Q(channel=self.chosen("channel"))
        if self.chosen("source"):
            q &= Q(source=int(self.chosen("source")))
        return q & Q(label=self.chosen("label")) if label else q

    def cell_condition(self) -> Q:
        """The same for the finest level, which knows the whole set of a ticket's labels."""
        label = self.chosen("label")
        return self.condition(label=False) & (Q(labels__contains=[label]) if label else Q())

    def narrow(self) -> dict[str, str]:
        """The same choices as `reporting.report` takes them."""
        names = dict(Source.objects.values_list("pk", "name"))
        found = {name: self.chosen(name) for name in NARROWING}
        if found["source"]:
            found["source"] = names[int(found["source"])]
        if found["site"] in {"in_house", "vendor"}:
            found["vendor"] = found.pop("site")
        return {name: value for name, value in found.items() if value}

    @property
    def is_set(self) -> bool:
        return any(self.chosen(name) not in {"", DEFAULT_PERIOD} for name in self.fields)

    @property
    def problems(self) -> list[str]:
        """What of the address made no sense and was left out."""
        said = _("The filter “%(name)s” was left out: it does not know “%(value)s”.")
        return [
            str(said) % {"name": self.fields[name].label, "value": str(self.data.get(name, ""))[:60]}
            for name in self.errors
            if name in self.fields
        ]


def moments(period: Period) -> tuple[datetime, datetime]:
    """The first moment of the period and the first after it, in the reporting zone."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    after = period.last + timedelta(days=1)
    return datetime.combine(period.first, time(0), zone), datetime.combine(after, time(0), zone)
