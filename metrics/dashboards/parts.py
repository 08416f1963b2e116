"""What tabs show below their figures: promises at risk, how long tickets wait, how old the backlog is, the hours.

Promises and hours are of tickets, which no rollup holds: the first are few and found by an index, the others are
fetched after the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import backlogs, levels
from metrics.asking import AGENT_LEAST, Report
from metrics.dashboards import drilling, tickets, versions, waiting
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.tabs import Section, section
from metrics.models import SlaResult, SlaTarget, Ticket

PROMISES_SHOWN: Final = 12


class Promises(NamedTuple):
    """Open promises of whatever day, the first due first: those at risk, and those overdue."""

    risky: QuerySet[SlaResult]
    overdue: QuerySet[SlaResult]


def open_promises(chosen: DashboardFilter) -> Promises:
    now = timezone.now()
    mine = Ticket.objects.filter(tickets.narrowed(chosen.viewer, chosen)).values("pk")
    found = SlaResult.objects.visible_to(chosen.viewer).filter(ticket__in=mine)
    found = found.select_related("ticket__team__site").order_by("due_at", "pk")
    return Promises(found.at_risk(now), found.overdue(now))


@section("sla")
def promises(chosen: DashboardFilter) -> Section:
    """Those at risk, and those overdue longest. Lists of tickets and files have the rest."""
    risky, overdue = open_promises(chosen)
    return Section(
        "dashboards/promises.html",
        {
            "risky": list(risky[:PROMISES_SHOWN]),
            "risky_n": risky.count(),
            "overdue": list(overdue[:PROMISES_SHOWN]),
            "overdue_n": overdue.count(),
        },
    )


@section("sla")
def versions_later(chosen: DashboardFilter) -> Section:
    return _later(chosen, "versions", _("By which policies these figures were measured"))


@section("backlog")
def ages(chosen: DashboardFilter) -> Section | None:
    """How old the tickets are that were open at the end of the period; of a person none of fewer than AGENT_LEAST. One
    query."""
    try:
        wanted = levels.wanted(chosen.narrow())
        standing = backlogs.standing(chosen.viewer, (), chosen.period_now, wanted).get(())
    except levels.Refused:
        return None
    counts = standing.ages if standing else {}
    rows = [(f"backlog_{age}", str(label), counts.get(age, 0)) for age, label in backlogs.AGES.items()]
    values = [n for _key, _label, n in rows]
    if chosen.chosen("agent") and sum(values) < AGENT_LEAST:
        return Section("dashboards/ages.html", {"least": AGENT_LEAST})
    nothing = [None] * len(rows)
    chart = {"layout": "dots", "kind": "bar", "format": "number", "names": [label for _key, label, _n in rows],
             "values": values, "low": nothing, "high": nothing, "others": nothing}  # fmt: skip
    context = {"rows": rows, "total": sum(values), "chart": chart, "day": chosen.period_now.last}
    return Section("dashboards/ages.html", context)


@section("speed")
def waiting_later(chosen: DashboardFilter) -> Section:
    return _later(chosen, "waiting", _("How long tickets wait until they are solved"))


@section("volume")
def hours_later(chosen: DashboardFilter) -> Section:
    return _later(chosen, "hours", _("By weekday and hour"))


def _later(chosen: DashboardFilter, name: str, title: str) -> Section:
    return Section("dashboards/later.html", {"name": name, "title": title, "query": _query(chosen)})


def _query(chosen: DashboardFilter) -> str:
    """The address of a part: what was chosen."""
    return urlencode([(key, value) for key, value in chosen.params.items() if value])


def waits(chosen: DashboardFilter) -> Section:
    """The share of tickets still unsolved, by time since they were created. Five queries."""
    told = waiting.of_what_is_chosen(chosen, waiting.told(timezone.now()))
    try:
        curve = waiting.curve(Report(chosen.viewer, (), chosen.period_now, chosen.narrow()), told)
    except levels.Refused as refusal:
        return Section("dashboards/waiting.html", {"refused": str(refusal)})
    chart = None
    if curve is not None:
        series = {"name": _("still unsolved"), "values": curve.shares, "low": curve.low, "high": curve.high}
        chart = {"layout": "steps", "x": curve.seconds, "series": [series]}
    marks = curve.at_marks() if curve else []
    context = {
        "curve": curve,
        "chart_json": json.dumps(chart),
        "marks": marks,
        "told": [*told.values()],
        "query": _query(chosen),
    }
    return Section("dashboards/waiting.html", context)


def hours(chosen: DashboardFilter) -> Section:
    """Tickets created by weekday and hour of the reporting zone; of a person none of fewer than AGENT_LEAST. One
    query."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    found = tickets.tickets(chosen.viewer, chosen, "volume").order_by()
    counted = found.values(
        weekday=ExtractIsoWeekDay("created_at", tzinfo=zone), hour=ExtractHour("created_at", tzinfo=zone)
    ).annotate(n=Count("pk", filter=Q(pk__isnull=False)))
    by_cell = {(row["weekday"] - 1, row["hour"]): row["n"] for row in counted}
    if chosen.chosen("agent") and sum(by_cell.values()) < AGENT_LEAST:
        return Section("dashboards/hours.html", {"least": AGENT_LEAST})
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    grid = [[by_cell.get((day, hour), 0) for hour in range(24)] for day in range(7)]
    chart = {
        "layout": "heat", "x": [f"{hour:02}" for hour in range(24)], "y": names,
        "cells": [[hour, day, grid[day][hour]] for day in range(7) for hour in range(24)],
    }  # fmt: skip
    context: dict[str, Any] = {
        "chart": chart,
        "chart_json": json.dumps(chart),
        "rows": [
            (name, [(n, _at_hour(chosen, day + 1, hour) if n else "") for hour, n in enumerate(grid[day])])
            for day, name in enumerate(names)
        ],
        "hours": [*range(24)],
        "query": _query(chosen),
    }
    return Section("dashboards/hours.html", {**context, "zone": settings.REPORTING_TIME_ZONE})


def _at_hour(chosen: DashboardFilter, weekday: int, hour: int) -> str:
    """The tickets of one cell."""
    choices = {key: str(value) for key, value in chosen.params.items()}
    return drilling.address(choices, "volume", chosen.period_now, at=f"{weekday}-{hour}")


def measured_by(chosen: DashboardFilter) -> Section:
    """The versions of policies that the promises of these days were measured by. Three queries."""
    promises = [str(label) for label in SlaTarget.Metric.labels]
    context = {"lines": versions.lines(chosen), "promises": promises, "query": _query(chosen)}
    return Section("dashboards/versions.html", context)


LATER: Final[dict[str, Callable[[DashboardFilter], Section]]] = {
    "waiting": waits,
    "hours": hours,
    "versions": measured_by,
}
