"""What a dashboard is about: the tickets, the days, and what they are compared with. All of it in the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Self

from django import forms
from django.db.models import Min, Q
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import aliases, levels, scales
from metrics.dashboards import offering, typed
from metrics.filters import DEFAULT_PERIOD, KINDS, AnyChoice, FigureFilter, Period, Ready, valued
from metrics.models import Rollup
from sopdesk.accounts.models import User

PREVIOUS: Final = "previous"
YEAR: Final = "year"
NOTHING: Final = "nothing"
PERIODS_BEFORE: Final[dict[str, str | Promise]] = {
    PREVIOUS: gettext_lazy("The period before"),
    YEAR: gettext_lazy("The same days a year before"),
    NOTHING: gettext_lazy("Nothing"),
}
# All others, by what they are apart from.
RESTS: Final[dict[str, str | Promise]] = {
    "site": gettext_lazy("all other sites"),
    "team": gettext_lazy("all other teams"),
    "channel": gettext_lazy("all other channels"),
    "source": gettext_lazy("all other sources"),
    "market": gettext_lazy("all other markets"),
    "priority": gettext_lazy("all other priorities"),
    "label": gettext_lazy("all without this label"),
    "sop": gettext_lazy("all that this SOP does not govern"),
}
LONGEST_DAYS: Final = 731
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
# What it can be compared with: other tickets of the same days by one of these, and then without those choices.
APART: Final[dict[str, tuple[str, ...]]] = {
    "site": ("site", "vendor", "team"),
    "team": ("site", "vendor", "team"),
    "channel": ("channel",),
    "market": ("market",),
    "priority": ("priority",),
    "label": ("label", "sop"),
}
REST: Final = "rest"
PEOPLE: Final = frozenset({"site", "team", "vendor", "agent"})
Narrowed = dict[str, str | tuple[str, ...]]
# What stands in the bar; the other choices open below it. `show`, `sort` and the like are the page's own.
MIX: Final = "same"
WITHOUT: Final = "without"  # of lists alone: the choice that is turned round (metrics/dashboards/lists.py)
IN_FRONT: Final = ("period", "against", "site", "team", "label", WITHOUT)
FINER: Final = ("market", "priority", "sop", "macro", "agent")
NARROWING: Final = ("site", "team", "channel", "source", "label", *FINER)
HAVE_NONE: Final = frozenset(
    {"site", "team", "channel", "market", "priority"}
)  # what a ticket may be without


class Against(AnyChoice):
    """Days before, or other tickets of the same days: as `label=refund`, or `rest=label` for all without this label."""

    def valid_value(self, value: Any) -> bool:
        key, _equals, other = str(value).partition("=")
        return forms.ChoiceField.valid_value(self, value) or (
            bool(other) and (key in APART or (key == REST and other in RESTS))
        )


class DashboardFilter(FigureFilter):
    """The choices of every figure, with days of one's own and something to compare with."""

    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    against = Against(label=gettext_lazy("Compared with"), required=False, choices=[*PERIODS_BEFORE.items()])
    mix = forms.ChoiceField(
        label=gettext_lazy("Same mix of tickets"),
        required=False,
        choices=[("", gettext_lazy("As they came")), (MIX, gettext_lazy("Same mix of tickets"))],
    )
    market = AnyChoice(label=gettext_lazy("Market"), required=False)
    priority = AnyChoice(label=gettext_lazy("Priority"), required=False)
    sop = AnyChoice(label=gettext_lazy("SOP"), required=False)
    macro = AnyChoice(label=gettext_lazy("Macro"), required=False)
    agent = AnyChoice(label=gettext_lazy("Agent"), required=False)
    scale = forms.ChoiceField(label=gettext_lazy("Scale of CSAT"), required=False, choices=[*scales.CHOICES])

    def __init__(self, params: QueryDict, *, user: User) -> None:
        self.params, self.names = params.copy(), aliases.names()
        self.typed: dict[str, list[tuple[str, str]]] = {}
        self.params.setdefault("against", PREVIOUS)
        if self.params.get("label"):
            self.params["label"] = self.names.meant(str(self.params["label"]))
        super().__init__(self.params, user=user)

    @classmethod
    def read(cls, query: str, *, user: User) -> Self:
        """Out of a query string."""
        return cls(QueryDict(query), user=user)

    def offer(self) -> None:
        super().offer()
        labels = self.names.meant_by(key for key, _said in self.there.labels) if self.there else []
        self._offer_some(
            "label", [(label, label) for label in sorted(labels)], has_more=self._has_more_labels
        )
        for name, (choices, has_more) in offering.choices_of(self.viewer).items():
            before = self.there.teams if name == "team" and self.there else []
            self._offer_some(name, [*before, *choices], has_more=has_more)
        if not offering.may_choose(self.viewer, "agent"):
            self._offer("agent", [])
            if not self.params.get("agent"):
                del self.fields["agent"]
        field = self.fields["against"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = Ready([*PERIODS_BEFORE.items(), *self._segments()])

    def _segments(self) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
        """Other tickets to compare with, by what they are apart; what narrows already is nothing other."""
        rests = [(f"{REST}={key}", said) for key, said in RESTS.items() if self.data.get(key)]
        if rests:
            yield _("All others"), [(key, str(said)) for key, said in rests]
        for name in APART:
            others = [
                (f"{name}={key}", said) for key, said in self.offered(name) if key != self.data.get(name)
            ]
            if len(self.offered(name)) > 1:
                yield self.fields[name].label, others

    @property
    def _has_more_labels(self) -> bool:
        return self.there is not None and self.there.has_more

    def _offer_some(self, name: str, choices: list[tuple[str, str]], *, has_more: bool) -> None:
        """All of them to choose from; where there are more, to be typed, with some of them below (typed.html)."""
        self._offer(name, choices)
        if has_more:
            self.typed[name] = choices
            self.fields[name].widget = typed.widget(name)

    def alone(self, name: str, chosen: str) -> Q:
        """With every name that the chosen label has."""
        if name == "label":
            return Q(label__in=self.names.spelled([chosen]))
        return super().alone(name, chosen)

    def has(self, name: str, chosen: str) -> bool:
        if name in FINER:
            return offering.has(self.viewer, name, valued(chosen))
        return super().has(name, chosen)

    @property
    def problems(self) -> list[str]:
        """With what nothing is there to compare with."""
        key, value = self.segment or (REST, "")
        if key == REST or value in dict(self.offered(key)) or self.has(key, value):
            return super().problems
        said = _(
            "No ticket that you may see has “%(value)s” as %(name)s, so there is nothing to compare with."
        )
        return [*super().problems, said % {"value": value[:60], "name": self.fields[key].label}]

    def clean_since(self) -> date | None:
        return _sensible(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _sensible(self.cleaned_data["until"])

    def clean(self) -> dict[str, object]:
        found = dict(self.cleaned_data)
        since, until = found.get("since"), found.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("since", _("The first day is after the last."))
        against = str(found.get("against") or "")
        if against.startswith(REST) and not found.get(against.partition("=")[2]):
            self.add_error("against", _("Choose first of what it shall be all others."))
        return self.cleaned_data

    def period_chosen(self) -> Period:
        """From `since` to `until` where the first is given, else the preset that ends with `until`."""
        since = self.cleaned_data.get("since")
        if not since:
            return super().period_chosen()
        last = self.cleaned_data.get("until") or max(self.last_day(), since)
        first = max(since, last - timedelta(days=LONGEST_DAYS - 1))
        return Period(first, max(first, last))

    @cached_property
    def period_now(self) -> Period:
        return self.period_chosen()

    @property
    def scale_chosen(self) -> str:
        """The scale that figures of satisfaction shall be of, "" for the one with most answers."""
        return self.chosen("scale")

    @property
    def against_chosen(self) -> str:
        return self.chosen("against") or PREVIOUS

    @cached_property
    def segment(self) -> tuple[str, str] | None:
        """The other tickets that this is compared with: by what, and its value; or REST, and of what. None for a
        comparison in time."""
        key, equals, value = self.against_chosen.partition("=")
        return (key, value) if equals else None

    def differs_by(self, key: str) -> bool:
        """Whether the other tickets are others by this dimension, so that its lines have no counterpart each."""
        if self.segment is None:
            return False
        apart = self.segment[1] if self.segment[0] == REST else self.segment[0]
        if apart in PEOPLE:
            return key in PEOPLE
        return key in ({"label", "sop"} if apart in {"label", "sop"} else {apart})

    @property
    def mixes(self) -> bool:
        """Whether what it is compared with shall have the mix of these tickets (metrics/dashboards/mixing.py)."""
        return self.chosen("mix") == MIX and self.against_chosen != NOTHING

    def period_other(self) -> Period | None:
        """The days compared with: none, those before, those a year before, or the same of other tickets."""
        return None if self.is_before_all else self._period_other

    @cached_property
    def _period_other(self) -> Period | None:
        now = self.period_now
        if self.against_chosen == NOTHING:
            return None
        if self.segment:
            return now
        if self.against_chosen == YEAR:
            back = _a_year_before(now.days)
            return Period(now.first - back, now.last - back)
        return now.previous

    @cached_property
    def is_before_all(self) -> bool:
        """Whether the days compared with end before anything that this person may see begins: to have had no tickets
        then, when nothing was told of them, is no figure. One query."""
        if self._period_other is None or self.segment:
            return False
        known = levels.visible(Rollup, self.viewer).filter(label="").aggregate(first=Min("day"))["first"]
        return known is not None and self._period_other.last < known

    def narrow(self) -> Narrowed:
        """What is chosen, as metrics.reporting takes it; () is what nothing has."""
        if self.is_forbidden:
            return {"team": ()}
        found: Narrowed = {
            key: valued(self.chosen(key)) if key in HAVE_NONE else self.chosen(key)
            for key in NARROWING
            if self.chosen(key)
        }
        if found.get("site") in KINDS:
            found["vendor"] = found.pop("site")
        if "source" in found:
            found["source"] = self._source_names
        if "sop" in found and found["sop"] not in levels.sop_labels(self.viewer):
            found["sop"] = ()
        return found

    @property
    def is_forbidden(self) -> bool:
        """Whether it is narrowed by somebody whom this person may not see."""
        return bool(self.chosen("agent")) and not offering.may_choose(self.viewer, "agent")

    @cached_property
    def _source_names(self) -> tuple[str, ...]:
        names = dict(self.there.sources) if self.there else {}
        return tuple(name for name in [names.get(self.chosen("source"))] if name)

    def narrow_other(self) -> Narrowed:
        """What it is compared with: the same on other days, of other tickets, or of all others."""
        found = self.narrow()
        if self.segment is None or self.is_forbidden:
            return found
        key, value = self.segment
        if key == REST:
            return all_but(found, value)
        for gone in APART[key]:
            found.pop(gone, None)
        found["vendor" if value in KINDS and key == "site" else key] = (
            valued(value) if key in HAVE_NONE else value
        )
        return found

    def choices_other(self, choices: dict[str, str]) -> dict[str, str]:
        """The choices of a list of the other tickets."""
        if self.segment is None:
            return choices
        key, value = self.segment
        gone = APART[key] if key != REST else ("team",) if value == "site" else ()
        turned = {WITHOUT: value} if key == REST else {key: value}
        return {**{name: kept for name, kept in choices.items() if name not in gone}, **turned}

    def offered(self, name: str) -> list[tuple[str, str]]:
        """The choices of a field, without the one that says all."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared as one
        choices: list[tuple[str, str]] = list(field.choices)  # type: ignore[arg-type]
        return [(str(key), str(label)) for key, label in choices if key]

    @property
    def against_label(self) -> str:
        """What it is compared with, as it stands in a sentence."""
        if self.segment:
            key, value = self.segment
            return str(RESTS[value]) if key == REST else dict(self.offered(key)).get(value, value)
        return {PREVIOUS: _("the period before"), YEAR: _("a year before")}.get(self.against_chosen, "")

    @property
    def has_label(self) -> bool:
        return bool(self.chosen("label"))

    @property
    def has_sop(self) -> bool:
        return bool(self.chosen("sop"))

    @property
    def front(self) -> Iterator[BoundField]:
        return (self[name] for name in IN_FRONT if name in self.fields)

    @property
    def behind(self) -> list[BoundField]:
        names = dict.fromkeys(("since", "until", *self.fields))  # days in the order that one reads them
        return [self[name] for name in names if name not in {*IN_FRONT, "mix"}]

    @property
    def behind_set(self) -> int:
        """How many of the choices that stand behind say something."""
        return sum(bool(self.chosen(bound.name)) for bound in self.behind)

    @property
    def is_set(self) -> bool:
        usual = {"", DEFAULT_PERIOD, PREVIOUS}
        return any(self.chosen(name) not in usual for name in self.fields)


def all_but(found: Narrowed, name: str) -> Narrowed:
    """All others than those of one choice; where that is a site, of every team."""
    own = "vendor" if name == "site" and "vendor" in found else name
    gone = {own, "team"} if name == "site" else {own}
    return {**{key: value for key, value in found.items() if key not in gone}, levels.NOT + own: found[own]}


def _sensible(day: date | None) -> date | None:
    """Raises ValidationError for a day on which no ticket can be (metrics/stamps.py)."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(_("There are no tickets of that year."))
    return day


def _a_year_before(days: int) -> timedelta:
    """52 weeks, so that weekdays agree; for a longer period as much as keeps the two apart."""
    return timedelta(days=364 if days <= 364 else max(days, 365) if days <= 366 else 364 * -(-days // 364))


class Unchosen(DashboardFilter):
    """All tickets that this person may see, against the period before, where no form offers anything else."""

    def __init__(self, user: User) -> None:
        super().__init__(QueryDict(), user=user)

    def offer(self) -> None:
        """Looking up what there is to choose would take longer than the figures."""


def read(query: str, *, user: User) -> DashboardFilter:
    """The filter that a kept query string means to this person."""
    return DashboardFilter.read(query, user=user)
