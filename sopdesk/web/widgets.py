"""Renders form widgets as Django does, choices without its templates: a page with filters has hundreds of options,
and a template for each of them took half of its time."""

from __future__ import annotations

from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SELECT: Final = "django/forms/widgets/select.html"


class Renderer(TemplatesSetting):
    """The renderer of every form (FORM_RENDERER). A choice gives the same HTML as Django's own template."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    groups = [_group(name, options) for name, options, _index in widget["optgroups"]]
    return format_html(
        '<select name="{}"{}>{}\n</select>\n', widget["name"], _attributes(widget["attrs"]), _joined(groups)
    )


def _group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    inside = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>\n',
        (
            (str(option["value"]), _attributes(option["attrs"]) if option["attrs"] else "", option["label"])
            for option in options
        ),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, inside) if name else inside


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """True is an attribute without a value, False none at all."""
    given = [(name, value) for name, value in attrs.items() if value is not False]
    return _joined(
        [
            format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
            for name, value in given
        ]
    )


def _joined(pieces: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))
