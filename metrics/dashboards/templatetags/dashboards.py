"""Template tags of the dashboards: {% load dashboards %}.

{{ figure|said }} {{ figure|interval }}
{% ticket_rows tickets %}           a row for each ticket of a list
{% moved change metric %}            how far a figure moved
{% moved_within change metric %}     and the interval of that
{% point_rows pairs metric %}       the figures of a chart as rows of a table
{% others_url figure %}             where the figure that a tile is compared with leads
{% mark_entries marks %}            the publications that a chart marks
{% line_rows lines %}               a row for each line of a table
{% line_head "value" label %}       the head of a column that can be sorted
{% tab_name key %}                  the name of a tab
{{ seconds|round_time }}            4 h, 3 days
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from metrics.dashboards import drilling, markup, wording
from metrics.dashboards.breaking_down import Line
from metrics.dashboards.comparing import Change
from metrics.dashboards.line_rows import Rows
from metrics.dashboards.marking import Mark
from metrics.dashboards.naming import Name
from metrics.dashboards.tabs import TABS
from metrics.dashboards.ticket_rows import rows as rows_of_tickets
from metrics.definitions import Metric
from metrics.filters import Period
from metrics.models import Ticket
from metrics.reporting import Figure, Point
from sopdesk.text.figures import clock, grouped

register = template.Library()


@register.filter
def interval(figure: Figure) -> str:
    """79.2 % – 85.4 %"""
    return wording.interval(figure)


@register.filter
def said(figure: Figure) -> str:
    """82.5 %"""
    return wording.said(figure.metric, figure.value)


@register.filter
def round_time(seconds: float) -> str:
    """A round time in its unit, as the axes of charts have it: 4 h, 3 days."""
    days, hours = seconds / 86400, seconds / 3600
    if days >= 1 and days == int(days):
        return ngettext("%(n)s day", "%(n)s days", int(days)) % {"n": grouped(days)}
    return gettext("%(n)s\u202fh") % {"n": grouped(hours)} if hours == int(hours) else clock(seconds)


@register.simple_tag
def ticket_rows(tickets: Iterable[Ticket]) -> str:
    """A row for each ticket of a list."""
    return rows_of_tickets(tickets)


@register.simple_tag
def moved(change: Change, metric: Metric) -> str:
    """How far it moved; a colour only where chance alone would not do that."""
    return markup.change(change, metric)


@register.simple_tag
def moved_within(change: Change, metric: Metric) -> str:
    """The interval of that, "" without one."""
    return markup.reach(change, metric)


@register.simple_tag(takes_context=True)
def point_rows(context: Context, pairs: Iterable[tuple[Point, Point | None]], metric: Metric) -> str:
    """The figures of a chart as rows of a table, each with the way to its tickets; the other side's too where it is."""
    chosen, others = context["chosen"], context["others"]
    choices = dict(parse_qsl(context["query"]))
    here = _behind(choices, context["points"], context["period"])
    there = _behind(chosen.choices_other(choices), others, context["period_other"])
    return markup.point_rows(pairs, metric, str(chosen.against_label) if others else "", here, there)


def _behind(choices: dict[str, str], points: Sequence[Point], period: Period | None) -> markup.Behind:
    """Where the points of one side lead."""
    if period is None or not points:
        return lambda _figure, _at: ""
    days = drilling.spans([point.day for point in points], period.last)
    lists: dict[str, str] = {}

    def behind(figure: Figure, at: int) -> str:
        metric = figure.metric
        if not metric.shown:
            return ""
        if metric.key not in lists:
            lists[metric.key] = drilling.behind_all(choices, metric)
        return drilling.on_days(lists[metric.key], days[at])

    return behind


@register.simple_tag(takes_context=True)
def others_url(context: Context, figure: Figure | None) -> str:
    """The list of the tickets behind what a tile is compared with; "" where there is none."""
    chosen, period = context.get("chosen"), context.get("period_other")
    if figure is None or chosen is None or period is None or not figure.metric.shown:
        return ""
    return drilling.behind(chosen.choices_other(dict(parse_qsl(context["query"]))), figure.metric, period)


@register.simple_tag
def mark_entries(marks: Iterable[Mark]) -> str:
    """The publications that a chart marks, an entry of a list each."""
    return markup.marks(marks)


@register.simple_tag(takes_context=True)
def line_rows(context: Context, lines: Iterable[Line]) -> str:
    """A row for each line of a table by team, label and so on."""
    page, behind, period = context["request"].GET, dict(parse_qsl(context["query"])), context["period"]

    def narrowed(name: Name) -> str:
        """This page's address with one choice more."""
        params = copy(page)
        for key, value in name.choice(page.get("site", "")).items():
            params[key] = value
        return f"?{params.urlencode()}#lines-title"

    def tickets(name: Name, metric: Metric) -> str:
        """The list of the tickets behind the figure."""
        return drilling.behind({**behind, **name.choice(behind.get("site", ""))}, metric, period)

    return Rows(
        metric=context["metric"],
        has_changes=context["has_changes"],
        has_sparks=context["has_sparks"],
        narrowed=narrowed,
        tickets=tickets,
    ).of(lines)


@register.simple_tag
def tab_name(key: str) -> str:
    """The name of a tab; "" for one that there no longer is."""
    return str(TABS[key].label) if key in TABS else ""


@register.inclusion_tag("dashboards/line_head.html", takes_context=True)
def line_head(context: Context, name: str, label: str | Promise) -> dict[str, Any]:
    """Figures begin with the largest, names with the first."""
    sort = context["sort"]
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
    upwards = direction == "descending" or (direction == "none" and name == "name")
    params = context["request"].GET.copy()
    params["sort"] = name if upwards else f"-{name}"
    url = f"?{params.urlencode()}#lines-title"
    return {"label": label, "url": url, "direction": direction, "numeric": name != "name"}
