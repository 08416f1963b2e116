"""How far two reviewers agree beyond chance: Cohen's kappa, in words, and what it cannot say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

LEAST: Final = 10
"""Fewer tickets than this say next to nothing of two reviewers; the page says so."""
# Landis and Koch, Biometrics 33 (1977), table 2.
WORDS: Final = (
    (0.0, _("no more than chance")),
    (0.2, _("slight")),
    (0.4, _("fair")),
    (0.6, _("moderate")),
    (0.8, _("substantial")),
    (math.inf, _("almost perfect")),
)


@dataclass(frozen=True)
class Agreement:
    """Of n tickets that both scored. `kappa` None: both gave one and the same score throughout, so that chance alone
    would agree as well, or there was no ticket at all. `low`, `high`: its 95 % interval. `is_weighted`: on a scale of
    several steps, where one step apart is not as bad as three; `apart` more tickets are N/A for one of the two only."""

    n: int
    same: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None
    is_weighted: bool = False
    apart: int = 0

    @property
    def share(self) -> float | None:
        """How many were scored alike, 0 to 1."""
        return self.same / self.n if self.n else None

    @property
    def words(self) -> str | Promise:
        """How far they agree, in plain words."""
        if self.n == 0:
            return _("not scored by both yet")
        if self.kappa is None:
            return _("not defined: both gave the same score to every ticket")
        if self.kappa < 0:
            return _("worse than chance")
        return next(words for most, words in WORDS if self.kappa <= most)

    @property
    def missing(self) -> str | Promise:
        """What stands where a figure cannot be told."""
        return _("not measured") if self.n == 0 else _("not defined")

    @property
    def is_small(self) -> bool:
        return 0 < self.n < LEAST


Pairs = Sequence[tuple[int | None, int | None]]


def agreement(pairs: Pairs, top: int = 1) -> Agreement:
    """Cohen's kappa of what two reviewers gave the same tickets, each 0 to `top` or None where it did not apply.

    Of two values it is plain, and "did not apply" a score like another: J. Cohen, Educational and Psychological
    Measurement 20 (1960). A scale of more steps has an order: there it is weighted by the squared distance (J. Cohen,
    Psychological Bulletin 70 (1968)), of the tickets that both scored, for N/A is no place on the scale.
    Computed by statsmodels.
    """
    if top < 2:
        return _kappa(pairs, sorted({score for pair in pairs for score in pair}, key=str), None)
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    apart = sum((one is None) != (other is None) for one, other in pairs)
    found = _kappa(both, list(range(top + 1)), "quadratic")
    return replace(found, is_weighted=True, apart=apart)


def _kappa(pairs: Pairs, scale: Sequence[int | None], weights: str | None) -> Agreement:
    """`weights` as statsmodels names them; the scale in its order."""
    same = sum(one == other for one, other in pairs)
    if len({score for pair in pairs for score in pair}) < 2:
        return Agreement(len(pairs), same)
    place = {score: at for at, score in enumerate(scale)}
    table = np.zeros((len(scale), len(scale)))
    for one, other in pairs:
        table[place[one], place[other]] += 1
    rating = import_module("statsmodels.stats.inter_rater")  # slow to import, and one page needs it
    with np.errstate(invalid="ignore", divide="ignore"):
        found = rating.cohens_kappa(table, wt=weights)
    kappa = round(float(found.kappa), 9)
    if math.isnan(kappa):
        return Agreement(len(pairs), same)
    low, high = float(found.kappa_low), float(found.kappa_upp)
    if math.isnan(low) or math.isnan(high) or low == high:  # one who never varies leaves no interval
        return Agreement(len(pairs), same, kappa)
    return Agreement(len(pairs), same, kappa, max(-1.0, low), min(1.0, high))
