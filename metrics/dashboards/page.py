"""What a tab shows: tiles, the trend of one figure with its publications, its lines, and parts of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from metrics.dashboards import breaking_down, drawing, marking, measuring, mixed_line, mixing, tabs, ways_out
from metrics.dashboards.breaking_down import LINES_SHOWN
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.mixes import BY_CHANNEL, mix_of
from metrics.dashboards.models import SavedView
from metrics.dashboards.tabs import OVERVIEW, TABS, Tab
from metrics.definitions import Metric
from metrics.dimensions import TEAM, Dimension, in_a_sentence
from metrics.filters import DEFAULT_PERIOD
from metrics.levels import Refused
from sopdesk.accounts.models import User
from sopdesk.postgres.worded import worded

# What belongs to one tab's table and chart, and does not go along to another tab.
VIEWS_OFFERED = 12
OF_A_TAB = ("at", "metric", "by", "sort", "page", "show", "view", "part", "tab", "without")


@dataclass(frozen=True)
class Link:
    """A tab as components/tabs.html shows it."""

    label: str
    url: str
    current: bool


def metric_of(tab: Tab, params: Mapping[str, str]) -> Metric | None:
    """The figure that the chart and the table are about: the one asked for, or the tab's first; None without any."""
    asked = {metric.key: metric for metric in tab.metrics}.get(params.get("metric", ""))
    return asked or next(iter(tab.metrics), None)


def dimension_of(params: Mapping[str, str], viewer: User) -> Dimension:
    """What the table is by: as asked, if this person may, or by team."""
    offered = {each.key: each for each in breaking_down.dimensions_for(viewer)}
    return offered.get(params.get("by", ""), TEAM)


def context(tab: Tab, chosen: DashboardFilter, params: Mapping[str, str], query: str) -> dict[str, Any]:
    """All that the page of a tab needs. `query`: the address's query string without what is of one tab."""
    metric = metric_of(tab, params)
    shown: dict[str, Any] = {
        "tab": tab,
        "tabs": links(tab, query),
        "chosen": chosen,
        "period": chosen.period_now,
        "period_other": chosen.period_other(),
        "query": query,
        "metrics": tab.metrics,
        "metric": metric,
        "sections": tabs.sections(tab, chosen),
        "views": _views(chosen.viewer),
        "is_overview": tab is OVERVIEW,
    }
    if metric is None:
        return shown
    try:
        figures = _figures(tab, chosen, metric)
    except Refused as refusal:
        refused = ways_out.refusal(refusal, params, None, chosen)
        figures = {"tiles": measuring.not_shown(tab.metrics), "refused": refused}
    return {**shown, **figures, **_table(chosen, figures.get("metric", metric), params)}


@worded
def _views(viewer: User) -> QuerySet[SavedView]:
    return SavedView.objects.visible_to(viewer)[:VIEWS_OFFERED]


def links(tab: Tab, query: str) -> list[Link]:
    """The tabs that have something to show."""
    after = f"?{query}" if query else ""
    # Without any choice the address opens the view that this person chose to begin with.
    overview = after or f"?period={DEFAULT_PERIOD}"
    return [
        Link(str(each.label), address(each) + (after if each.key else overview), each is tab)
        for each in TABS.values()
        if tabs.is_filled(each) or each is tab
    ]


def address(tab: Tab) -> str:
    return reverse("metrics:tab", args=[tab.key]) if tab.key else reverse("metrics:dashboard")


def opened(view: SavedView) -> str:
    """The address of what a view keeps."""
    where = address(TABS.get(view.tab, OVERVIEW))
    return f"{where}?{view.query or f'period={DEFAULT_PERIOD}'}"


def _figures(tab: Tab, chosen: DashboardFilter, metric: Metric) -> dict[str, Any]:
    board = measuring.board(chosen, tab.metrics, metric)
    metric = board.measured(metric)
    points, others = board.points(metric)
    others, line_said = mixed_line.others(chosen, board, metric, others)
    days = [point.day for point in points]
    narrowed = {"label": chosen.chosen("label"), "sop": chosen.chosen("sop")}
    marks = marking.marks(chosen.viewer, chosen.period_now, **narrowed)
    drawn = marking.drawn(marks.shown, days)
    chart = drawing.trend(metric, points, others, other_name=chosen.against_label, marks=drawn)
    return {
        "metric": metric,
        "tiles": mixing.tiles(chosen, board),
        "points": points,
        "beside": [*zip_longest(points, others[: len(points)])],
        "others": others,
        "line_said": line_said,
        "is_sparse": board.is_by_week(metric) and not measuring.is_weekly(chosen.period_now),
        "is_bare": all(point.figure.value is None for point in points)
        and any(point.figure.n for point in points),
        "least": board.least(metric),
        "marks": marks,
        "chart": chart,
    }


def _table(chosen: DashboardFilter, metric: Metric, params: Mapping[str, str]) -> dict[str, Any]:
    by, sort = dimension_of(params, chosen.viewer), params.get("sort", "")
    shared = {
        "by": by,
        "by_label": in_a_sentence(by),
        "dimensions": breaking_down.dimensions_for(chosen.viewer),
        "sort": sort or "-n",
        "is_by_channel": mix_of(chosen, by) == BY_CHANNEL,
    }
    try:
        lines = mixing.lines(chosen, metric, by, sort=sort)
    except Refused as refusal:
        return {**shared, "lines_refused": ways_out.refusal(refusal, params, by, chosen)}
    shown = breaking_down.with_sparks(lines[:LINES_SHOWN], chosen, metric, by)
    has_changes = bool(chosen.against_label) and any(line.change for line in shown)
    has_sparks = any(drawing.spark(line.spark) for line in shown)
    dots = drawing.dots(metric, shown)
    said = {"has_sparks": has_sparks, "has_changes": has_changes}
    return {**shared, **said, "lines": shown, "lines_total": len(lines), "dots": dots}
