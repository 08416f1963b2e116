"""Choices look as Django's own templates make them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from sopdesk.web.widgets import Renderer

CHOICES: list[Any] = [
    ("", "All"),
    ("a&b", "<b>A & B</b>"),
    ("1234", 1234),
    ('Group "q"', [("x", "X'"), ("y", "Y")]),
]


@pytest.mark.parametrize(
    "widget",
    [
        forms.Select(choices=CHOICES),
        forms.Select(
            attrs={"class": "field", "required": True, "disabled": False, "data-n": 3}, choices=CHOICES
        ),
        forms.SelectMultiple(attrs={"size": 4}, choices=CHOICES),
        forms.Select(choices=[]),
        forms.NullBooleanSelect(),
    ],
)
@pytest.mark.parametrize("value", [None, "", "a&b", "y", ["x", "y"], "unknown"])
def test_a_choice_is_the_same_as_by_the_templates(widget: forms.Select, value: Any) -> None:
    if isinstance(value, list) and not widget.allow_multiple_selected:
        return
    attrs = {"id": "id_<choice>", "aria-invalid": "true"}
    ours = widget.render('a"name', value, attrs, Renderer())
    assert ours.split() == widget.render('a"name', value, attrs, TemplatesSetting()).split()
