"""Several looks at one change: how much of the 5 % each look may spend, so that all of them together err no oftener.

Alpha spending by Lan and DeMets (Biometrika 70, 1983) with the function of the O'Brien–Fleming kind: next to nothing
is spent early. Boundaries by recursive integration (Armitage, McPherson and Rowe, JRSS A 132, 1969): of a statistic
that adds up, each look's sum is the last one's and an independent normal step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from math import exp, log, pi, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

LEAST_P: Final = 1e-60  # smaller ones are not told apart
MOST: Final = 0.999
NODES: Final = np.polynomial.legendre.leggauss(40)

Floats = npt.NDArray[np.float64]


def _special() -> Any:
    """scipy's functions; read when they are first asked for, as in metrics/intervals.py."""
    return import_module("scipy.special")


def _root(of: Callable[[float], float], low: float, high: float, within: float) -> float:
    """Where a function is 0, by Brent's method."""
    return float(import_module("scipy.optimize").brentq(of, low, high, xtol=within))


def spent(at: float, alpha: float) -> float:
    """How much of a two-sided `alpha` may be used up once the share `at` of the information is there; all of it at 1.
    Each side spends its half."""
    special = _special()
    return float(4 * special.ndtr(special.ndtri(alpha / 4) / sqrt(at)))


@lru_cache(maxsize=4096)
def level(looks: tuple[float, ...], alpha: float) -> float:
    """Up to which two-sided p the last of the looks may call something beyond chance.

    `looks`: the share of the whole information that each look has, rising, the last one's last. The interval of that
    look with confidence 1 − level is Jennison and Turnbull's repeated one (JRSS B 51, 1989).
    """
    points, weights = NODES
    sums, density = np.zeros(1), np.ones(1)  # where the sum may stand that no look stopped; weights included
    used, before, limit = 0.0, 0.0, 0.0
    for at in looks:
        step, may = sqrt(at - before), spent(at, alpha) - used
        limit = _limit(sums, density, step, may)
        places = points * limit
        steps = np.exp(-(((places[:, None] - sums) / step) ** 2) / 2) / (step * sqrt(2 * pi))
        density = weights * limit * (steps @ density)
        sums, before, used = places, at, used + may
    return float(2 * _special().ndtr(-limit / sqrt(before)))


def _limit(sums: Floats, density: Floats, step: float, may: float) -> float:
    """How far from 0 the next sum has to lie, so that it does so with probability `may` and no look stopped before."""
    ndtr = _special().ndtr

    def beyond(limit: float) -> float:
        outside = ndtr((sums - limit) / step) + ndtr((-limit - sums) / step)
        return float(density @ outside) - may

    return _root(beyond, 0.0, 20.0, 1e-9)


def over_all_looks(p: float, looks: Sequence[float]) -> float:
    """`p` of the last look, made good for there being several: the smallest alpha at which that look would have called
    it beyond chance. At most in 5 % of stable series is it 0.05 or less at any of the looks."""
    p, times = max(p, LEAST_P), tuple(looks)
    if p <= level(times, 1e-9):
        return 1e-9
    if p >= level(times, MOST):
        return 1.0
    return exp(_root(lambda alpha: log(level(times, exp(alpha)) / p), log(1e-9), log(MOST), 1e-4))
