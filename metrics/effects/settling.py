"""What a card may say: which measures moved, all looks, sites and measures considered, and what it could not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from math import exp, log
from typing import Final

from metrics import differences
from metrics.differences import Estimate
from metrics.effects.measures import Kind
from metrics.effects.readings import Reading
from metrics.effects.spending import level, over_all_looks

FALSE_SHARE: Final = 0.05
POWER: Final = 0.8


def settled(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one card with their verdicts. Each p is made good for the looks (spending.py), times the sites
    (Bonferroni), and then all of the card are looked at together (Benjamini and Hochberg)."""
    measured = [reading for reading in readings if reading.p is not None]
    ps = [min(1.0, each.sites * over_all_looks(each.p or 0.0, each.looks)) for each in measured]
    together = iter(differences.adjusted(ps))
    return [
        reading
        if reading.p is None
        else replace(_said(reading, next(together)), needed=needed(reading, len(measured)))
        for reading in readings
    ]


def _said(reading: Reading, q: float) -> Reading:
    """It moved only if its own change and that against the comparison group are beyond chance, in one direction."""
    neutral = 0.0 if reading.kind == Kind.SHARE else 1.0
    assert reading.ours is not None  # noqa: S101 - it has a p
    change, effect = reading.ours.change, reading.effect
    up = change.value > neutral
    agrees = effect is None or (effect.value > neutral) == up
    if q <= FALSE_SHARE and agrees:
        return replace(reading, q=q, verdict="up" if up else "down")
    alone = _excludes(change, neutral) and effect is not None and not _excludes(effect, neutral)
    return replace(reading, q=q, verdict="with_others" if alone else "no_difference")


def _excludes(found: Estimate, neutral: float) -> bool:
    return found.low > neutral or found.high < neutral


def needed(reading: Reading, measures: int) -> float | None:
    """The smallest change that the card would have named 8 times in 10, were it the only one of its `measures` that
    moved: a difference of shares, or a ratio above 1. Known only after the fact, from how wide the intervals came out.

    The detectable effect of a two-sided normal test, (z of the level + z of the power) standard errors.
    """
    if reading.ours is None:
        return None
    is_share = reading.kind == Kind.SHARE
    wide = max(_half(found, is_share) for found in (reading.ours.change, reading.effect) if found)
    strict = level(reading.looks, FALSE_SHARE / reading.sites / measures)
    ndtri = import_module("scipy.special").ndtri
    errors = float((ndtri(POWER) - ndtri(strict / 2)) / -ndtri((1 - reading.confidence) / 2))
    return wide * errors if is_share else exp(wide * errors)


def _half(found: Estimate, is_share: bool) -> float:
    return (found.high - found.low if is_share else log(found.high / found.low)) / 2


def moved(readings: Sequence[Reading]) -> list[Reading]:
    """Those that moved."""
    return [reading for reading in readings if reading.verdict in {"up", "down"}]
