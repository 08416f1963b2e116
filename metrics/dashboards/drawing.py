"""Figures as pictures: what static/js/chart.js draws, and small lines as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from metrics.dashboards.breaking_down import Line
from metrics.definitions import Metric
from metrics.reporting import Point

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 72, 20, 2
DOTS_SHOWN: Final = 25


def trend(
    metric: Metric,
    points: Sequence[Point],
    others: Sequence[Point] = (),
    *,
    other_name: str = "",
    marks: Iterable[dict[str, str]] = (),
) -> dict[str, Any]:
    """The metric over time with its interval, what it is compared with as a thin line, and publications as marks."""
    series = [{"name": str(metric.label), "values": [_short(point.figure.value) for point in points]}]
    if metric.denominator:
        series[0]["low"] = [_short(point.figure.low) for point in points]
        series[0]["high"] = [_short(point.figure.high) for point in points]
    if any(point.figure.value is not None for point in others):
        values = [_short(point.figure.value) for point in others][: len(points)]
        series.append({"name": other_name, "values": values, "faint": True})  # type: ignore[dict-item]
    return {
        "x": [point.day.isoformat() for point in points],
        "format": metric.unit.value,
        "kind": "line" if metric.denominator else "bar",
        "series": series,
        "marks": list(marks),
    }


def dots(metric: Metric, lines: Sequence[Line]) -> dict[str, Any]:
    """Each line as a dot with its interval, or a bar where it is a count; the order of the table."""
    shown = [line for line in lines if line.figure.value is not None][:DOTS_SHOWN]
    return {
        "layout": "dots",
        "kind": "dot" if metric.denominator else "bar",
        "format": metric.unit.value,
        "names": [line.name.whole for line in shown],
        "values": [_short(line.figure.value) for line in shown],
        "low": [_short(line.figure.low) for line in shown],
        "high": [_short(line.figure.high) for line in shown],
        "others": [_short(line.other.value) if line.other else None for line in shown],
    }


def spark(values: Sequence[float | None]) -> list[str]:
    """The points of the lines of a small picture, as SVG's polyline takes them; gaps part lines. None where half or
    more is missing: single dots say nothing."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or 2 * len(known) <= len(values):
        return []
    low, high = min(known), max(known)
    reach = (high - low) or 1.0
    across = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(1, len(values) - 1)
    drawn, line = [], list[str]()
    for number, value in enumerate([*values, None]):
        if value is not None:
            up = (value - low) / reach * (SPARK_HEIGHT - 2 * SPARK_EDGE)
            line.append(f"{SPARK_EDGE + number * across:.1f},{SPARK_HEIGHT - SPARK_EDGE - up:.1f}")
        elif line:
            drawn.append(" ".join(line * 2 if len(line) == 1 else line))
            line = []
    return drawn


def nearest(day: date, days: Sequence[date]) -> date | None:
    """The point of a chart in which a day lies: the last that begins on it or before."""
    earlier = [each for each in days if each <= day]
    return earlier[-1] if earlier else None


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
