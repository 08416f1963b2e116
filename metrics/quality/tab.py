"""What the dashboard's tab of quality shows beside IQS: critical fails, and IQS by criterion and SOP section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics import intervals
from metrics.dashboards import tabs
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.tabs import Section
from metrics.levels import Refused
from metrics.quality import behind, iqs, places
from metrics.quality.iqs import Row
from metrics.quality.narrowing import narrowing
from metrics.quality.sections import Place, sections
from metrics.quality.sections import Section as SopSection


@dataclass(frozen=True)
class Line:
    """A criterion or a section, and where the reviews behind its figure stand, and those to which it did not apply."""

    row: Row
    section: SopSection | None
    url: str
    skipped_url: str


@dataclass(frozen=True)
class Failed:
    """How many reviews failed critically, the 95 % interval of their share (Wilson), and where they stand."""

    n: int
    of: int
    between: tuple[float, float] | None
    url: str

    @property
    def share(self) -> float | None:
        return self.n / self.of if self.of else None


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
        "failed": _failed(chosen, "", sum(row.critical for row in teams), sum(row.figure.n for row in teams)),
        "teams": [
            (row, _failed(chosen, row.key, row.critical, row.figure.n)) for row in teams if row.critical
        ],
        "criteria": [_line(chosen, row, known) for row in by_criterion],
        "sections": [_line(chosen, row, known) for row in by_section if row.place in known],
    }
    return Section("metrics/quality/figures.html", context)


def _line(chosen: DashboardFilter, row: Row, known: Mapping[Place, SopSection]) -> Line:
    skipped = row.of.replace("criterion:", "na:", 1) if row.skipped else ""
    return Line(
        row,
        known.get(row.place),
        behind.address(chosen, of=row.of),
        behind.address(chosen, of=skipped) if skipped else "",
    )


def _failed(chosen: DashboardFilter, team: str, n: int, of: int) -> Failed:
    more = {"team": team} if team else {}
    return Failed(n, of, intervals.wilson(n, of), behind.address(chosen, behind.FAILED, **more))
