"""What a page says of choices that it cannot answer together, and the ways out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from metrics.dashboards.filters import NOTHING
from metrics.dashboards.naming import PARAMS
from metrics.dimensions import DIMENSIONS, Dimension
from metrics.filters import PERIODS
from sopdesk.text.figures import in_words

if TYPE_CHECKING:
    from metrics.dashboards.filters import DashboardFilter
    from metrics.errors import Refused


@dataclass(frozen=True)
class Refusal:
    """A sentence of why, and what can be done about it: each in words, with the address that does it."""

    text: str
    ways: list[tuple[str, str]]


def refusal(
    refused: Refused, params: Mapping[str, Any], by: Dimension | None, chosen: DashboardFilter
) -> Refusal:
    """`params`: those of the page; `by`: what the lines are by, None where it is about the whole page."""
    ways = [*_other_days(refused, params, chosen), *_ways(refused.apart, params, by)]
    return Refusal(str(refused), ways)


def _other_days(
    refused: Refused, params: Mapping[str, Any], chosen: DashboardFilter
) -> Iterator[tuple[str, str]]:
    """Fewer days, or those of which the tickets are there; where only what is compared with is too much, without it."""
    fit = [key for key in PERIODS if int(key) <= (refused.most_days or 0)]
    if fit:
        said = _("Show %(period)s only") % {"period": PERIODS[fit[-1]]}
        yield said, _with(params, {"period": fit[-1], "since": ""})
    if refused.since is None or refused.since > chosen.period_now.last:
        return
    alone = {} if chosen.segment else {"against": NOTHING}
    if refused.since <= chosen.period_now.first:
        yield _("Compare with nothing"), _with(params, alone)
        return
    day = in_words(refused.since)
    said = _("Show the days since %(day)s") if chosen.segment else _("Show the days since %(day)s alone")
    yield said % {"day": day}, _with(params, {"since": refused.since.isoformat(), **alone})


def _ways(
    apart: tuple[str, ...], params: Mapping[str, Any], by: Dimension | None
) -> Iterator[tuple[str, str]]:
    if by is not None and by.key in apart:
        yield _("Show it by team instead"), f"{_with(params, {'by': ''})}#lines-title"
    for key in apart:
        name = PARAMS.get(key, key)
        if params.get(name):
            said = _("Leave out the choice of %(name)s") % {"name": DIMENSIONS[key].label}
            yield said, _with(params, {name: ""})


def _with(params: Mapping[str, Any], others: Mapping[str, str]) -> str:
    """The address with these choices instead; "" is none."""
    return f"?{urlencode([(name, value) for name, value in {**params, **others}.items() if value])}"
