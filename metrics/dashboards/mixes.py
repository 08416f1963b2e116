"""What a mix of tickets is of: labels, channel and priority; channels alone by agent and by macro, where those are kept
without the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from metrics import levels
from metrics.dashboards.filters import DashboardFilter
from metrics.dimensions import Dimension
from metrics.levels import Narrow

Stratum = tuple[Any, ...]
COLUMNS: Final = ("labels", "channel", "priority")
BY_CHANNEL: Final = ("channel",)


def mix_of(chosen: DashboardFilter, by: Dimension | None = None) -> tuple[str, ...]:
    """What the mix is of, on both sides: what both of them are kept by."""
    keys = (by.key,) if by else ()
    narrows = [levels.wanted(narrow) for narrow in (chosen.narrow(), chosen.narrow_other())]
    return BY_CHANNEL if any(levels.is_sliced(keys, wanted) for wanted in narrows) else COLUMNS


def level_of(
    chosen: DashboardFilter, narrow: Narrow, by: tuple[str, ...], columns: tuple[str, ...]
) -> levels.Level:
    """The level that has these columns, narrowed. Raises Refused where none holds these choices together."""
    told = ("label", "priority") if columns == COLUMNS else columns
    return levels.level_for(chosen.viewer, ("day", *told, *by), levels.wanted(narrow))


def stratum_of(level: levels.Level, row: Mapping[str, Any], columns: tuple[str, ...]) -> Stratum:
    """These columns of a row, labels as they are meant."""
    labels = (tuple(sorted(level.names.meant_by(row["labels"]))),) if "labels" in columns else ()
    return (*labels, *(row[name] for name in columns if name != "labels"))
