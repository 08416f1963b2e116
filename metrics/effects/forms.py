"""What people type: the day on which each team began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.effects.errors import DatesRefused
from metrics.effects.models import Card
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
