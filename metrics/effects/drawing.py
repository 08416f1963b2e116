"""Where the marks of a card's pictures stand, in the units of their SVG. Beside each picture stands its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from metrics.effects.scale import ticks

WIDE, HIGH = 440.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 16.0, 22.0, 26.0
DOTS_WIDE: Final = 240.0
PAD: Final = 12.0
TICKS: Final = 4  # days are written as large as on the page


@dataclass(frozen=True)
class Dot:
    """A value at x with its interval from low to high, on a row."""

    x: float
    low: float
    high: float
    y: float


@dataclass(frozen=True)
class Dots:
    before: Dot
    after: Dot


@dataclass(frozen=True)
class Mark:
    """A point of a line with its interval."""

    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Week:
    """A line of the table beside the picture: a week's figure of each group, None where it has none. `name`: counted
    from the week in which teams began."""

    day: date
    name: str
    ours: dict[str, Any] | None
    others: dict[str, Any] | None
    is_between: bool


@dataclass(frozen=True)
class Lines:
    """The weekly series: ours with intervals, the comparison group's, publications, and the week between."""

    ours: list[Mark]
    ours_path: str
    others_path: str
    effective: float
    washout: tuple[float, float]
    published: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    scale: list[tuple[float, str]]
    rows: list[Week]


def _place(low: float, high: float, begins: float, ends: float) -> Callable[[float], float]:
    """From a value to where it stands; a scale without extent puts all in the middle."""
    if high <= low:
        return lambda _value: (begins + ends) / 2
    return lambda value: round(begins + (value - low) / (high - low) * (ends - begins), 1)


def dots(data: dict[str, Any]) -> Dots | None:
    """Before above, after below, on one scale."""
    ours = data["ours"]
    if not ours:
        return None
    sides = [ours["before"], ours["after"]]
    ends = [_or(side[name], side["value"]) for side in sides for name in ("low", "high")]
    x = _place(min(ends), max(ends), PAD, DOTS_WIDE - PAD)
    first, second = (
        Dot(x(side["value"]), x(_or(side["low"], side["value"])), x(_or(side["high"], side["value"])), y)
        for side, y in zip(sides, (12.0, 32.0), strict=True)
    )
    return Dots(first, second)


def lines(
    data: dict[str, Any],
    effective: date,
    unit: str,
    *,
    is_by_team: bool = False,
    published: Sequence[tuple[date, str]] = (),
) -> Lines | None:
    """Weekly points from the first day compared on, on a scale of round values; None without any of ours. `is_by_team`:
    weeks are counted from each team's own day, so none of them has a date."""
    points = [(day, point) for point in data["points"] if (day := parse_date(point["day"]))]
    own = [(day, point["ours"]) for day, point in points if point["ours"]]
    other = [(day, point["others"]) for day, point in points if point["others"] and data["others"]]
    if not own:
        return None
    first, last = points[0][0], points[-1][0] + timedelta(days=7)
    x = _place(0, (last - first).days, LEFT, WIDE - RIGHT)
    ends = [_or(side[name], side["value"]) for _day, side in own for name in ("low", "high")]
    ends += [side["value"] for _day, side in other]
    scale = ticks(min(ends), max(ends), unit)
    y = _place(scale[0].value, scale[-1].value, HIGH - BOTTOM, TOP)
    marks = [_mark(x((day - first).days + 3.5), y, side) for day, side in own]
    others = [_mark(x((day - first).days + 3.5), y, side) for day, side in other]
    begins = (effective - first).days

    def named(day: date) -> str:
        return _signed((day - effective).days // 7)

    return Lines(
        ours=marks, ours_path=_path(marks), others_path=_path(others),
        effective=x(begins), washout=(x(begins), round(x(begins + 7) - x(begins), 1)),
        published=[(x((day - first).days), name) for day, name in published if first <= day < last],
        ticks=[
            (x((day - first).days), named(day) if is_by_team else date_format(day, "j M"))
            for day, _point in points[:: max(1, -(-len(points) // TICKS))]
        ],
        scale=[(y(tick.value), tick.text) for tick in scale],
        rows=[Week(day, named(day), point["ours"], point["others"], begins <= (day - first).days < begins + 7)
              for day, point in points],
    )  # fmt: skip


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}") if number else "0"


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _mark(x: float, y: Callable[[float], float], side: dict[str, Any]) -> Mark:
    low, high = (None if side[name] is None else y(side[name]) for name in ("low", "high"))
    return Mark(x, y(side["value"]), low, high)


def _path(marks: Sequence[Mark]) -> str:
    return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in marks)
