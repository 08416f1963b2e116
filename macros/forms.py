"""The fields that macros and labels add to a document's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.fields import KeyListField, NameListField
from sopdesk.documents.kinds import DataForm


class LabelForm(DataForm):
    group = forms.CharField(
        label=_("Group"), max_length=60, help_text=_("Labels of one group answer one question.")
    )
    exclusive = forms.BooleanField(
        label=_("Only one label of this group on a ticket"), required=False, initial=False
    )
    aliases = NameListField(
        label=_("Aliases"),
        required=False,
        help_text=_("Other names that imported tickets use for it, parted by commas."),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("active", _("active")), ("deprecated", _("deprecated")), ("merged", _("merged"))],
        initial="active",
    )
    merged_into = forms.SlugField(label=_("Merged into"), required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("status") == "merged" and not cleaned.get("merged_into"):
            self.add_error("merged_into", _("Say which label takes its place."))
        return cleaned


class MacroForm(DataForm):
    labels = KeyListField(label=_("Labels"), required=False, help_text=_("Tickets it is meant for."))
    add_labels = KeyListField(label=_("Adds labels"), required=False)
    set_status = forms.ChoiceField(
        label=_("Sets the ticket to"),
        required=False,
        choices=[
            ("", _("leaves it")),
            ("open", _("open")),
            ("pending", _("pending")),
            ("on_hold", _("on hold")),
            ("solved", _("solved")),
        ],
    )
