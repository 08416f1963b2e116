"""The control chart that watches a series: a moving average that forgets (Roberts, Technometrics 1, 1959)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.intervals import stats

LAMBDA: Final = 0.2
LIMIT: Final = 3.0


class Signal(NamedTuple):
    """Where the average stands at a point, in deviations of a point; how far it may go; and how likely chance is."""

    average: float
    limit: float
    p: float
    deviation: float  # of the point itself

    @property
    def is_out(self) -> bool:
        return abs(self.average) > self.limit

    @property
    def goes_on(self) -> bool:
        """Whether the point itself is out on that side: the average stays out for a while after a spike is over."""
        return self.average * self.deviation > 0 and abs(self.deviation) >= 1


def signals(deviations: Sequence[float] | npt.NDArray[np.float64], *, unsure: float = 0.0) -> list[Signal]:
    """The chart of a series that has mean 0 and deviation 1 while nothing happens, from its first point on.

    `unsure`: the deviation of the estimated mean itself, which the limits must allow for as well: a baseline is
    measured, not known (Jones, Champ and Rigdon, Technometrics 43, 2001).
    """
    signal = import_module("scipy.signal")  # read when it is first asked for, as scipy.stats
    averages = signal.lfilter([LAMBDA], [1, LAMBDA - 1], np.asarray(deviations, dtype=float))
    points = np.arange(1, len(averages) + 1)
    kept = 1 - (1 - LAMBDA) ** points
    own = LAMBDA / (2 - LAMBDA) * (1 - (1 - LAMBDA) ** (2 * points))
    spread = np.sqrt(own + (unsure * kept) ** 2)
    ps = 2 * stats().norm.sf(np.abs(averages) / spread)
    return [
        Signal(float(average), float(LIMIT * width), float(p), float(point))
        for average, width, p, point in zip(averages, spread, ps, deviations, strict=True)
    ]
