"""Figures as CSV: each with its n, interval, what it is compared with, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from metrics.dashboards import measuring, mixed_line, mixing
from metrics.dashboards.comparing import Change, Mix
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.page import dimension_of, metric_of
from metrics.dashboards.tabs import Tab
from metrics.definitions import CSAT, Metric
from metrics.reporting import Figure
from metrics.tiles import FIGURE, File, figure, number, number_told

CHANGE = ("compared_value", "compared_n", "change", "change_low", "change_high")
# What the mix is of when the comparison is at the same mix, the share with a counterpart, and the figure as it was.
MIX = ("compared_mix", "compared_mix_covered", "compared_as_it_was")


def file(tab: Tab, chosen: DashboardFilter, params: Mapping[str, str]) -> File:
    """`part`: "trend", "by", or else the tiles. Raises levels.Refused."""
    metric = metric_of(tab, params)
    period = chosen.period_now
    part = params.get("part", "")
    days = f"{period.first}-{period.last}"
    if metric is not None and part == "trend":
        return File(f"{metric.key}-{days}", [*_trend(chosen, metric)])
    if metric is not None and part == "by":
        by = dimension_of(params, chosen.viewer)
        return File(f"{metric.key}-by-{by.key}-{days}", [*_by(chosen, metric, params)])
    only = metric if part == "tile" else None
    metrics = (only,) if only else tab.metrics
    name = only.key if only else tab.key or "overview"
    return File(f"{name}-{days}", [*_tiles(chosen, metrics)])


def _tiles(chosen: DashboardFilter, metrics: tuple[Metric, ...]) -> Iterator[list[str]]:
    yield ["metric", "unit", "from", "to", *FIGURE, *CHANGE, *MIX, "scale"]
    period = chosen.period_now
    for tile in mixing.tiles(chosen, measuring.board(chosen, metrics, by_day=False)):
        days = [period.first.isoformat(), period.last.isoformat()]
        named = [tile.metric.family, tile.metric.unit.value, *days]
        yield [
            *named,
            *figure(tile.figure),
            *_change(tile.other, tile.change),
            *_mix(tile.mix),
            tile.metric.scale,
        ]


def _trend(chosen: DashboardFilter, metric: Metric) -> Iterator[list[str]]:
    yield [
        "metric",
        "unit",
        "from",
        *FIGURE,
        "compared_from",
        "compared_value",
        "compared_n",
        "compared_note",
        "scale",
    ]
    board = measuring.board(chosen, (metric,), metric)
    metric = board.measured(metric)
    points, others = board.points(metric)
    others, said = mixed_line.others(chosen, board, metric, others)
    for point, other in zip_longest(points, others[: len(points)]):
        there = (
            [other.day.isoformat(), number(other.figure.value), number_told(other.figure)]
            if other
            else [""] * 3
        )
        named = [metric.family, metric.unit.value, point.day.isoformat()]
        yield [*named, *figure(point.figure), *there, said, metric.scale]


def _by(chosen: DashboardFilter, metric: Metric, params: Mapping[str, str]) -> Iterator[list[str]]:
    by = dimension_of(params, chosen.viewer)
    if metric.key == CSAT.key:
        metric = measuring.board(chosen, (metric,), by_day=False).measured(metric)
    yield ["metric", "unit", by.key, "name", "of", *FIGURE, *CHANGE, *MIX, "scale"]
    for line in mixing.lines(chosen, metric, by, sort=params.get("sort", "")):
        named = [metric.family, metric.unit.value, line.name.key, line.name.text, line.name.note]
        yield [
            *named,
            *figure(line.figure),
            *_change(line.other, line.change),
            *_mix(line.mix),
            metric.scale,
        ]


def _change(other: Figure | None, change: Change | None) -> list[str]:
    compared = [number(other.value), number_told(other)] if other else ["", ""]
    moved = [change.value, change.low, change.high] if change else [None, None, None]
    return [*compared, *(number(value) for value in moved)]


def _mix(mix: Mix | None) -> list[str]:
    if mix is None:
        return ["", "", ""]
    return [" ".join(mix.by) or "none", number(mix.covered), number(mix.plain.value if mix.plain else None)]
