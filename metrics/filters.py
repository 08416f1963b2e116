"""What part of the tickets a page is about: period, team, site, channel, source, label. All of it in the address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Max, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _

from metrics import weeks_behind
from metrics.choices import There, there
from metrics.models import Cell, Facet, Source, WeekCell
from metrics.querysets import FacetQuerySet
from metrics.summing import once
from metrics.weeks import WEEKS
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
KINDS: Final = ("in_house", "vendor")
_KINDS_SAID: Final = {"in_house": _("All in-house"), "vendor": _("All vendors")}
NONE: Final = "-"  # the choice of what has no team, market, ...; a source says none of them by this
LONGEST_VALUE: Final = 200  # no column that is filtered by holds so much


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


class Ready(BaseChoiceIterator):
    """Choices that are pairs already: through those of a list Django goes twice more for each field."""

    def __init__(self, pairs: Sequence[tuple[Any, Any]]) -> None:
        self.pairs = pairs

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


class AnyChoice(forms.ChoiceField):
    """Offers some values and takes any. What nobody has narrows to nothing: left out, it would narrow to everything."""

    def to_python(self, value: Any) -> str:
        said: str = super().to_python(value)
        return said.replace("\0", "\ufffd")[:LONGEST_VALUE]

    def valid_value(self, value: Any) -> bool:
        return True


class SourceChoice(AnyChoice):
    """By number; what is none is the number that no source has."""

    def to_python(self, value: Any) -> str:
        said = super().to_python(value)
        return said if not said or (said.isascii() and said.isdigit() and len(said) < 10) else "0"


class FigureFilter(forms.Form):
    """The choices offered are those that this person's figures have; any other value narrows to nothing."""

    period = forms.ChoiceField(label=_("Period"), required=False, choices=[*PERIODS.items()])
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    site = AnyChoice(label=_("Site"), required=False)
    team = AnyChoice(label=_("Team"), required=False)
    channel = AnyChoice(label=_("Channel"), required=False)
    source = SourceChoice(label=_("Source"), required=False)
    label = AnyChoice(label=_("Label"), required=False)

    def __init__(self, params: QueryDict, *, user: User) -> None:
        data = params.copy()
        data.setdefault("period", DEFAULT_PERIOD)
        super().__init__(data)
        self.viewer = user
        self.facets: FacetQuerySet = Facet.objects.visible_to(user)
        self.there: There | None = None
        self.strange: set[str] = set()  # the fields whose choice is none of those offered
        self.offer()
        self.is_valid()

    def offer(self) -> None:
        """Fill in the choices, before they are checked."""
        self.there = once(("what there is", self.viewer.pk), lambda: there(self.facets))
        self._offer("site", [*self._kinds(), *self.there.sites])
        self._offer("team", self.there.teams)
        self._offer("channel", self.there.channels)
        self._offer("source", self.there.sources)
        self._offer("label", self.there.labels)

    def _kinds(self) -> list[tuple[str, Any]]:
        """All sites of a kind, where there are some of the other kind."""
        there = self.there.kinds if self.there else set()
        return [*_KINDS_SAID.items()] if there.issuperset(KINDS) else []

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """These choices, and the one made where it is none of them: what narrows stands in the bar."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        offered = [("", _("All")), *choices]
        made = str(self.data.get(name, ""))[:LONGEST_VALUE]
        self.strange.discard(name)
        if isinstance(field, AnyChoice) and made and all(made != str(key) for key, _said in offered):
            self.strange.add(name)
            offered.append((made, {**_KINDS_SAID, NONE: _("none")}.get(made, made)))
        field.choices = Ready(offered)

    def chosen(self, name: str) -> str:
        """What was chosen, "" where nothing was or where it makes no sense."""
        return str(self.cleaned_data.get(name) or "")

    def narrows_by(self, name: str) -> bool:
        """Whether only what has the chosen value is taken in."""
        return bool(self.chosen(name))

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

    def condition(self, *, label: bool = True) -> Q:
        """The choices but for the period, as far as the facets know them."""
        names = [name for name in NARROWING if self.narrows_by(name) and (label or name != "label")]
        q = Q() if self.narrows_by("label") or not label else Q(label="")
        for name in names:
            q &= self.alone(name, self.chosen(name))
        return q

    def alone(self, name: str, chosen: str) -> Q:
        """One choice as a condition on facets. Of a team that is not ours they know only that it is none of ours."""
        if name == "source":
            return Q(source=int(chosen))
        if name == "label":
            return Q(label=chosen)
        if name == "channel":
            return Q(channel=valued(chosen))
        if chosen == NONE or (name == "team" and not self._is_ours(chosen)):
            return Q(team=None)
        column = {"team": "slug", "site": "site__kind" if chosen in KINDS else "site__slug"}[name]
        return Q(**{f"team__{column}": chosen})

    def _is_ours(self, team: str) -> bool:
        return self.there is None or any(team == slug for slug, _name in self.there.teams)

    def narrow(self) -> dict[str, str | tuple[str, ...]]:
        """The same choices as `reporting.report` takes them; () is what nothing has."""
        found: dict[str, str | tuple[str, ...]] = {
            name: self.chosen(name) if name == "label" else valued(self.chosen(name))
            for name in NARROWING
            if self.chosen(name)
        }
        if "source" in found:
            sources = Source.objects.filter(pk=int(self.chosen("source")))
            found["source"] = tuple(sources.values_list("name", flat=True))
        if found.get("site") in KINDS:
            found["vendor"] = found.pop("site")
        return found

    @property
    def is_set(self) -> bool:
        return any(self.chosen(name) not in {"", DEFAULT_PERIOD} for name in self.fields)

    @property
    def problems(self) -> list[str]:
        """What of the address made no sense and was left out, and what no ticket has."""
        left = _("The filter “%(name)s” was left out: it does not know “%(value)s”.")
        nobody = _("No ticket that you may see has “%(value)s” as %(name)s, so there is nothing to show.")
        return [self._problem(left, name) for name in self.errors if name in self.fields] + [
            self._problem(nobody, name)
            for name in sorted(self.strange & {*self.fields})
            if not self.has(name, self.chosen(name))
        ]

    def _problem(self, sentence: Any, name: str) -> str:
        value = str(self.data.get(name, ""))[:60]
        return str(sentence) % {"name": self.fields[name].label, "value": value}

    def has(self, name: str, chosen: str) -> bool:
        """Whether any ticket that this person may see has this value of a field. At most three queries."""
        if name == "team" and chosen != NONE and not self._is_ours(chosen):
            named = Q(team=None, team_name=chosen)
            blocks = WeekCell.objects.filter(named, kind=WeekCell.Kind.FINE, weeks=WEEKS)
            if blocks.visible_to(self.viewer).exists():
                return True
            behind = weeks_behind.days()
            days = Cell.objects.filter(named, behind.condition()) if behind else Cell.objects.none()
            return days.visible_to(self.viewer).exists()
        return self.facets.filter(self.alone(name, chosen)).exists()


def valued(chosen: str) -> str:
    """The value that a choice is: NONE is that of having none."""
    return "" if chosen == NONE else chosen


def moments(period: Period) -> tuple[datetime, datetime]:
    """The first moment of the period and the first after it, in the reporting zone."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    after = period.last + timedelta(days=1)
    return datetime.combine(period.first, time(0), zone), datetime.combine(after, time(0), zone)
