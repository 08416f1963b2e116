"""What people type about documents and changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team, User
from sopdesk.documents.kinds import Kind, all_kinds
from sopdesk.documents.models import TITLE_MAX, ChangeItem, Document
from sopdesk.text.guards import MAX_BYTES

WORDS_MAX = 4000


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
