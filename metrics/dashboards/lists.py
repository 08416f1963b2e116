"""What a list of tickets is about: as a dashboard's choices, of which one may be turned round to all others."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.dashboards.filters import RESTS, WITHOUT, DashboardFilter, Narrowed, all_but
from sopdesk.accounts.models import User

_GONE_WITH: Final = {"site": ("site", "team")}


class ListFilter(DashboardFilter):
    """With `without=label`: all others than those with the chosen label, as a dashboard compares with them."""

    def offer(self) -> None:
        super().offer()
        asked = str(self.data.get(WITHOUT, ""))
        if not asked:
            return
        turned = asked if asked in RESTS and self.data.get(asked) else ""
        self.strange.discard(turned)  # all others than what nobody has are there
        self.fields[WITHOUT] = forms.ChoiceField(
            label=gettext_lazy("Which of them"),
            required=False,
            choices=[("", _("Those chosen")), *([(turned, self._said(turned))] if turned else [])],
        )

    @property
    def turned_said(self) -> str:
        """All others than what, in words; "" where nothing is turned round."""
        turned = self.chosen(WITHOUT)
        return self._said(turned) if turned else ""

    def _said(self, name: str) -> str:
        value = str(self.data.get(name))
        said = {"name": self.fields[name].label, "value": dict(self.offered(name)).get(value, value)}
        return _("%(name)s: all others than “%(value)s”") % said

    def narrows_by(self, name: str) -> bool:
        turned = self.chosen(WITHOUT)
        return super().narrows_by(name) and name not in _GONE_WITH.get(turned, (turned,))

    def narrow(self) -> Narrowed:
        found, turned = super().narrow(), self.chosen(WITHOUT)
        return all_but(found, turned) if turned and not self.is_forbidden else found


def read(query: str, *, user: User) -> ListFilter:
    """The filter that the address of a list means to this person."""
    return ListFilter.read(query, user=user)
