"""What a reviewer from outside types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.forms import NoteForm, SendBackForm
from sopdesk.documents.models import Change


class CodeForm(forms.Form):
    """The six digits from the mail; `said` is what went wrong before there was a code to type."""

    said = ""
    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr", "size": 8}
        ),
    )


class OutsideApproveForm(NoteForm):
    step = "approve"
    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agrees = forms.BooleanField(
        error_messages={
            "required": _("Confirm how big the change is. If it is wrong, ask for changes and say so.")
        }
    )
    field_order = ("seen_hash", "agrees", "note")

    def __init__(self, *args: Any, change: Change, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agrees"].label = (
            _("It is material: its readers have to read it again.")
            if change.material
            else _("It is editorial: nobody has to read it again.")
        )

    def decided(self) -> dict[str, Any]:
        """What `outside.approve` takes."""
        return {name: self.cleaned_data[name] for name in ("seen_hash", "note")}


class OutsideSendBackForm(SendBackForm):
    def decided(self) -> dict[str, Any]:
        """What `outside.request_changes` takes."""
        return {"note": self.cleaned_data["note"]}
