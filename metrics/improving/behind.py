"""Where the figures of the ranking lead: to the dashboards and the tickets of the label, on the days of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from metrics.dashboards import drilling
from metrics.definitions import AHT, REOPENED, VOLUME

if TYPE_CHECKING:
    from metrics.filters import Period
    from metrics.improving.filters import WorkFilter
    from metrics.improving.ranking import Opportunity

KEPT: Final = ("site", "team", "channel", "source", "scale")


def ways(row: Opportunity, chosen: WorkFilter, period: Period) -> dict[str, str]:
    """The address behind each figure of a label, and of the dashboards as `figures`."""
    choices = {name: chosen.chosen(name) for name in KEPT} | {"label": row.label}
    shown = {"volume": VOLUME, "handled": AHT, "rated": row.csat.metric, "reopened": REOPENED}
    lists = {name: drilling.behind(choices, metric, period) for name, metric in shown.items()}
    return {**lists, "figures": drilling.figures(choices, period)}
