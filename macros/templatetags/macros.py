"""{% load macros %} {% text_to_send html request %}   a macro's presented HTML as the text an agent sends."""

from __future__ import annotations

from django import template
from django.http import HttpRequest

from macros import copying

register = template.Library()


@register.simple_tag
def text_to_send(html: str, request: HttpRequest) -> str:
    return copying.text_to_send(html, request.build_absolute_uri)
