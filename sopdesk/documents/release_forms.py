"""What people type when they retire a document, publish at once, or review afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import User
from sopdesk.documents.forms import WORDS_MAX, StepForm
from sopdesk.documents.models import Document
from sopdesk.documents.review_forms import ApproveForm


class RetireForm(forms.Form):
    """What follows a document, and what its readers are told. `revision` is of a draft that is in a change already."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    superseded_by = forms.ChoiceField(
        label=_("Superseded by"),
        required=False,
        help_text=_("Whoever comes for the retired one is led there, if they may read it."),
    )
    note = forms.CharField(
        label=_("Note to readers"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What they do instead, in a sentence."),
    )

    def __init__(self, *args: Any, document: Document, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = Document.objects.visible_to(viewer).filter(kind=document.kind).exclude(pk=document.pk)
        self._offered = {each.pk: each for each in same.with_version_at().order_by("key") if each.current_id}
        named = [(pk, f"{each.key} · {each.current_title}") for pk, each in self._offered.items()]
        self.fields["superseded_by"].choices = [("", gettext("nothing")), *named]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the verbs of retiring.py take."""
        chosen = self.cleaned_data["superseded_by"]
        return {
            "superseded_by": self._offered[int(chosen)] if chosen else None,
            "note": self.cleaned_data["note"],
        }


class UrgentForm(StepForm):
    """Why it cannot wait, and a proof of who says so."""

    step = "urgent"
    reason = forms.CharField(
        label=_("Why it cannot wait for its review"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Reviewers, administrators and everybody on the desk who opens the document read it."),
    )
    password = forms.CharField(
        label=_("Your password"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )
    credential = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = not self.data.get("credential")


class ConfirmForm(ApproveForm):
    """The signature afterwards, under what was published at once."""

    step = "confirm"


class UndoForm(StepForm):
    """Why somebody proposes the way back."""

    step = "undo"
    note = forms.CharField(
        label=_("What is wrong with it"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what is wrong, so that the authors know.")},
    )
