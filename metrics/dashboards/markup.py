"""Pieces of HTML that a dashboard has a hundred times: a template for each of them took longer than the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from metrics.dashboards import drawing, wording
from metrics.dashboards.comparing import Change
from metrics.definitions import Metric
from metrics.reporting import Figure, Point
from sopdesk.text.figures import NOTHING, grouped, in_words
from sopdesk.text.icons import icon

_SPARK: Final = (
    '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" focusable="false">'
    "{}</svg>"
)
_TONES: Final = {1: "tone-green", 0: "tone-neutral", -1: "tone-red"}


def change(moved: Change, metric: Metric) -> str:
    """How far a figure moved: an arrow, the difference, its interval as title, and in words whether that is good."""
    difference, reach = wording.difference(metric, moved.value), wording.reach(metric, moved)
    title = format_html(' title="{}: {}"', _("95 % interval of the difference"), reach) if reach else ""
    judged = {1: _("better"), -1: _("worse")}.get(moved.direction)
    return format_html(
        '<span class="change {}"><span class="tone"{}>{} {}{}</span></span>',
        _TONES[moved.direction],
        title,
        icon(_arrow(moved, difference)),
        difference,
        format_html(' <span class="visually-hidden">{}</span>', judged) if judged else "",
    )


def _arrow(moved: Change, difference: str) -> str:
    """None where nothing is left of the difference as it is written: of 0.0 pp or 0:00."""
    if not any(digit in "123456789" for digit in difference):
        return "minus"
    return "trending-up" if moved.value > 0 else "trending-down"


def point_rows(pairs: Iterable[tuple[Point, Point | None]], *, compared: bool) -> str:
    """Rows of From, value, n, interval; and of the other side value and n, if anything is compared."""
    row = '<tr><th scope="row">{}</th><td class="num">{}</td><td class="num">{}</td><td class="num">{}</td>{}</tr>'
    return format_html_join(
        "\n",
        row,
        (
            (
                _time(point.day, in_words(point.day)), _value(point.figure), grouped(point.figure.n),
                wording.interval(point.figure), _beside(point, other) if compared else "",
            )
            for point, other in pairs
        ),
    )  # fmt: skip


def _beside(point: Point, other: Point | None) -> str:
    if other is None:
        return format_html('<td class="num">{}</td><td class="num">{}</td>', NOTHING, NOTHING)
    day = _time(other.day, date_format(other.day, "j M"), "soft") if other.day != point.day else ""
    return format_html(
        '<td class="num">{} {}</td><td class="num">{}</td>',
        _value(other.figure),
        day,
        grouped(other.figure.n),
    )


def _time(day: date, said: str, css: str = "") -> str:
    return format_html(
        '<time{} datetime="{}">{}</time>', format_html(' class="{}"', css) if css else "", day, said
    )


def _value(figure: Figure) -> str:
    if figure.value is None and figure.is_small:
        return format_html('<span class="soft">{}</span>', _("too few"))
    return NOTHING if figure.value is None else wording.said(figure.metric, figure.value)


def spark(values: Sequence[float | None]) -> str:
    """A figure over time in one word's space; the page's table has the values."""
    lines = format_html_join("", '<polyline points="{}"/>', ((points,) for points in drawing.spark(values)))
    return lines and format_html(_SPARK, lines, w=drawing.SPARK_WIDTH, h=drawing.SPARK_HEIGHT)
