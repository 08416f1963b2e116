"""The definitions as data, and in the order in which the help page shows them."""

from __future__ import annotations

from typing import Any

from metrics.asking import known
from metrics.definitions import Metric
from metrics.dimensions import DIMENSIONS


def metrics() -> list[Metric]:
    """Each metric that has words of its own: CSAT on one scale shares those of CSAT."""
    return [metric for metric in known().values() if not metric.of]


def definitions() -> dict[str, Any]:
    """All that a metric is, and by what it can be cut, as plain values."""
    return {
        "metrics": [_described(metric) for metric in known().values()],
        "dimensions": [{"key": one.key, "label": str(one.label)} for one in DIMENSIONS.values()],
    }


def _described(metric: Metric) -> dict[str, Any]:
    return {
        "key": metric.key, "label": str(metric.label), "unit": metric.unit.value, "formula": str(metric.formula),
        "numerator": [*metric.numerator], "denominator": [*metric.denominator], "prose": str(metric.prose),
        "counts_on": str(metric.day), "left_out": str(metric.excluded), "source": metric.source,
        "needs": sorted(metric.needs), "shown_from_n": metric.least, "mature_after_days": metric.mature_days,
        "better": {1: "more", -1: "less"}.get(metric.better, "neither"), "is_median": bool(metric.log),
    }  # fmt: skip
