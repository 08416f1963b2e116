"""Labels as they are meant, where what is stored has them by another name (metrics/aliases.py).

{{ alert.label|meant }}            one
{{ card.labels|meant_by|join:", " }}   several, each once
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from metrics import aliases

register = template.Library()


@register.filter
def meant(label: str) -> str:
    """The label that a name means."""
    return aliases.names().meant(label)


@register.filter
def meant_by(labels: Iterable[str]) -> list[str]:
    """The labels that these names mean, each once."""
    return aliases.names().meant_by(labels)
