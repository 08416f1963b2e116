"""What the dashboard's tab of quality shows: IQS, week by week, and by team, criterion, SOP section and agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from metrics import aliases
from metrics.dashboards import drawing, tabs
from metrics.dashboards.tabs import Section
from metrics.quality import iqs, places
from metrics.quality.definitions import AGENT_LEAST, IQS
from metrics.quality.sections import sections

if TYPE_CHECKING:
    from metrics.filters import FigureFilter

NAMES = ("site", "team", "channel", "source", "label")


def narrowed(chosen: FigureFilter) -> Q:
    """The choices of a dashboard that a review knows of."""
    said = {name: chosen.chosen(name) for name in NAMES if name in chosen.fields}
    q, site = Q(), said.get("site", "")
    if site in {"in_house", "vendor"}:
        q &= Q(team__site__kind=site)
    elif site:
        q &= Q(team__site__slug=site)
    for name, column in (("team", "team__slug"), ("channel", "channel"), ("source", "source")):
        if said.get(name):
            q &= Q(**{column: said[name]})
    return q & Q(labels__overlap=[*aliases.names().spelled([said["label"]])]) if said.get("label") else q


@tabs.section("quality")
def quality(chosen: Any) -> Section:
    """All of it. A fixed number of queries."""
    user, period, condition = chosen.viewer, chosen.period_now, narrowed(chosen)
    rows, before = (iqs.reviews(user, each, condition) for each in (period, period.previous))
    points, by_section, by_criterion = iqs.trend(rows, period), iqs.by_section(rows), iqs.by_criterion(rows)
    known = sections([row.place for row in (*by_section, *by_criterion)], user)
    agents = iqs.by_agent(rows) if places.may_read_agents(user) else None
    context = {
        "tabs": places.tabs(user, "figures"), "metric": IQS, "overall": iqs.overall(rows),
        "before": iqs.overall(before), "points": points, "chart": drawing.trend(IQS, points),
        "teams": iqs.by_team(rows), "criteria": [(row, known.get(row.place)) for row in by_criterion],
        "sections": [(row, known[row.place]) for row in by_section if row.place in known],
        "agents": agents, "agents_small": sum(row.figure.is_small for row in agents or ()), "agent_least": AGENT_LEAST,
    }  # fmt: skip
    return Section("metrics/quality/figures.html", context)
