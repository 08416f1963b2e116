"""Spikes as a file: every alert of the list that this person may see, as it is filtered there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from metrics.tiles import File, number, register
from metrics.watching.filters import AlertFilter
from metrics.watching.models import Alert

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User


@register("spikes")
def spikes(viewer: User, params: QueryDict) -> File:
    """The latest first."""
    visible = Alert.objects.visible_to(viewer).select_related("team", "site")
    found = AlertFilter(params, visible).qs.order_by("-last_day", "-pk")
    return File("spikes", _rows(found.iterator(chunk_size=500)))


def _rows(alerts: Iterable[Alert]) -> Iterator[list[str]]:
    yield [
        "metric", "label", "team", "site", "direction", "since", "until", "value", "expected", "n", "p_adjusted",
        "state", "note",
    ]  # fmt: skip
    for each in alerts:
        yield [
            each.metric, each.label, each.team.slug if each.team else "", each.site.slug if each.site else "",
            each.direction, each.first_day.isoformat(), each.last_day.isoformat(), number(each.value),
            number(each.expected), str(each.n), number(each.q), each.state, each.note,
        ]  # fmt: skip
