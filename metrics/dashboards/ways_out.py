"""What a page says of choices that are not kept together, and the ways out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from metrics.dashboards.naming import PARAMS
from metrics.dimensions import DIMENSIONS, Dimension

if TYPE_CHECKING:
    from metrics.levels import Refused


@dataclass(frozen=True)
class Refusal:
    """A sentence of why, and what can be done about it: each in words, with the address that does it."""

    text: str
    ways: list[tuple[str, str]]


def refusal(refused: Refused, params: Mapping[str, Any], by: Dimension | None) -> Refusal:
    """`params`: those of the page; `by`: what the lines are by, None where it is about the whole page."""
    return Refusal(str(refused), [*_ways(refused.apart, params, by)])


def _ways(
    apart: tuple[str, ...], params: Mapping[str, Any], by: Dimension | None
) -> Iterator[tuple[str, str]]:
    if by is not None and by.key in apart:
        yield _("Show it by team instead"), f"{_without(params, 'by')}#lines-title"
    for key in apart:
        name = PARAMS.get(key, key)
        if params.get(name):
            said = _("Leave out the choice of %(name)s") % {"name": DIMENSIONS[key].label}
            yield said, _without(params, name)


def _without(params: Mapping[str, Any], gone: str) -> str:
    return f"?{urlencode([(name, value) for name, value in params.items() if name != gone and value])}"
