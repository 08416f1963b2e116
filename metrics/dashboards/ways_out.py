"""What a page says of choices that it cannot answer together, and the ways out of it.

A way is offered only where the page that it leads to is answered: it is asked before, of the rollups (a limit goes by
how many tickets there are, which no count of days tells). Of several ways that do much the same the first one that is
answered is offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from metrics import levels
from metrics.dashboards.filters import NOTHING, REST, DashboardFilter, Narrowed
from metrics.dashboards.naming import PARAMS
from metrics.dimensions import AGENT, DIMENSIONS, TEAM, Dimension
from metrics.errors import Refused
from metrics.filters import PERIODS, Period
from sopdesk.text.figures import in_words

Way = tuple[str, dict[str, str]]  # in words, and the choices that it makes instead; "" is none


@dataclass(frozen=True)
class Refusal:
    """A sentence of why, and what can be done about it: each in words, with the address that does it."""

    text: str
    ways: list[tuple[str, str]]


def refusal(
    refused: Refused, params: Mapping[str, Any], by: Dimension | None, chosen: DashboardFilter
) -> Refusal:
    """`params`: those of the page; `by`: what the lines are by, None where it is about the whole page. Ways take some
    queries each: as many, however many tickets there are."""
    found: list[tuple[str, str]] = []
    for ways in _ways(refused, params, by, chosen) if refused.apart else ():
        for said, others in ways:
            query = urlencode([(name, value) for name, value in {**params, **others}.items() if value])
            if _is_answered(DashboardFilter.read(query, user=chosen.viewer), TEAM if "by" in others else by):
                found.append((said, f"?{query}#lines-title" if "by" in others else f"?{query}"))
                break
    return Refusal(str(refused), found)


def _ways(
    refused: Refused, params: Mapping[str, Any], by: Dimension | None, chosen: DashboardFilter
) -> Iterator[Sequence[Way]]:
    """Each with those that stand in for it."""
    yield [*_other_days(refused, chosen)]
    alone = {"against": NOTHING}
    if chosen.period_other() is not None:
        yield [(_("Compare with nothing"), alone)]
    kept = [key for key in refused.apart if params.get(PARAMS.get(key, key))]
    if by is not None and by.key in kept:
        kept.remove(by.key)
        said = _("Leave out %(name)s and show it by team") % {"name": by.label}
        yield [(said, {**_without(by.key, chosen), "by": ""})]
    elif by is not None and by.key in refused.apart:
        yield [
            (_("Show it by team instead"), {"by": ""}),
            (_("Show it by team and compare with nothing"), {"by": "", **alone}),
        ]
    for key in kept:
        name, left_out = {"name": DIMENSIONS[key].label}, _without(key, chosen)
        yield [
            (_("Leave out the choice of %(name)s") % name, left_out),
            (_("Leave out %(name)s and compare with nothing") % name, {**left_out, **alone}),
        ]


def _other_days(refused: Refused, chosen: DashboardFilter) -> Iterator[Way]:
    """Those of which the tickets are there, and fewer, the most first."""
    now = chosen.period_now
    if refused.since is not None and now.first < refused.since <= now.last:
        since, day = {"since": refused.since.isoformat()}, {"day": in_words(refused.since)}
        if chosen.segment:
            yield _("Show the days since %(day)s") % day, since
        yield _("Show the days since %(day)s alone") % day, {**since, "against": NOTHING}
    for key in reversed(PERIODS):
        if int(key) < now.days:
            yield _("Show %(period)s only") % {"period": PERIODS[key]}, {"period": key, "since": ""}


def _without(key: str, chosen: DashboardFilter) -> dict[str, str]:
    """Without a choice, and without all others than it to compare with."""
    name = PARAMS.get(key, key)
    return {name: "", **({"against": ""} if chosen.segment == (REST, name) else {})}


def _is_answered(chosen: DashboardFilter, by: Dimension | None) -> bool:
    """Whether the lines by a dimension, or the figures of a page, can be told of these choices."""
    try:
        for keys, narrow, periods in _asked(chosen, by):
            level = levels.level_for(chosen.viewer, keys, levels.wanted(narrow))
            if level.reading is not None:
                level.reading.check(periods)
    except Refused:
        return False
    return True


def _asked(
    chosen: DashboardFilter, by: Dimension | None
) -> Iterator[tuple[tuple[str, ...], Narrowed, list[Period]]]:
    """What is asked together (measuring.py, breaking_down.py): by what, narrowed to what, and of which days."""
    keys = (by.key,) if by is not None else ()
    now, before = chosen.period_now, chosen.period_other()
    if before is not None and chosen.segment is None and by is not AGENT:
        yield keys, chosen.narrow(), [now, before]
        return
    yield keys, chosen.narrow(), [now]
    if before is not None:
        beside = () if by is not None and chosen.differs_by(by.key) else keys
        yield beside, chosen.narrow_other(), [before]
