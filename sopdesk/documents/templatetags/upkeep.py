"""{% load upkeep %}: tags of the ageing report and of handing over.

{% band_look row.band as band %}    the band of a document's age, with its words, tone and icon
{% group_url by group %}            the report narrowed to one group
{% held_by person %}                how many documents somebody owns that others can take over
{% waiting_for person %}            how many changes, reviews and the like wait for somebody, beside them
"""

from __future__ import annotations

from typing import Any

from django import template

from sopdesk.documents import ageing, handing_over

register = template.Library()


@register.simple_tag
def band_look(name: str) -> ageing.Band:
    return ageing.BY_NAME[name]


@register.simple_tag(takes_context=True)
def group_url(context: dict[str, Any], by: str, group: ageing.Group) -> str:
    params = context["request"].GET.copy()
    params.pop("page", None)
    params[by] = group.value
    return f"?{params.urlencode()}"


@register.simple_tag
def held_by(person: Any) -> int:
    return handing_over.owned(person).count()


@register.simple_tag
def waiting_for(person: Any) -> int:
    return handing_over.waiting_for(person)
