"""On which scale CSAT is told: one, chosen once for all that stands together, and never two mixed.

A page, a table, a trend and what it is compared with are of the scale with most answers among all of its tickets,
unless a person chose another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from metrics.definitions import CSAT, SCALES, Metric

Parts = Mapping[str, Any]
CHOICES: Final = (
    ("", _("Most answers")),
    *((metric.scale, metric.label) for metric in SCALES),
)


def on_one_scale(metric: Metric, found: Parts, wanted: str = "") -> Metric:
    """CSAT on the scale with most answers among these parts, or on the one `wanted`; CSAT itself where nobody answered.
    Any other metric as it is."""
    if metric.key != CSAT.key:
        return metric
    if wanted:
        return next((each for each in SCALES if each.scale == wanted), metric)
    most = max(SCALES, key=lambda each: answers(each, found))
    return most if answers(most, found) else metric


def answers(metric: Metric, found: Parts) -> int:
    """How many answers there are on the scale of this metric."""
    return sum(int(found.get(name, 0)) for name in metric.denominator)


def satisfied(metric: Metric, found: Parts) -> int:
    """How many of them are satisfied."""
    return sum(int(found.get(name, 0)) for name in metric.numerator)


def others(metric: Metric, found: Parts) -> list[tuple[Metric, int]]:
    """The other scales that have answers, and how many."""
    counted = [(each, answers(each, found)) for each in SCALES if each.key != metric.key]
    return [(each, n) for each, n in counted if n]
