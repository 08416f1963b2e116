"""{% load macros %} {% text_to_send html request %}   a macro's presented HTML as the text an agent sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from macros import copying

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()


@register.simple_tag
def text_to_send(html: str, request: HttpRequest) -> str:
    return copying.text_to_send(html, request.build_absolute_uri)
