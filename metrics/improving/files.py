"""Where to work next, and an initiative, as files: the rows of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from metrics.improving import measuring, ranking
from metrics.improving.filters import WorkFilter
from metrics.improving.measuring import Effect
from metrics.improving.models import Initiative
from metrics.improving.ranking import Opportunity
from metrics.reporting import Point
from metrics.tiles import FIGURE, File, figure, number, register

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User


@register("work")
def work(viewer: User, params: QueryDict) -> File:
    """Every label of the page, in its order."""
    chosen = WorkFilter(params, user=viewer)
    period, lever = chosen.period_chosen(), chosen.chosen("lever")
    scale = chosen.chosen("scale")
    found = ranking.ranked(chosen.narrow(), period, viewer, timezone.localdate(), scale=scale)
    rows = [row for row in found if not lever or lever in row.levers]
    ordered = ranking.ordered(rows, params.get("sort", "-priority"))
    return File(f"where-to-work-next-{period.first}-{period.last}", _opportunities(ordered))


def _opportunities(rows: Iterable[Opportunity]) -> Iterator[list[str]]:
    yield [
        "label", "priority", "tickets", "tickets_a_week", "hours_a_week", "hours_n", "hours_low", "hours_high",
        "measured_on", "dissatisfied", "dissatisfied_n", "dissatisfied_low", "dissatisfied_high", "reopened",
        "reopened_n", "reopened_low", "reopened_high", "could_help", "note", "scale",
    ]  # fmt: skip
    for row in rows:
        hours, unhappy = row.hours_between or (None, None), row.dissatisfied_between or (None, None)
        yield [
            row.label, number(row.priority), str(row.tickets), number(row.weekly), number(row.hours), str(row.aht.n),
            *map(number, hours), number(row.measured), number(row.dissatisfied), str(row.csat.n),
            *map(number, unhappy), number(row.reopened.value), str(row.reopened.n), number(row.reopened.low),
            number(row.reopened.high), " ".join(row.levers), "; ".join(map(str, row.missing)),
            row.csat.metric.scale,
        ]  # fmt: skip


@register("initiative")
def initiative(viewer: User, params: QueryDict) -> File | None:
    """What moved: each figure at the baseline and now, and the change."""
    found = _initiative(viewer, params)
    return File(f"initiative-{found.pk}", _effects(measuring.effects(found, viewer))) if found else None


@register("initiative-way")
def way(viewer: User, params: QueryDict) -> File | None:
    """Its figure from the baseline on."""
    found = _initiative(viewer, params)
    return File(f"initiative-{found.pk}-way", _points(measuring.way(found, viewer)[0])) if found else None


def _initiative(viewer: User, params: QueryDict) -> Initiative | None:
    asked = params.get("initiative", "")
    visible = Initiative.objects.visible_to(viewer)
    return visible.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None


def _effects(effects: Iterable[Effect]) -> Iterator[list[str]]:
    sides = [f"{side}_{name}" for side in ("baseline", "now") for name in FIGURE]
    yield ["metric", "unit", *sides, "change", "change_low", "change_high", "why_none", "scale"]
    for each in effects:
        moved = [number(value) for value in (each.change, each.low, each.high)]
        named = [each.metric.family, each.metric.unit.value]
        yield [*named, *figure(each.baseline), *figure(each.now), *moved, each.reason, each.metric.scale]


def _points(points: Iterable[Point]) -> Iterator[list[str]]:
    yield ["metric", "unit", "from", *FIGURE, "scale"]
    for point in points:
        metric = point.figure.metric
        named = [metric.family, metric.unit.value, point.day.isoformat()]
        yield [*named, *figure(point.figure), metric.scale]
