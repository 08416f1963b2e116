"""The fields that an SOP adds to a document's."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.fields import KeyListField
from sopdesk.documents.kinds import DataForm


class SOPForm(DataForm):
    risk = forms.ChoiceField(
        label=_("Risk"),
        choices=[("low", _("low")), ("medium", _("medium")), ("high", _("high"))],
        initial="medium",
        help_text=_("What a mistake would cost a customer or the company."),
    )
    labels = KeyListField(label=_("Labels"), required=False, help_text=_("Tickets it governs."))
    topics = KeyListField(label=_("Topics"), required=False, help_text=_("They decide which duties bind it."))
