"""What people type about documents and changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.zones import zone_names
from sopdesk.documents.kinds import Kind, all_kinds
from sopdesk.documents.models import TITLE_MAX, Change, ChangeItem, Document
from sopdesk.text.guards import MAX_BYTES

WORDS_MAX = 4000
YEARS_AHEAD = 5
"""How far a change can be scheduled; a slip of the year is caught here."""


class NewDocumentForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_MAX,
        help_text=_("What it is about, as an agent would search for it."),
    )


class DraftForm(forms.Form):
    """The draft's own columns; the kind's fields are a second form on the same page."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 28, "data-editor": "", "spellcheck": "true"}),
    )
    audience = forms.ChoiceField(label=_("Who may read it"), choices=Audience.choices)
    audience_teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        required=False,
        queryset=Team.objects.select_related("site"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only when it is for named teams."),
    )

    def clean_body(self) -> str:
        """A browser sends CRLF; the text is kept with plain line ends, so that its hash does not depend on it."""
        return plain_line_ends(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        teams = [team.slug for team in cleaned.get("audience_teams") or []]
        if cleaned.get("audience") == Audience.TEAMS and not teams:
            self.add_error("audience_teams", _("Name at least one team, or choose another audience."))
        cleaned["audience_teams"] = sorted(teams) if cleaned.get("audience") == Audience.TEAMS else []
        return cleaned

    @classmethod
    def of(cls, item: ChangeItem) -> DraftForm:
        """The form as it stands for a draft that nobody is typing into."""
        names = ("revision", "title", "body", "audience", "audience_teams")
        return cls(initial={name: getattr(item, name) for name in names})


class DescribeForm(forms.ModelForm[Change]):
    why = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong or new, in the words you would use to a colleague."),
    )

    class Meta:
        model = Change
        fields = ["title", "why", "material"]
        labels = {"material": _("Material: readers have to read it again")}


class StepForm(forms.Form):
    """A form on the page of a change. Several stand there at once, so each names its fields' ids after its step."""

    step = "step"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.step}_%s", **kwargs})


class PlainStepForm(StepForm):
    """A step that asks for nothing."""


class NoteForm(StepForm):
    """A step with a word to the others."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class ProposeForm(NoteForm):
    step = "propose"


class WithdrawForm(NoteForm):
    step = "withdraw"


class SendBackForm(StepForm):
    step = "send_back"
    note = forms.CharField(
        label=_("What should be changed"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what should be changed, so that the author knows what to do.")},
    )


class ApproveForm(NoteForm):
    """An approval is for exactly what the reviewer saw, so the page carries its hash."""

    step = "approve"
    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class RebaseForm(StepForm):
    """The draft that was looked at, so that one saved meanwhile is not passed over."""

    step = "rebase"
    revision = forms.IntegerField(widget=forms.HiddenInput)


class WallClockField(forms.DateTimeField):
    """A date and time without a zone: the zone is a field of its own."""

    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]

    def to_python(self, value: Any) -> Any:
        """Leave out Django's step that would read it in the viewer's zone."""
        return super(forms.DateTimeField, self).to_python(value) if value else None


class ScheduleForm(StepForm):
    """When a change comes in force: a local time and the zone it is meant in."""

    step = "schedule"

    at = WallClockField(
        label=_("In force from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(name, name) for name in sorted(zone_names())]  # type: ignore[attr-defined]
        self.fields["zone"].initial = person.time_zone

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


class AddDocumentForm(StepForm):
    """Another document for a change, by its kind and key."""

    step = "add"

    kind = forms.ChoiceField(label=_("Kind"))
    key = forms.CharField(label=_("Key"), max_length=80, help_text=_("Such as SOP-0042 or refund-approved."))

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in all_kinds()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        documents = Document.objects.visible_to(self.viewer)
        found = documents.filter(kind=cleaned.get("kind"), key__iexact=cleaned.get("key", "").strip()).first()
        if found is None and not self.errors:
            self.add_error("key", _("There is no such document. Search for it and copy its key."))
        cleaned["document"] = found
        return cleaned


def plain_line_ends(text: str) -> str:
    """The text with the line ends it is kept with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def data_form(kind: Kind, item: ChangeItem, data: Any = None) -> forms.Form:
    """The kind's own fields of a draft; bound when something was posted."""
    return kind.data_form(data, initial=item.data, prefix="data")


def _wall_clock(moment: datetime) -> datetime:
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None)
