"""How far two reviewers agree beyond chance: Cohen's kappa, in words, and what it cannot say."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from django.utils.translation import gettext_lazy as _
from statsmodels.stats.inter_rater import cohens_kappa

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
    would agree as well, or there was no ticket at all. `low`, `high`: its 95 % interval."""

    n: int
    same: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None

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
    def is_small(self) -> bool:
        return 0 < self.n < LEAST


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa of what two reviewers gave the same tickets, unweighted; "did not apply" is a score like another.

    J. Cohen, Educational and Psychological Measurement 20 (1960); computed by statsmodels.
    """
    same = sum(one == other for one, other in pairs)
    given = sorted({score for pair in pairs for score in pair}, key=str)
    if len(given) < 2:
        return Agreement(len(pairs), same)
    place = {score: at for at, score in enumerate(given)}
    table = np.zeros((len(given), len(given)))
    for one, other in pairs:
        table[place[one], place[other]] += 1
    with np.errstate(invalid="ignore", divide="ignore"):
        found = cohens_kappa(table)
    kappa = round(float(found.kappa), 9)
    if math.isnan(kappa):
        return Agreement(len(pairs), same)
    low, high = float(found.kappa_low), float(found.kappa_upp)
    if math.isnan(low) or math.isnan(high) or low == high:  # one who never varies leaves no interval
        return Agreement(len(pairs), same, kappa)
    return Agreement(len(pairs), same, kappa, max(-1.0, low), min(1.0, high))
