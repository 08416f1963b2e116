"""Template tags of quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from metrics.quality.sections import Section

register = template.Library()


@register.simple_tag
def section_of(sections: Mapping[int, Section | None], pk: int) -> Section | None:
    """The SOP section that a criterion points at, when there is one that the viewer may read."""
    return sections.get(pk)
