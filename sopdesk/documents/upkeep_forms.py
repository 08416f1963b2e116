"""What is asked about a document's upkeep."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import User
from sopdesk.documents.models import Document
from sopdesk.documents.stewardship import LONGEST, possible_owners

NOTE_MAX = 1000


class VerifyForm(forms.Form):
    """A word that the version one looked at is still right."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you checked, or whom you asked. It stays with the verification."),
    )


class TakeBackForm(forms.Form):
    verification = forms.IntegerField(widget=forms.HiddenInput)


class StewardshipForm(forms.Form):
    """Who owns the document, and how often it is looked at again."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Owner"),
        help_text=_("Who answers for it and verifies it: an author or a reviewer."),
    )
    review_months = forms.IntegerField(
        label=_("Review every (months)"),
        min_value=1,
        max_value=LONGEST,
        help_text=_("Counted from its last version or its last verification, whichever is later."),
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"owner": document.owner_id, "review_months": document.review_months})
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - declared above
        own = User.objects.get_queryset().filter(pk=document.owner_id)
        owner.queryset = (possible_owners() | own).order_by("name")


class SeveralForm(forms.Form):
    """One note for all that are verified together."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
