"""What people type: the day on which each team began. And which figure of a card a list is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.effects import showing
from metrics.effects.behind import AFTER, BEFORE, OTHERS, OURS, Figure
from metrics.effects.errors import DatesRefused
from metrics.effects.models import Card
from metrics.effects.showing import Shown
from metrics.effects.suggesting import Suggestion
from sopdesk.accounts.models import Team

PREFIX = "team-"


class DaysForm(forms.Form):
    """A day for each team; an empty one is that of the publication. `seen`: what the form showed, as a number."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        card: Card,
        teams: Sequence[Team],
        suggested: Mapping[str, Suggestion],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for team in teams:
            self.fields[PREFIX + team.slug] = forms.DateField(
                label=str(team),
                required=False,
                widget=forms.DateInput(
                    attrs={"type": "date", "min": card.day.isoformat()}, format="%Y-%m-%d"
                ),
                help_text=_of(suggested.get(team.slug)),
            )

    def days(self) -> dict[str, date | None]:
        """As `dating.set_days` takes it."""
        return {
            name.removeprefix(PREFIX): day
            for name, day in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }

    def refuse(self, refused: DatesRefused) -> None:
        """Say beside each team what is wrong with its day."""
        for slug, problem in refused.problems.items():
            self.add_error(PREFIX + slug, problem)

    @property
    def has_suggestions(self) -> bool:
        return any(field.help_text for field in self.fields.values())


def _of(suggestion: Suggestion | None) -> str:
    if suggestion is None:
        return ""
    words = {"day": date_format(suggestion.day, "j M Y"), "n": suggestion.n}
    return _("At least four in five of its %(n)d readers had confirmed reading it by %(day)s.") % words


class FigureForm(forms.Form):
    """Which figure of a card a list is behind. What makes no sense is left out and named: the first choice holds."""

    metric = forms.ChoiceField(label=gettext_lazy("Figure"), required=False)
    group = forms.ChoiceField(
        label=gettext_lazy("Which tickets"),
        required=False,
        choices=[(OURS, gettext_lazy("Its labels")), (OTHERS, gettext_lazy("Comparison group"))],
    )
    of = forms.ChoiceField(label=gettext_lazy("When"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)

    def __init__(self, params: Mapping[str, str], *, card: Card) -> None:
        """`card` has a figure at least."""
        self.card, self.shown = card, {each.data["key"]: each for each in showing.readings(card)}
        first = next(iter(self.shown))
        super().__init__({"metric": first, "group": OURS, "of": BEFORE, **params})
        reading = self.shown.get(str(self.data["metric"]), self.shown[first])
        teams = Team.objects.filter(slug__in=card.teams).select_related("site")
        choices: dict[str, list[tuple[str, Any]]] = {
            "metric": [(key, each.metric.label) for key, each in self.shown.items()],
            "of": [(BEFORE, _("Before")), (AFTER, _("After")), *_weeks(reading)],
            "team": [("", _("All")), *((team.slug, str(team)) for team in teams)],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = found
        self.is_valid()

    @property
    def figure(self) -> Figure:
        said = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        reading = self.shown[said["metric"] or next(iter(self.shown))]
        return Figure(self.card, reading.data, said["group"] or OURS, said["of"] or BEFORE, said["team"])

    @property
    def problems(self) -> list[str]:
        said = _("The filter “%(name)s” was left out: it does not know “%(value)s”.")
        return [
            said % {"name": self.fields[name].label, "value": str(self.data[name])[:60]}
            for name in self.errors
        ]


def _weeks(shown: Shown) -> list[tuple[str, str]]:
    """The weeks that its series has."""
    said = _("Week %(number)s") if shown.is_by_team else _("Week from %(day)s")
    return [
        (week.day.isoformat(), said % {"number": week.name, "day": date_format(week.day, "j M Y")})
        for week in (shown.lines.rows if shown.lines else ())
    ]
