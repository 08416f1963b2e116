"""A moment as people type it: a day and a time, and the zone that they are meant in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import User
from sopdesk.accounts.zones import zone_names
from sopdesk.documents.forms import StepForm

YEARS_AHEAD = 5
"""How far ahead a time may lie; a slip of the year is caught here."""


class WallClockField(forms.DateTimeField):
    """A date and time without a zone: the zone is a field of its own."""

    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> Any:
        """Leave out Django's step that would read it in the viewer's zone."""
        return super(forms.DateTimeField, self).to_python(value) if value else None

    def prepare_value(self, value: Any) -> Any:
        return value


class ZonedTimeMixin(forms.Form):
    """Reads the fields `at` and `zone` together: `at` becomes a moment, or None where it may be left open."""

    at = WallClockField(label=_("In force from"))
    zone = forms.ChoiceField(label=_("Time zone"))

    def zones_for(self, person: User) -> None:
        """Offer every zone, the person's own to begin with."""
        field = self.fields["zone"]
        field.choices = _zones  # type: ignore[attr-defined]  # asked where the field is shown or checked
        field.initial = person.time_zone

    def clean(self) -> dict[str, Any]:
        """Read the time in the chosen zone. One that a clock change skips does not exist and is refused."""
        cleaned = super().clean() or {}
        at, zone = cleaned.get("at"), cleaned.get("zone")
        if at is None or not zone:
            return cleaned
        if abs(at.year - timezone.localdate().year) > YEARS_AHEAD:
            self.add_error("at", _("Choose a time within the next %(years)d years.") % {"years": YEARS_AHEAD})
            return cleaned
        cleaned["at"] = moment = at.replace(tzinfo=ZoneInfo(zone))
        if _wall_clock(moment) != at:
            self.add_error(
                "at", _("The clocks are put forward then: this time does not exist. Choose another.")
            )
        return cleaned


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zone_names())]


class ScheduleForm(ZonedTimeMixin, StepForm):
    """When a change comes in force: a local time and the zone it is meant in."""

    step = "schedule"

    which = forms.ChoiceField(label=_("Which of the two"), required=False, choices=[("0", "0"), ("1", "1")])

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zones_for(person)

    @property
    def asks_which(self) -> bool:
        """Whether the time typed comes twice, so that the page has to ask."""
        return bool(self.errors.get("which"))

    def clean(self) -> dict[str, Any]:
        """When the clocks are put back an hour comes twice: whoever schedules says which one is meant."""
        cleaned = super().clean()
        at = cleaned.get("at")
        if at is None or self.errors.get("at") or at.utcoffset() == at.replace(fold=1).utcoffset():
            return cleaned
        twice = [(str(fold), f"{at.replace(fold=fold):%H:%M %Z (UTC%z)}") for fold in (0, 1)]
        self.fields["which"].choices = twice  # type: ignore[attr-defined]
        if cleaned.get("which"):
            cleaned["at"] = at.replace(fold=int(cleaned["which"])).astimezone(UTC)
        elif not self.errors.get("which"):
            said = _("The clocks are put back then, so this time comes twice. Choose which is meant.")
            self.add_error("which", said)
        return cleaned


def at_in_zone(moment: datetime | None, zone: str) -> dict[str, Any]:
    """The initial `at` and `zone` for a moment that is kept; nothing without one."""
    if moment is None or zone not in zone_names():
        return {}
    return {"at": moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), "zone": zone}


def _wall_clock(moment: datetime) -> datetime:
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None)
