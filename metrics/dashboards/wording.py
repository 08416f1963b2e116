"""Figures, intervals and differences in words, by the unit of their metric."""

from __future__ import annotations

from metrics.dashboards.comparing import Change
from metrics.definitions import Metric, Unit
from metrics.reporting import Figure
from sopdesk.text.figures import NOTHING, clock, grouped, points, share, signed


def said(metric: Metric, value: float | None, language: str | None = None) -> str:
    """A value of this metric: 84.2 %, 6:40, 9,214; `language` as sopdesk.text.figures has it."""
    if metric.unit is Unit.SHARE:
        return share(value, language=language)
    return clock(value) if metric.unit is Unit.SECONDS else grouped(value, language=language)


def interval(figure: Figure, language: str | None = None) -> str:
    """Its 95 % interval, "" without one."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{said(figure.metric, figure.low, language)} – {said(figure.metric, figure.high, language)}"


def difference(metric: Metric, value: float | None) -> str:
    """A difference of two figures of this metric, with its sign."""
    if value is None:
        return NOTHING
    if metric.unit is Unit.SHARE:
        return points(value)
    if metric.unit is Unit.SECONDS:
        return f"+{clock(value)}" if value > 0 else clock(value)
    return signed(value, 0)


def reach(metric: Metric, change: Change) -> str:
    """The 95 % interval of a difference, "" without one."""
    if change.low is None or change.high is None:
        return ""
    return f"{difference(metric, change.low)} … {difference(metric, change.high)}"
