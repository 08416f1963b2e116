"""What people type about views and mailings."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.dashboards.models import Mailing, SavedView
from metrics.dashboards.receivers import may_receive
from sopdesk.accounts.models import User


class ViewForm(forms.Form):
    """A name, and for whom."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As it shall stand in the list: “Harbor, refunds, weekly”."),
    )
    shared = forms.ChoiceField(
        label=_("Who sees it in their list"),
        choices=SavedView.Shared.choices,
        widget=forms.RadioSelect,
        help_text=_("Whoever opens it sees only the figures that they may see."),
    )
    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)


class MailingForm(forms.Form):
    """When, and to whom."""

    every = forms.ChoiceField(
        label=_("How often"), choices=Mailing.Every.choices, widget=forms.RadioSelect, initial="week"
    )
    weekday = forms.TypedChoiceField(
        label=_("On (when weekly)"), choices=Mailing.Weekday.choices, coerce=int, initial=0
    )
    at = forms.TimeField(
        label=_("At"),
        initial=time(8),
        help_text=_("By the clock of each receiver."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    receivers = forms.ModelMultipleChoiceField(
        label=_("To"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "People who may read figures. Each gets only what they may see, and can stop it themselves."
        ),
    )

    def __init__(self, data: Any = None, *, actor: User) -> None:
        super().__init__(data)
        field = self.fields["receivers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        field.queryset = may_receive(actor)
        field.initial = [actor.pk]
