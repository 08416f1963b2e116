"""When things happen to a demo ticket: reply, waiting for the customer, solve, reopening, rating."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.business_time import Clock

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HOUR: Final = 3600
DAY: Final = 24 * HOUR
# Median of the first reply in desk time, seconds.
REPLY: Final = {"email": 2.2 * HOUR, "chat": 100.0, "phone": 25.0, "in_app": 1.4 * HOUR}
URGENCY: Final = {"low": 1.5, "normal": 1.0, "high": 0.6, "urgent": 0.3}


@dataclass(frozen=True)
class Times:
    """Unix seconds, one array each; -1 where it does not happen. Whatever lies after the end has not happened yet."""

    replied: Ints
    pending_from: Ints
    pending_to: Ints
    first_solved: Ints
    reopened: Ints
    solved: Ints
    rated: Ints
    closed: Ints


def draw_times(
    rng: np.random.Generator,
    *,
    created: Ints,
    channel: npt.NDArray[np.str_],
    priority: npt.NDArray[np.str_],
    slow: Floats,
    solve_h: Floats,
    pending: Floats,
    reopen: Floats,
    clock: Clock,
    end: int,
) -> Times:
    """`slow`, `solve_h` (hours), `pending` and `reopen` (shares) are one value a ticket."""
    count = len(created)
    haste = np.array([URGENCY[p] for p in priority])
    wait = np.array([REPLY[c] for c in channel]) * slow * haste * _log(rng, 0.9, count)
    replied = _after(clock, created, wait, live=np.isin(channel, ["chat", "phone"]))
    waits = rng.random(count) < pending
    pending_from = np.where(waits, replied + (10 * 60 * _log(rng, 0.6, count)).astype(np.int64), -1)
    pending_to = np.where(waits, pending_from + (14 * HOUR * _log(rng, 1.0, count)).astype(np.int64), -1)
    work = solve_h * HOUR * 0.5 * haste * _log(rng, 0.9, count)
    first_solved = _after(clock, np.where(waits, pending_to, replied), work, live=np.zeros(count, dtype=bool))
    again = rng.random(count) < reopen
    reopened = np.where(again, first_solved + (DAY * rng.uniform(0.1, 5.5, count)).astype(np.int64), -1)
    again = again & (reopened <= end)
    rework = _after(clock, reopened, 5 * HOUR * _log(rng, 0.8, count), live=np.zeros(count, dtype=bool))
    solved = np.where(again, rework, first_solved)
    rated = solved + (5 * HOUR * _log(rng, 1.1, count)).astype(np.int64)
    return Times(
        replied,
        pending_from,
        pending_to,
        first_solved,
        np.where(again, reopened, -1),
        solved,
        rated,
        solved + 4 * DAY,
    )


def _log(rng: np.random.Generator, sigma: float, count: int) -> Floats:
    return np.exp(rng.normal(0, sigma, count))


def _after(clock: Clock, moment: Ints, seconds: Floats, *, live: npt.NDArray[np.bool_]) -> Ints:
    """That many seconds of desk time later; of plain time where somebody is on the line."""
    by_desk = clock.moment(clock.at(moment) + np.maximum(1, seconds).astype(np.int64))
    return np.where(live, moment + np.maximum(1, seconds).astype(np.int64), np.maximum(by_desk, moment + 1))
