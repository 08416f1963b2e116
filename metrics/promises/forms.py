"""What people type about calendars, policies and measuring again. Everything typed is kept when it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics import public_holidays
from metrics.forms import zones_offered
from metrics.models import Calendar, SlaPolicy, SlaTarget, Source
from metrics.promises.words import DAYS, HoursUnreadable, hours_in_words, read_hours
from metrics.service_levels import PAUSES
from sopdesk.accounts.models import Site, Team

LONGEST_HOURS: Final = 24 * 366


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class VersionForm(forms.Form):
    """What every version says: from when, and why."""

    name = forms.CharField(label=_("Name"), max_length=80)
    holds_from = forms.DateField(
        label=_("Holds from"),
        required=False,
        widget=_day(),
        help_text=_(
            "For tickets created from this day on; empty: for all. Results stay until they are measured again."
        ),
    )
    note = forms.CharField(label=_("Why"), required=False, max_length=300)


class CalendarForm(VersionForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))
    holidays = forms.CharField(
        label=_("Public holidays of"),
        required=False,
        max_length=20,
        help_text=_("A country, or a part of one: IE, PH, DE-BY. Empty: none."),
    )
    days_off = forms.CharField(
        label=_("Days off of your own"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as 2026-12-24."),
    )
    extra_open = forms.CharField(
        label=_("Extra days open"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One a line, such as 2026-12-05 10:00–14:00. They hold in place of the weekday and the holiday."
        ),
    )

    def __init__(self, data: Any = None, *, old: Calendar | None = None) -> None:
        super().__init__(data, initial=_calendar_initial(old) if old else {"time_zone": "UTC"})
        zones: Any = self.fields["time_zone"]
        zones.choices = [(zone, zone) for zone in zones_offered()]
        for number, day in enumerate(DAYS):
            self.fields[f"day_{number}"] = forms.CharField(label=day, required=False, max_length=200)
        if old:
            for number, hours in enumerate(old.weekly):
                self.initial[f"day_{number}"] = hours_in_words(hours) if hours else ""

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]

    def clean_holidays(self) -> str:
        text = str(self.cleaned_data["holidays"]).strip().upper()
        if text and not public_holidays.is_known(text):
            raise ValidationError(
                gettext("No public holidays are known of “%(place)s”.") % {"place": text[:20]}
            )
        return text

    def clean_days_off(self) -> list[date]:
        return [_date(line) for line in _lines(self.cleaned_data["days_off"])]

    def clean_extra_open(self) -> list[list[str]]:
        days = []
        for line in _lines(self.cleaned_data["extra_open"]):
            day, _blank, hours = line.partition(" ")
            read = _hours(hours)
            if not read:
                raise ValidationError(
                    gettext("Write the hours after the day: “%(line)s”.") % {"line": line[:40]}
                )
            days += [[_date(day).isoformat(), opens, closes] for opens, closes in read]
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        weekly = []
        for number in range(7):
            try:
                weekly.append(_hours(cleaned.get(f"day_{number}", "")))
            except ValidationError as wrong:
                self.add_error(f"day_{number}", wrong)
        cleaned["weekly"] = weekly
        if not self.errors and not any(weekly) and not cleaned.get("extra_open"):
            raise ValidationError(gettext("These hours are never open. Write the hours of one day at least."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """The columns of the calendar."""
        names = ("name", "time_zone", "weekly", "holidays", "days_off", "extra_open")
        return {name: self.cleaned_data[name] for name in names}


def _calendar_initial(old: Calendar) -> dict[str, Any]:
    said = {name: getattr(old, name) for name in ("name", "time_zone", "holidays")}
    extra = [f"{day} {opens}–{closes}" for day, opens, closes in old.extra_open]
    days = [day.isoformat() for day in old.days_off]
    written = {"days_off": "\n".join(days), "extra_open": "\n".join(extra)}
    return {**said, **written, "holds_from": timezone.localdate()}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise ValidationError(
            gettext("“%(text)s” is no day. Write 2026-12-24.") % {"text": text[:40]}
        ) from wrong


def _hours(text: str) -> list[list[str]]:
    try:
        return read_hours("" if text.strip().lower() == gettext("closed") else text)
    except HoursUnreadable as wrong:
        raise ValidationError(str(wrong)) from wrong


class PolicyForm(VersionForm):
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.all(),
        required=False,
        empty_label=_("all without one of their own"),
    )
    calendar = forms.ModelChoiceField(label=_("Hours"), queryset=Calendar.objects.none())

    field_order = ("name", "source", "calendar", "holds_from", "note")

    def __init__(self, data: Any = None, *, old: SlaPolicy | None = None) -> None:
        super().__init__(data, initial={"name": old.name, "holds_from": timezone.localdate()} if old else {})
        newest = Calendar.objects.filter(pk__in=[one.pk for one in Calendar.objects.newest()]).order_by(
            "name"
        )
        calendars: Any = self.fields["calendar"]
        calendars.queryset = newest
        if old:
            del self.fields["source"]
        latest = {one.slug: one.pk for one in newest}
        chosen = (
            {h.site_id: latest.get(h.calendar.slug) for h in old.site_hours.select_related("calendar")}
            if old
            else {}
        )
        self.initial["calendar"] = latest.get(old.calendar.slug) if old else None
        self.sites = [*Site.objects.all()]
        for site in self.sites:
            self.fields[f"site_{site.pk}"] = forms.ModelChoiceField(
                label=site.name,
                queryset=newest,
                required=False,
                empty_label=_("as above"),
                initial=chosen.get(site.pk),
            )

    @property
    def site_fields(self) -> list[forms.BoundField]:
        return [self[f"site_{site.pk}"] for site in self.sites]

    @property
    def general_fields(self) -> list[forms.BoundField]:
        return [
            self[name] for name in ("name", "source", "calendar", "holds_from", "note") if name in self.fields
        ]

    def site_hours(self) -> dict[int, Calendar]:
        chosen = {site.pk: self.cleaned_data.get(f"site_{site.pk}") for site in self.sites}
        return {key: calendar for key, calendar in chosen.items() if calendar is not None}

    def values(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data.get(name)
            for name in ("name", "source", "calendar")
            if name in self.fields
        }


def _short(letters: int) -> forms.TextInput:
    return forms.TextInput(attrs={"size": letters})


class TargetForm(forms.Form):
    """One row: which promise, of which tickets, how long."""

    metric = forms.ChoiceField(label=_("Promise"), choices=SlaTarget.Metric.choices, initial="first_reply")
    label = forms.CharField(label=_("Label"), required=False, max_length=120, widget=_short(14))
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), required=False, empty_label=_("any")
    )
    channel = forms.CharField(label=_("Channel"), required=False, max_length=40, widget=_short(7))
    priority = forms.CharField(label=_("Priority"), required=False, max_length=40, widget=_short(7))
    hours = forms.IntegerField(label=_("Hours"), required=False, min_value=0, max_value=LONGEST_HOURS)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=59)
    pauses = forms.BooleanField(label=_("Pauses while the customer is waited for"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name not in ("pauses", "DELETE"):
                kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = f"{kind} {kind}-sm w-auto"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.has_changed() and not self.errors and not self.seconds(cleaned):
            raise ValidationError(gettext("Write how long it may take: a minute at least."))
        return cleaned

    @staticmethod
    def seconds(cleaned: dict[str, Any]) -> int:
        return 3600 * (cleaned.get("hours") or 0) + 60 * (cleaned.get("minutes") or 0)

    def row(self) -> dict[str, Any]:
        said = self.cleaned_data
        words = {name: str(said[name]).strip().lower() for name in ("label", "channel", "priority")}
        return {"metric": said["metric"], "team": said["team"], "seconds": self.seconds(said),
                "pauses": [*PAUSES] if said["pauses"] else [], **words}  # fmt: skip


class BaseTargets(BaseFormSet[TargetForm]):
    def clean(self) -> None:
        """No two rows of one promise for the same tickets; one row at least."""
        if any(self.errors):
            return
        seen = set()
        for row in self.rows():
            who = (row["metric"], row["team"], row["label"], row["channel"], row["priority"])
            if who in seen:
                raise ValidationError(
                    gettext("Two rows promise the same to the same tickets. Take one of them out.")
                )
            seen.add(who)
        if not seen:
            raise ValidationError(gettext("A policy promises something: fill in one row at least."))

    def rows(self) -> list[dict[str, Any]]:
        """The rows that are filled in and not ticked to go."""
        kept = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.row() for form in kept if not form.cleaned_data.get("DELETE")]


TargetRows = formset_factory(
    TargetForm, formset=BaseTargets, extra=3, max_num=200, absolute_max=300, can_delete=True
)


def target_initial(old: SlaPolicy | None) -> list[dict[str, Any]]:
    if old is None:
        return []
    return [
        {"metric": row.metric, "label": row.label, "team": row.team, "channel": row.channel, "priority": row.priority,
         "hours": row.seconds // 3600, "minutes": row.seconds % 3600 // 60, "pauses": bool(row.pauses)}
        for row in old.targets.select_related("team")
    ]  # fmt: skip


class RecomputeForm(forms.Form):
    source = forms.ModelChoiceField(label=_("Source"), queryset=Source.objects.all(), empty_label=None)
    first = forms.DateField(label=_("Tickets created from"), widget=_day())
    last = forms.DateField(label=_("to"), widget=_day())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            raise ValidationError(gettext("The period ends before it begins."))
        return cleaned
