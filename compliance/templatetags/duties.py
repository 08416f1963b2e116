"""Template filters of the duty pages: `{% load duties %}`."""

from typing import Any

from django import template

from compliance import limits
from compliance.models import Catalogue, TimeLimit

register = template.Library()


@register.filter
def limit_in_words(limit: TimeLimit) -> str:
    return limits.in_words(limit)


@register.filter
def extension_in_words(extension: dict[str, Any] | None) -> str:
    return limits.extension_in_words(extension)


@register.filter
def amount_in_words(amount: dict[str, Any]) -> str:
    return limits.amount_in_words(amount)


@register.simple_tag
def meaning(catalogue: Catalogue | None, list_name: str, word: str) -> str:
    """What a word of the catalogue's closed lists means."""
    return catalogue.meaning(list_name, word) if catalogue else ""
