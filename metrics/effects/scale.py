"""Round values for the axis of a card's picture, in the unit that people read: 8 min, 2 h, 3 days, 84 %.

The same steps as static/js/chart-units.js has for the charts of dashboards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.text.figures import THIN, grouped

LINES: Final = 4
MINUTE, HOUR, DAY = 60, 3600, 86400
# Size of the unit, the highest value from which on it is read, steps between two lines.
UNITS: Final = (
    (DAY, 2 * DAY, (0.5, 1, 2, 5, 10, 20, 30, 60, 90, 180, 365)),
    (HOUR, 2 * HOUR, (0.5, 1, 2, 3, 6, 12)),
    (MINUTE, 2 * MINUTE, (0.5, 1, 2, 5, 10, 15, 30)),
    (1, 0, (1, 2, 5, 10, 15, 30)),
)


@dataclass(frozen=True)
class Tick:
    """A value on an axis, in the unit of the figure, and how it is written there."""

    value: float
    text: str


def ticks(low: float, high: float, unit: str) -> list[Tick]:
    """From the round value at or below `low` to that at or above `high`. `unit`: "percent", "duration" or "number"."""
    if unit == "duration":
        size, _from, steps = next(each for each in UNITS if high >= each[1])
        needed = (high - low) / size / LINES
        step = next((each for each in steps if each >= needed), steps[-1] * ceil(needed / steps[-1]))
        return [Tick(value * size, _time(value, size)) for value in _between(low / size, high / size, step)]
    factor, sign = (100, f"{THIN}%") if unit == "percent" else (1, "")
    step = _round_up((high - low) * factor / LINES)
    decimals = max(0, -floor(log10(step)))
    return [
        Tick(value / factor, grouped(value, decimals) + sign)
        for value in _between(low * factor, high * factor, step)
    ]


def _between(low: float, high: float, step: float) -> list[float]:
    first = floor(low / step)
    last = max(ceil(high / step), first + 1)
    return [round(place * step, 9) for place in range(first, last + 1)]


def _round_up(least: float) -> float:
    """1, 2 or 5 times a power of ten."""
    if least <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(least))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least * (1 - 1e-9))


def _time(value: float, size: int) -> str:
    if not value:
        return "0"
    said = grouped(value, 0 if value == int(value) else 1)
    if size == DAY:
        return ngettext("%(n)s day", "%(n)s days", ceil(value)) % {"n": said}
    units = {HOUR: _("%(n)s\u202fh"), MINUTE: _("%(n)s\u202fmin"), 1: _("%(n)s\u202fs")}
    return units[size] % {"n": said}
