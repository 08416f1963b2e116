"""The tabs: which figures stand in each, and what else. Other apps fill places here when they start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics import reporting
from metrics.definitions import Metric

if TYPE_CHECKING:
    from metrics.dashboards.filters import DashboardFilter


@dataclass(frozen=True)
class Section:
    """A part of a tab below its figures, or above them: a template and what it shows."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    is_above: bool = False


Build = Callable[["DashboardFilter"], "Section | None"]


@dataclass(frozen=True)
class Tab:
    """`key` is the end of its address, "" for the overview; `wanted` are keys of metrics in the order they stand."""

    key: str
    label: str | Promise
    wanted: tuple[str, ...]
    prose: str | Promise = ""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        there = reporting.known()
        return tuple(there[key] for key in self.wanted if key in there)


OVERVIEW: Final = Tab(
    "",
    _("Overview"),
    (
        "csat",
        "sla_reply",
        "sla_resolution",
        "aht",
        "fcr",
        "reopened",
        "first_reply",
        "resolution",
        "volume",
        "backlog",
        "iqs",
    ),
)
TABS: Final[dict[str, Tab]] = {
    tab.key: tab
    for tab in (
        OVERVIEW,
        Tab("csat", _("CSAT"), ("csat",)),
        Tab("sla", _("SLA"), ("sla_reply", "sla_next_reply", "sla_resolution")),
        Tab("speed", _("Speed"), ("first_reply", "next_reply", "resolution")),
        Tab("aht", _("AHT"), ("aht",)),
        Tab(
            "resolution-quality",
            _("Resolution quality"),
            ("fcr", "one_touch", "reopened", "transferred"),
        ),
        Tab("backlog", _("Backlog"), ("backlog",)),
        Tab("volume", _("Volume"), ("volume",)),
        Tab("quality", _("Quality"), ("iqs",)),
    )
}
_SECTIONS: dict[str, list[Build]] = {key: [] for key in TABS}


def section(tab: str) -> Callable[[Build], Build]:
    """Let a function add a part to a tab: it is given the filter, with the viewer in it, and may return None.

    Raises KeyError for a tab that is not there.
    """

    def register(build: Build) -> Build:
        _SECTIONS[tab].append(build)
        return build

    return register


def sections(tab: Tab, chosen: DashboardFilter) -> list[Section]:
    """What the apps that filled a place of this tab show now."""
    built = (build(chosen) for build in _SECTIONS[tab.key])
    return [each for each in built if each is not None]


def is_filled(tab: Tab) -> bool:
    """Whether it has anything to show: a figure, or a part from elsewhere."""
    return bool(tab.metrics or _SECTIONS[tab.key])
