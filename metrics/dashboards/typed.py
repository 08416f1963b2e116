"""A choice that is typed, where there are more of them than a drop-down can hold: what fits is offered while typing."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext as _

from sopdesk.text.reversing import address

FIELDS: Final = ("label", "team", "market", "priority", "macro", "agent")


def widget(name: str) -> forms.TextInput:
    """A line whose list (templates/dashboards/filter.html) is filled anew with what has the typed text in it."""
    return forms.TextInput(
        attrs={
            "list": f"choices-{name}",
            "placeholder": _("All; type a part of it"),
            "autocomplete": "off",
            "hx-get": address("metrics:choices", name),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#choices-{name}",
            "hx-sync": "this:replace",
        }
    )
