"""What is particular to labels and macros as documents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from macros.forms import LabelForm, MacroForm
from macros.models import Label, Macro
from sopdesk.documents import kinds
from sopdesk.documents.keys import from_title

kinds.register(
    kinds.Kind(
        name="macro",
        label=_("Macro"),
        plural=_("Macros"),
        model=Macro,
        new_key=from_title("macro"),
        urls="macros:",
        icon="message-2",
        weight=0.8,
        purpose=_("A macro is a reply that agents send, with its placeholders and ticket actions."),
        data_form=MacroForm,
        aside="macros/macro_aside.html",
        actions="macros/macro_actions.html",
    )
)
kinds.register(
    kinds.Kind(
        name="label",
        label=_("Label"),
        plural=_("Labels"),
        model=Label,
        new_key=from_title("label"),
        urls="macros:label_",
        icon="tags",
        weight=0.1,
        purpose=_("A label names what a ticket is about, so that a bad figure leads to the rule behind it."),
        data_form=LabelForm,
        aside="macros/label_aside.html",
    )
)
