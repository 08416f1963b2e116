"""The fields that an article adds to a document's."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.kinds import DataForm


class ArticleForm(DataForm):
    category = forms.CharField(
        label=_("Category"), max_length=60, help_text=_("The heading it stands under in the help center.")
    )
