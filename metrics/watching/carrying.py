"""Which labels carry what a team's figure did on a day: where most of what it had above or below the usual lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from metrics import levels, scales
from metrics.definitions import CSAT, VOLUME
from metrics.watching import expecting, tables
from metrics.watching.expecting import DAYS
from metrics.watching.tables import Table

if TYPE_CHECKING:
    from metrics.watching.watching import Found, Series

MOST: Final = 3
LEAST: Final = 0.1  # of all that lies on that side


def by_team(
    day: date, found: Sequence[Found], *, without: Sequence[int]
) -> dict[Series, list[dict[str, Any]]]:
    """Of each team's series that is a spike: [{"label", "amount"}], the most first. `amount`: how many tickets or
    satisfied answers, or how much handle time, more than usual. One query, none where no team is among them."""
    teams = {each.series.team_id for each in found} - {None}
    if not teams:
        return {}
    first = day - timedelta(days=DAYS - 1)
    level = levels.level_for(None, ("label",), {})
    rows = level.rollups.filter(~Q(source__in=without), day__range=(first, day), team__in=teams)
    by_label = tables.tables(rows, first, "team", level=level)
    return {
        each.series: _most(
            each,
            {label: table for (label, team), table in by_label.items() if team == each.series.team_id},
        )
        for each in found
        if each.series.team_id in teams
    }


def _most(found: Found, by_label: dict[str, Table]) -> list[dict[str, Any]]:
    side = 1 if found.standing.signal.average > 0 else -1
    amounts = {label: _amount(found, table) for label, table in by_label.items()}
    carried = {label: amount for label, amount in amounts.items() if amount * side > 0}
    least = LEAST * abs(sum(carried.values()))
    ordered = sorted(carried.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return [
        {"label": label, "amount": round(amount, 1)}
        for label, amount in ordered[:MOST]
        if abs(amount) >= least
    ]


def _amount(found: Found, table: Table) -> float:
    """Against what is usual of the label's own tickets that weekday, or of the team's answers and contacts."""
    if found.series.metric == VOLUME.key:
        standing = expecting.volume(table["created_n"])
        return standing.value - standing.expected if standing else 0.0
    usual = found.standing.expected
    if found.series.metric == CSAT.key:
        hits, n = tables.answers(table, scales.on_one_scale(CSAT, {}, found.series.scale))
        return float(hits[-1] - n[-1] * usual)
    return float(table["handle_s"][-1] - table["handled_n"][-1] * usual)
