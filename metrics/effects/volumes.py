"""How far the tickets a day differ before and after: by Welch where all teams began together, else team by team.

Where teams began on different days, an outage of one day lies on several days of theirs. Their days are not added up,
so that it is not taken for several.
"""

from __future__ import annotations

from datetime import date
from math import exp, log
from typing import Any

import numpy as np

from metrics import differences
from metrics.differences import Estimate
from metrics.effects.counting import Counts
from metrics.effects.regressing import change_of_days
from metrics.effects.windows import Windows


def change(own: Windows, found: Counts, confidence: float, *, ours: bool) -> Estimate | None:
    """The ratio of the geometric means of a group's tickets a day, after by before."""
    return _ratio(own, found, confidence, (ours,))


def change_against_others(own: Windows, found: Counts, confidence: float) -> Estimate | None:
    """The same of ours by that of the comparison group: the ratio of ratios."""
    return _ratio(own, found, confidence, (True, False))


def _ratio(own: Windows, found: Counts, confidence: float, groups: tuple[bool, ...]) -> Estimate | None:
    apart = found.by_delay()
    if len(apart) < 2:
        before, after = (_logs(found, *side, groups) for side in (own.before, own.after))
        return differences.ratio_of_logs(after, before, confidence=confidence)
    rows = [row for each in apart for row in _rows(own, each, groups)]
    if not rows:
        return None
    day, wave, is_after, value, weight = (np.array(column) for column in zip(*rows, strict=True))
    estimate = change_of_days(
        day=day, wave=wave, after=is_after, value=value, weight=weight, confidence=confidence
    )
    return estimate and Estimate(exp(estimate.value), exp(estimate.low), exp(estimate.high), estimate.p)


def _rows(own: Windows, found: Counts, groups: tuple[bool, ...]) -> list[Any]:
    """Of teams that began together: calendar day, wave, after or not, logarithm, and how much it weighs: tickets."""
    later, sides = int(found.later[0]), (own.before, own.after)
    weight = sum(found.sums(*side, ours=groups[0])[0] for side in sides)
    if not weight:
        return []
    return [
        ((side[0] - found.first).days + place + later, later, number, value, weight)
        for number, side in enumerate(sides)
        for place, value in enumerate(_logs(found, *side, groups))
    ]


def _logs(found: Counts, first: date, last: date, groups: tuple[bool, ...]) -> list[float]:
    """ln of each day's tickets; of two groups, of their ratio. Half a ticket more: a day without any has one."""
    own, *others = ([log(n + 0.5) for n in found.daily(first, last, ours=ours)[0]] for ours in groups)
    return [mine - other for mine, other in zip(own, others[0], strict=True)] if others else own
