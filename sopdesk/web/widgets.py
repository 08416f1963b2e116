"""Renders form widgets as Django does, choices and single lines without its templates: a page with filters has hundreds
of options, and a template for each of them took half of its time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.forms import BoundField, Select
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString

from sopdesk.text.escaping import filled, joined

SELECT: Final = "django/forms/widgets/select.html"
INPUTS: Final = frozenset(
    f"django/forms/widgets/{name}.html"
    for name in (
        "checkbox",
        "date",
        "datetime",
        "email",
        "hidden",
        "number",
        "password",
        "text",
        "time",
        "url",
    )
)
TEXTAREA: Final = "django/forms/widgets/textarea.html"
MANY: Final = frozenset(f"django/forms/widgets/{name}.html" for name in ("checkbox_select", "radio"))
_MANY: Final = "<div{}{}>{}\n</div>"
_MANY_GROUP: Final = "\n  <div><label>{}</label>{}\n  </div>"
_ONE_OF_MANY: Final = "<div>\n    {}\n</div>"
_LABELLED: Final = "<label{}>{} {}</label>"
_TEXTAREA: Final = '<textarea name="{}"{}>\n{}</textarea>'
_INPUT: Final = '<input type="{}" name="{}"{}{}>'
_SELECT: Final = '<select name="{}"{}>{}\n</select>\n'
_OPTION: Final = '\n  <option value="{}"{}>{}</option>\n'
_GROUP: Final = '\n  <optgroup label="{}">{}\n  </optgroup>'


class Renderer(TemplatesSetting):
    """The renderer of every form (FORM_RENDERER). It gives the same HTML as Django's own templates."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == SELECT:
            return _select(context["widget"])
        if template_name in INPUTS:
            return _input(context["widget"])
        if template_name == TEXTAREA:
            return _textarea(context["widget"])
        if template_name in MANY:
            return _many(context["widget"])
        return super().render(template_name, context, request)


def control(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """What `bound.as_widget(attrs)` gives; of a plain select without a dict for each of its options."""
    widget = bound.field.widget
    if type(widget) is not Select:
        return bound.as_widget(attrs=attrs)
    attrs = bound.build_widget_attrs(attrs, widget)
    if bound.auto_id and "id" not in widget.attrs:
        attrs.setdefault("id", bound.auto_id)
    left = {*widget.format_value(bound.value())}
    groups = []
    for key, label in _choices(widget):
        if isinstance(label, list | tuple):
            groups.append(filled(_GROUP, key, _joined([_option(value, said, left) for value, said in label])))
        else:
            groups.append(_option(key, label, left))
    return filled(
        _SELECT, bound.html_name, _attributes(widget.build_attrs(widget.attrs, attrs)), _joined(groups)
    )


def _choices(widget: Select) -> Iterable[Any]:
    """Its choices; those out of the database by one statement, where Django opens a cursor on the server by three."""
    choices: Iterable[Any] = widget.choices
    if not isinstance(choices, ModelChoiceIterator):
        return choices
    field: Any = choices.field
    named = [] if field.empty_label is None else [("", field.empty_label)]
    if getattr(field, "null_label", None) is not None:  # of a filter
        named.append((field.null_value, field.null_label))
    return [*named, *map(choices.choice, choices.queryset.all())]


def _option(key: Any, label: Any, left: set[str]) -> SafeString:
    """One option; the first whose value is `left` to be chosen is."""
    value = "" if key is None else str(key)
    if value not in left:
        return filled(_OPTION, value, "", label)
    left.clear()
    return filled(_OPTION, value, _attributes({"selected": True}), label)


def _input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else filled(' value="{}"', str(widget["value"]))
    return filled(_INPUT, widget["type"], widget["name"], value, _attributes(widget["attrs"]))


def _many(widget: dict[str, Any]) -> SafeString:
    """A box or a button for each choice."""
    groups = []
    for name, options, _index in widget["optgroups"]:
        inside = _joined([filled(_ONE_OF_MANY, _labelled(option)) for option in options])
        groups.append(filled(_MANY_GROUP, name, inside) if name else inside)
    given = widget["attrs"]
    own = (filled(' {}="{}"', name, str(given[name])) if given.get(name) else "" for name in ("id", "class"))
    return filled(_MANY, *own, _joined(groups))


def _labelled(option: dict[str, Any]) -> SafeString:
    if not option.get("wrap_label"):
        return _input(option)
    its_id = option["attrs"].get("id")
    return filled(
        _LABELLED, filled(' for="{}"', str(its_id)) if its_id else "", _input(option), option["label"]
    )


def _textarea(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else str(widget["value"])
    return filled(_TEXTAREA, widget["name"], _attributes(widget["attrs"]), value)


def _select(widget: dict[str, Any]) -> SafeString:
    groups = [_group(name, options) for name, options, _index in widget["optgroups"]]
    return filled(_SELECT, widget["name"], _attributes(widget["attrs"]), _joined(groups))


def _group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    inside = joined(
        "",
        _OPTION,
        (
            (str(option["value"]), _attributes(option["attrs"]) if option["attrs"] else "", option["label"])
            for option in options
        ),
    )
    return filled(_GROUP, name, inside) if name else inside


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """True is an attribute without a value, False none at all."""
    given = [(name, value) for name, value in attrs.items() if value is not False]
    return _joined(
        [
            filled(" {}", name) if value is True else filled(' {}="{}"', name, str(value))
            for name, value in given
        ]
    )


def _joined(pieces: Iterable[SafeString]) -> SafeString:
    return joined("", "{}", ((piece,) for piece in pieces))
