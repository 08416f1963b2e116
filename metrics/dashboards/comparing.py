"""Two figures of unlike tickets: how far apart they are, and whether chance alone would do that."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from metrics.reporting import Figure


@dataclass(frozen=True)
class Change:
    """`value` of now less that of the other; `low` and `high` its 95 % interval, None where there is none.

    `direction`: 1 for better and -1 for worse, both beyond chance; 0 for neither, or where nobody knows what is better.
    """

    value: float
    low: float | None = None
    high: float | None = None
    direction: int = 0

    @property
    def is_beyond_chance(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Mix:
    """What became of the wish to compare at the same mix of tickets. `by`: what the mix is of, () when it could not be
    done; `covered`: the share of tickets here that have a counterpart, None where nobody looked; `plain`: the other
    figure as it was; `text` says it."""

    plain: Figure | None
    text: str
    by: tuple[str, ...] = ()
    covered: float | None = None


def change(now: Figure, other: Figure | None) -> Change | None:
    """The difference of two independent figures of one metric; None where one was not measured, or scales differ.

    Its interval comes from theirs (the square-and-add of Newcombe 1998 for shares, for means and medians the MOVER
    of Zou and Donner, Statistics in Medicine 27, 2008).
    """
    if other is None or now.value is None or other.value is None or now.metric.key != other.metric.key:
        return None
    value = now.value - other.value
    if now.low is None or now.high is None or other.low is None or other.high is None:
        return Change(value)
    low = value - hypot(now.value - now.low, other.high - other.value)
    high = value + hypot(now.high - now.value, other.value - other.low)
    beyond = low > 0 or high < 0
    better = now.metric.better if beyond else 0
    return Change(value, low, high, better if value > 0 else -better)
