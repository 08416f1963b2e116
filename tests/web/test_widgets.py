"""Choices and lines look as Django's own templates make them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from sopdesk.accounts.models import Site
from sopdesk.text.escaping import esc, filled
from sopdesk.web.widgets import Renderer, control

CHOICES: list[Any] = [
    ("", "All"),
    ("a&b", "<b>A & B</b>"),
    ("1234", 1234),
    ('Group "q"', [("x", "X'"), ("y", "Y")]),
]


class Markup:
    def __html__(self) -> str:
        return "<u>"


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
        forms.CheckboxSelectMultiple(choices=CHOICES),
        forms.CheckboxSelectMultiple(attrs={"class": 'a"b', "disabled": True}, choices=CHOICES),
        forms.RadioSelect(choices=CHOICES),
    ],
)
@pytest.mark.parametrize("value", [None, "", "a&b", "y", ["x", "y"], "unknown"])
def test_a_choice_is_the_same_as_by_the_templates(
    widget: forms.Select | forms.RadioSelect, value: Any
) -> None:
    if isinstance(value, list) and not widget.allow_multiple_selected:
        return
    for attrs in ({"id": "id_<choice>", "aria-invalid": "true"}, {}):
        ours = widget.render('a"name', value, attrs, Renderer())
        assert ours.split() == widget.render('a"name', value, attrs, TemplatesSetting()).split()


@pytest.mark.parametrize(
    "kind",
    [
        forms.CheckboxInput,
        forms.Textarea,
        forms.TextInput,
        forms.DateInput,
        forms.DateTimeInput,
        forms.EmailInput,
        forms.HiddenInput,
        forms.NumberInput,
        forms.PasswordInput,
        forms.TimeInput,
        forms.URLInput,
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "a&b",
        "<b>",
        mark_safe("<b>"),
        date(2026, 3, 1),
        datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
        1234.5,
    ],
)
def test_a_line_is_the_same_as_by_the_templates(kind: type[forms.Widget], value: Any) -> None:
    attrs = {"id": "id_<line>", "required": True, "disabled": False, "maxlength": 1000}
    widget = kind(attrs={"class": 'a"b', "dir": "auto"})
    ours = widget.render('a"name', value, attrs, Renderer())
    assert ours == widget.render('a"name', value, attrs, TemplatesSetting())


@pytest.mark.parametrize("value", [None, "", "a&b", "y", "unknown", "1234"])
@pytest.mark.parametrize("required", [True, False])
@pytest.mark.django_db
def test_a_field_is_the_same_as_its_widget(value: str | None, *, required: bool) -> None:
    class Form(forms.Form):
        one = forms.ChoiceField(choices=CHOICES, required=required)
        many = forms.MultipleChoiceField(choices=CHOICES, required=required)
        site = forms.ModelChoiceField(Site.objects.all(), required=required, empty_label="<none>")
        two = forms.ChoiceField(choices=[(None, "None"), *CHOICES], required=required, label="<b>")

    Site.objects.create(slug="a", name="A & B")
    for form in (Form({"one": value, "two": value}), Form(initial={"one": value}), Form(prefix="<p>")):
        for bound in form:
            attrs = {"class": "form-select", "dir": "auto"}
            assert control(bound, {**attrs}).split() == bound.as_widget(attrs={**attrs}).split()


@pytest.mark.parametrize("value", ["<a&\"'>", mark_safe("<b>"), gettext_lazy("Metrics"), 7, None, Markup()])
def test_a_value_is_escaped_as_django_does(value: Any) -> None:
    assert esc(value) == conditional_escape(value)
    assert filled("<i>{}</i>{}", value, value) == format_html("<i>{}</i>{}", value, value)
