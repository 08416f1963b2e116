"""What the browser tells of an opened result."""

from __future__ import annotations

from django import forms


class OpenedForm(forms.Form):
    """A result that was opened: of which question (`asked`), with how many documents found."""

    asked = forms.UUIDField()
    q = forms.CharField(max_length=1000)
    kind = forms.CharField(max_length=20, required=False)
    documents = forms.IntegerField(min_value=0, max_value=1_000_000)
    opened_kind = forms.CharField(max_length=20)
    opened_key = forms.CharField(max_length=80)
