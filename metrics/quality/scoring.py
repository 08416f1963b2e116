"""The score of one review. IQS = Σ(weight × score) ÷ Σ weight, with N/A left out, and 0 after a critical fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Marked:
    """One criterion as it was scored. `score` from 0 to `top`; None did not apply."""

    weight: int
    top: int
    score: int | None
    is_critical: bool = False


@dataclass(frozen=True)
class Scored:
    """`share` from 0 to 1; None when nothing applied, and the review counts nowhere."""

    share: float | None
    has_critical_fail: bool


def score(marks: Iterable[Marked]) -> Scored:
    """The review's score. A critical criterion with 0 is a critical fail; one that did not apply is none."""
    applied = [mark for mark in marks if mark.score is not None]
    failed = any(mark.is_critical and mark.score == 0 for mark in applied)
    weights = sum(mark.weight for mark in applied)
    if not weights:
        return Scored(None, False)
    earned = sum(mark.weight * (mark.score or 0) / mark.top for mark in applied)
    return Scored(0.0 if failed else earned / weights, failed)
