"""What somebody tries out on a calendar or a policy: a ticket there is not."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.promises.forms import LONGEST_HOURS
from metrics.promises.trying import Ticket
from sopdesk.accounts.models import Team


class MomentForm(forms.Form):
    """When a ticket comes in, as somebody there reads the clock."""

    at = forms.CharField(
        label=_("A ticket comes in at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def moment(self, zone: str) -> datetime:
        at: datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=ZoneInfo(zone))

    def clean_at(self) -> datetime:
        text = str(self.cleaned_data["at"])
        if not re.fullmatch(r"20[0-3]\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", text):
            raise ValidationError(gettext("Write a time between 2000 and 2039, such as 2026-10-31T14:05."))
        try:
            return datetime.fromisoformat(text)
        except ValueError as wrong:
            raise ValidationError(gettext("Write a time such as 2026-10-31T14:05.")) from wrong


class TryForm(MomentForm):
    """What would be due if a ticket came in at a time. In the calendar's zone."""

    hours = forms.DecimalField(
        label=_("and may take hours"), min_value=0, max_value=LONGEST_HOURS, decimal_places=2
    )


class TicketForm(MomentForm):
    """What a policy asks of a ticket. In the reporting zone."""

    labels = forms.CharField(
        label=_("Labels"), required=False, max_length=400, help_text=_("Several: with commas between.")
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.select_related("site"),
        required=False,
        empty_label=_("none of ours"),
    )
    channel = forms.CharField(label=_("Channel"), required=False, max_length=40)
    priority = forms.CharField(label=_("Priority"), required=False, max_length=40)

    def ticket(self) -> Ticket:
        said = self.cleaned_data
        labels = frozenset(one for each in said["labels"].split(",") if (one := each.strip().lower()))
        channel, priority = (str(said[name]).strip().lower() for name in ("channel", "priority"))
        return Ticket(self.moment(settings.REPORTING_TIME_ZONE), labels, said["team"], channel, priority)
