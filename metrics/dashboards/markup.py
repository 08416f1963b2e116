"""Pieces of HTML that a dashboard has a hundred times: a template for each of them took longer than the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from metrics.dashboards import drawing, wording
from metrics.dashboards.comparing import Change
from metrics.definitions import Metric
from metrics.reporting import Figure, Point
from sopdesk.text.badges import when
from sopdesk.text.escaping import filled, joined
from sopdesk.text.figures import NOTHING, day_and_month, grouped, in_words
from sopdesk.text.icons import icon

_SPARK: Final = (
    f'<svg class="spark" viewBox="0 0 {drawing.SPARK_WIDTH} {drawing.SPARK_HEIGHT}" '
    f'width="{drawing.SPARK_WIDTH}" height="{drawing.SPARK_HEIGHT}" aria-hidden="true" focusable="false">'
    "{}</svg>"
)
if TYPE_CHECKING:
    from metrics.dashboards.marking import Mark

SUMMARY: Final = 140  # characters
_ROW: Final = (
    '<tr><th scope="row">{}</th><td class="num" data-label="{}">{}</td><td class="num" data-label="n">{}</td>'
    '<td class="num" data-label="{}">{}</td>{}</tr>'
)
_BESIDE: Final = '<td class="num" data-label="{}">{}{}</td><td class="num" data-label="n">{}</td>'
_LINK: Final = '<a href="{}" title="{}">{}</a>'
_MARK: Final = '<li>{} <a href="{}"><span class="key">{} v{}</span> <bdi>{}</bdi></a>{}{}</li>'
_REACH: Final = '<span class="soft text-nowrap change-reach"><span class="reach-name">{}</span> {}</span>'
_TONES: Final = {1: "tone-green", 0: "tone-neutral", -1: "tone-red"}


def change(moved: Change, metric: Metric) -> str:
    """How far a figure moved: an arrow, the difference, and in words whether that is good."""
    difference = wording.difference(metric, moved.value)
    judged = {1: _("better"), -1: _("worse")}[moved.direction] if moved.direction else ""
    return filled(
        '<span class="change {}"><span class="tone">{} {}{}</span></span>',
        _TONES[moved.direction],
        icon(_arrow(moved, difference)),
        difference,
        filled(' <span class="visually-hidden">{}</span>', judged) if judged else "",
    )


def reach(moved: Change, metric: Metric) -> str:
    """How far it may have moved, "" where nobody knows: never as a title, which neither keys nor fingers find."""
    between = wording.reach(metric, moved)
    return filled(_REACH, _("95 %:"), between) if between else ""


def _arrow(moved: Change, difference: str) -> str:
    """None where nothing is left of the difference as it is written: of 0.0 pp or 0:00."""
    if not any(digit in "123456789" for digit in difference):
        return "minus"
    return "trending-up" if moved.value > 0 else "trending-down"


Behind = Callable[[Figure, int], str]
"""The address of the tickets behind the figure of a point, by its number; "" where there is no list."""


def point_rows(
    pairs: Iterable[tuple[Point, Point | None]], metric: Metric, against: str, here: Behind, there: Behind
) -> str:
    """Rows of From, value, n, interval; and of the other side value and n, where `against` says what that is. `here`
    and `there` say where the values of both sides lead."""
    points = _Points(
        str(metric.head), _("95 % interval"), against, here, there, _("The tickets behind it"), get_language()
    )
    return joined("\n", _ROW, (points.cells(at, *pair) for at, pair in enumerate(pairs)))


@dataclass(frozen=True)
class _Points:
    """What is the same in every row of points: heads of columns, the ways to tickets, and the language."""

    name: str
    interval: str
    against: str
    here: Behind
    there: Behind
    title: str
    language: str | None

    def cells(self, at: int, point: Point, other: Point | None) -> tuple[str, ...]:
        figure = point.figure
        return (
            _time(point.day, in_words(point.day, language=self.language)),
            self.name,
            self._linked(figure, self.here(figure, at)),
            self._n(figure),
            self.interval,
            wording.interval(figure, self.language),
            self._beside(at, point, other) if self.against else "",
        )

    def _beside(self, at: int, point: Point, other: Point | None) -> str:
        if other is None:
            return filled(_BESIDE, self.against, NOTHING, "", NOTHING)
        figure, day = other.figure, ""
        if other.day != point.day:
            day = filled(" {}", _time(other.day, day_and_month(other.day, self.language), css="soft"))
        return filled(
            _BESIDE, self.against, self._linked(figure, self.there(figure, at)), day, self._n(figure)
        )

    def _n(self, figure: Figure) -> str:
        return NOTHING if figure.n_told is None else grouped(figure.n_told, language=self.language)

    def _linked(self, figure: Figure, url: str) -> str:
        said = value_or_why(figure, self.language)
        return said if figure.value is None or not url else filled(_LINK, url, self.title, said)


def _time(day: date, said: str, css: str = "") -> str:
    return filled('<time{} datetime="{}">{}</time>', filled(' class="{}"', css) if css else "", day, said)


def value_or_why(figure: Figure, language: str | None = None) -> str:
    """A figure's value, or why there is none; `language` as sopdesk.text.figures has it."""
    if figure.value is not None:
        return wording.said(figure.metric, figure.value, language)
    return filled('<span class="soft">{}</span>', _("too few") if figure.is_small else _("not measured"))


def spark(values: Sequence[float | None]) -> str:
    """A figure over time in one word's space; the page's table has the values."""
    lines = joined("", '<polyline points="{}"/>', ((points,) for points in drawing.spark(values)))
    return lines and filled(_SPARK, lines)


def marks(found: Iterable[Mark]) -> str:
    """The publications that a chart marks, an entry of a list each."""
    return joined(
        "",
        _MARK,
        (
            (
                when(mark.at), mark.url, mark.key, mark.number, mark.title,
                "" if mark.material else filled(' <span class="soft">{}</span>', _("editorial")),
                filled('<br><span class="soft" dir="auto">{}</span>', _shortened(mark.summary)) if mark.summary else "",
            )
            for mark in found
        ),
    )  # fmt: skip


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY else Truncator(text).chars(SUMMARY)
