"""What a day of a series should have been, and by how many deviations it was not, weekday pattern taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.intervals import stats
from metrics.watching import ewma

Floats = npt.NDArray[np.float64]
BASE: Final = 56  # days that say what is usual: eight of each weekday
RUN: Final = 14  # days that the average looks back over
DAYS: Final = BASE + RUN
LEAST_A_DAY: Final = 2.0  # answers, or handled contacts
LEAST_THAT_DAY: Final = 5  # answers or contacts on the day itself: one very long contact is no spike
FEW: Final = 0.25  # tickets a day; where fewer are usual, two on one day are no spike yet
TRIM: Final = 0.13  # of eight values the highest and the lowest are left out
NORMAL_IQR: Final = 1.349


@dataclass(frozen=True)
class Standing:
    """The last day of a series: what it was, what it should have been, and where the control chart stands."""

    value: float
    expected: float
    n: int
    signal: ewma.Signal


def volume(created: Floats) -> Standing | None:
    """Tickets a day. Square roots make counts equally noisy at every level (Anscombe, Biometrika 35, 1948)."""
    if not created.any():
        return None
    usual = np.maximum(FEW, stats().trim_mean(created[:BASE].reshape(-1, 7), TRIM, axis=0))
    expected = np.tile(usual, DAYS // 7)
    noise = 2 * (np.sqrt(created + 3 / 8) - np.sqrt(expected + 1 / 8))
    wider = np.sqrt(1 + 7 / BASE)  # each weekday's usual number is itself a mean of eight
    signal = _last(noise / wider, shrunk=np.sqrt(1 - 7 / BASE) / wider)
    return Standing(float(created[-1]), float(expected[-1]), int(created[-1]), signal)


def share(hits: Floats, n: Floats) -> Standing | None:
    """A share of each day's answers, against that of the base days; a day with few answers says nothing."""
    if n[:BASE].mean() < LEAST_A_DAY or n[-1] < LEAST_THAT_DAY:
        return None
    usual = (hits[:BASE].sum() + 0.5) / (n[:BASE].sum() + 1)
    noise = (hits - n * usual) / np.sqrt(np.maximum(n, 1) * usual * (1 - usual))
    return Standing(float(hits[-1] / n[-1]), float(usual), int(n[-1]), _last(noise))


def mean(total: Floats, squares: Floats, n: Floats) -> Standing | None:
    """The mean of each day's values, against that of the base days."""
    base = n[:BASE].sum()
    if base < LEAST_A_DAY * BASE or n[-1] < LEAST_THAT_DAY:
        return None
    usual = total[:BASE].sum() / base
    deviation = np.sqrt(max(squares[:BASE].sum() / base - usual * usual, 0.0))
    if not deviation:
        return None
    noise = (total - n * usual) / (deviation * np.sqrt(np.maximum(n, 1)))
    return Standing(float(total[-1] / n[-1]), float(usual), int(n[-1]), _last(noise))


def _last(noise: Floats, shrunk: float = 1.0) -> ewma.Signal:
    """The chart's last point. Where the base days vary more than chance alone would, so may the days watched."""
    spread = float(stats().iqr(noise[:BASE])) / NORMAL_IQR / shrunk
    return ewma.signals(noise[BASE:] / max(1.0, spread), unsure=1 / np.sqrt(BASE))[-1]
