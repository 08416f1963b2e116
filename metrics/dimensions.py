"""By what figures can be cut: one frozen object each, with the column of the rollups it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Dimension:
    """`column` leads from a rollup (metrics/models/rollups.py) to the value that stands in a report; "" where the
    level decides (metrics/levels.py). `name`: what a person reads instead of the value, by the same way.
    `fallback`: the column read where `column` is empty."""

    key: str
    label: str | Promise
    column: str
    name: str = ""
    fallback: str = ""


TEAM: Final = Dimension("team", _("Team"), "team__slug", "team__name", "team_name")
SITE: Final = Dimension("site", _("Site"), "team__site__slug", "team__site__name")
VENDOR: Final = Dimension("vendor", _("In-house or vendor"), "team__site__kind")
AGENT: Final = Dimension("agent", _("Agent"), "key")
LABEL: Final = Dimension("label", _("Label"), "label")
SOP: Final = Dimension("sop", _("SOP"), "")
MACRO: Final = Dimension("macro", _("Macro"), "key")
CHANNEL: Final = Dimension("channel", _("Channel"), "channel")
MARKET: Final = Dimension("market", _("Market"), "market")
PRIORITY: Final = Dimension("priority", _("Priority"), "priority")
SOURCE: Final = Dimension("source", _("Source"), "source__name")
DAY: Final = Dimension("day", _("Day"), "day")
WEEK: Final = Dimension("week", _("Week"), "day")

DIMENSIONS: Final = {
    one.key: one
    for one in (
        TEAM, SITE, VENDOR, AGENT, LABEL, SOP, MACRO, CHANNEL, MARKET, PRIORITY, SOURCE, DAY, WEEK,
    )
}  # fmt: skip
TIMES: Final = frozenset({"day", "week"})
FILTERS: Final = tuple(key for key in DIMENSIONS if key not in TIMES)


def in_a_sentence(by: Dimension) -> str:
    """The label of a dimension within a sentence: "team", but "SOP"."""
    label = str(by.label)
    return label if label.isupper() else label[:1].lower() + label[1:]
