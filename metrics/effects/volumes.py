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
from metrics.effects.measures import CREATED
from metrics.effects.regressing import change_of_days
from metrics.effects.windows import Windows


def change(own: Windows, found: Counts, confidence: float, *, ours: bool) -> Estimate | None:
    """The ratio of the geometric means of a group's tickets a day, after by before."""
    return _ratio(own, found, confidence, (ours,))


def change_against_others(own: Windows, found: Counts, confidence: float) -> Estimate | None:
    """The same of ours by that of the comparison group: the ratio of ratios. A wave without a comparison group adds
    nothing; None where none has one."""
    return _ratio(own, found, confidence, (True, False))


def _ratio(own: Windows, found: Counts, confidence: float, groups: tuple[bool, ...]) -> Estimate | None:
    weighed = [(wave, weight) for wave in found.by_delay() if (weight := _weight(own, wave, groups))]
    if not weighed:
        return None
    if len(weighed) == 1:
        before, after = (_logs(weighed[0][0], *side, groups) for side in (own.before, own.after))
        return differences.ratio_of_logs(after, before, confidence=confidence)
    rows = [row for each, weight in weighed for row in _rows(own, each, weight, groups)]
    day, wave, is_after, value, weights = (np.array(column) for column in zip(*rows, strict=True))
    estimate = change_of_days(
        day=day, wave=wave, after=is_after, value=value, weight=weights, confidence=confidence
    )
    return estimate and Estimate(exp(estimate.value), exp(estimate.low), exp(estimate.high), estimate.p)


def _weight(own: Windows, wave: Counts, groups: tuple[bool, ...]) -> float:
    """How much teams that began together weigh: by their tickets. Against the comparison group by the variance that
    tickets alone give a ratio of ratios, 1/n of each of the four numbers, as cells do in a difference of differences:
    many of ours beside few others tell little. 0 where ours lack a side, or where there are too few others."""
    sums = [[wave.sums(*side, ours=ours)[0] for side in (own.before, own.after)] for ours in groups]
    if len(groups) == 1:
        return sum(sums[0])
    ours, others = sums
    if not min(ours) or min(others) < CREATED.least:
        return 0
    return 1 / sum(1 / n for n in (*ours, *others))


def _rows(own: Windows, wave: Counts, weight: float, groups: tuple[bool, ...]) -> list[Any]:
    """Of teams that began together: calendar day, wave, after or not, logarithm, and how much it weighs."""
    later = int(wave.later[0])
    return [
        ((side[0] - wave.first).days + place + later, later, number, value, weight)
        for number, side in enumerate((own.before, own.after))
        for place, value in enumerate(_logs(wave, *side, groups))
    ]


def _logs(found: Counts, first: date, last: date, groups: tuple[bool, ...]) -> list[float]:
    """ln of each day's tickets; of two groups, of their ratio. Half a ticket more: a day without any has one."""
    own, *others = ([log(n + 0.5) for n in found.daily(first, last, ours=ours)[0]] for ours in groups)
    return [mine - other for mine, other in zip(own, others[0], strict=True)] if others else own
