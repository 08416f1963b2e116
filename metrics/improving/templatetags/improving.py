"""Template tags of improving."""

from __future__ import annotations

from django import template

from metrics.definitions import BY_KEY, Metric

register = template.Library()


@register.simple_tag
def metric_of(key: str) -> Metric | None:
    """The metric of a key, as an initiative names it."""
    return BY_KEY.get(key)
