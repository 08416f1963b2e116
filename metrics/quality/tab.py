"""What the dashboard's tab of quality shows beside IQS: critical fails, and IQS by criterion and SOP section."""

from __future__ import annotations

from metrics.dashboards import tabs
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.tabs import Section
from metrics.levels import Refused
from metrics.quality import iqs, places
from metrics.quality.narrowing import narrowing
from metrics.quality.sections import sections


@tabs.section("quality")
def ways(chosen: DashboardFilter) -> Section:
    """Where the other pages of quality are. One query."""
    return Section(
        "metrics/quality/places.html", {"tabs": places.tabs(chosen.viewer, "figures")}, is_above=True
    )


@tabs.section("quality")
def quality(chosen: DashboardFilter) -> Section | None:
    """What only reviews can say, of the same tickets; IQS itself, over time and by team, the tab shows as any metric.
    Five queries, and those of SOPs."""
    user = chosen.viewer
    try:
        narrowed = narrowing(user, chosen.narrow()).condition()
    except Refused:  # the page says why
        return None
    rows = iqs.reviews(user, chosen.period_now, narrowed)
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
