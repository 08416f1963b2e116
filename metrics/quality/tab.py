"""What the dashboard's tab of quality shows beside IQS: critical fails, and IQS by criterion and SOP section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from metrics import aliases
from metrics.dashboards import tabs
from metrics.dashboards.tabs import Section
from metrics.quality import iqs, places
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
def ways(chosen: Any) -> Section:
    """Where the other pages of quality are. One query."""
    return Section(
        "metrics/quality/places.html", {"tabs": places.tabs(chosen.viewer, "figures")}, is_above=True
    )


@tabs.section("quality")
def quality(chosen: Any) -> Section:
    """What only reviews can say; IQS itself, over time and by team, the tab shows as any metric. Four queries."""
    user = chosen.viewer
    rows = iqs.reviews(user, chosen.period_now, narrowed(chosen))
    by_section, by_criterion, teams = iqs.by_section(rows), iqs.by_criterion(rows), iqs.by_team(rows)
    known = sections([row.place for row in (*by_section, *by_criterion)], user)
    context = {
        "reviews": sum(row.figure.n for row in teams),
        "critical": sum(row.critical for row in teams),
        "failed": [row for row in teams if row.critical],
        "criteria": [(row, known.get(row.place)) for row in by_criterion],
        "sections": [(row, known[row.place]) for row in by_section if row.place in known],
    }
    return Section("metrics/quality/figures.html", context)
