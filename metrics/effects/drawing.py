"""The pictures of a card: its weeks for static/js/chart.js, small dots as SVG. Beside each stands its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from metrics.effects.windows import WEEK

DOTS_WIDE: Final = 240.0
PAD: Final = 12.0


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

    chart: dict[str, Any]
    rows: list[Week]
    has_others: bool
    has_published: bool


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
    """Weekly points from the first day compared on; None without any of ours. `is_by_team`: weeks are counted from each
    team's own day, so none of them has a date."""
    rows = [
        Week(
            day,
            _signed((day - effective).days // 7),
            point["ours"],
            point["others"] if data["others"] else None,
            effective <= day < effective + WEEK,
        )
        for point in data["points"]
        if (day := parse_date(point["day"]))
    ]
    if not any(row.ours for row in rows):
        return None
    names = [row.name if is_by_team else row.day.isoformat() for row in rows]
    has_others = any(row.others for row in rows)
    began = [(effective, _("began") if is_by_team else _("in force"))]
    chart = {
        "x": names,
        "format": unit,
        "series": [_ours(rows), *([_others(rows)] if has_others else [])],
        "marks": _marks([*began, *published], rows, names),
        "shaded": _between(rows, names),
    }
    return Lines(
        chart,
        rows,
        has_others,
        any(row.day <= day < row.day + WEEK for day, _name in published for row in rows),
    )


def _ours(rows: Sequence[Week]) -> dict[str, Any]:
    low, high = ([row.ours and row.ours[name] for row in rows] for name in ("low", "high"))
    return {
        "name": _("its labels"),
        "values": [row.ours and row.ours["value"] for row in rows],
        "low": low,
        "high": high,
    }


def _others(rows: Sequence[Week]) -> dict[str, Any]:
    values = [row.others and row.others["value"] for row in rows]
    return {"name": _("comparison group"), "values": values, "faint": True}


def _marks(
    named: Sequence[tuple[date, str]], rows: Sequence[Week], names: Sequence[str]
) -> list[dict[str, str]]:
    """At the week in which each lies, with all the names of that week."""
    at = {
        x: [name for day, name in named if row.day <= day < row.day + WEEK]
        for x, row in zip(names, rows, strict=True)
    }
    return [{"x": x, "name": ", ".join(found)} for x, found in at.items() if found]


def _between(rows: Sequence[Week], names: Sequence[str]) -> list[str]:
    """From where to where the week lies that is left out; [] without it."""
    at = next((number for number, row in enumerate(rows) if row.is_between), None)
    return [] if at is None else [*names[at : at + 2]]


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}") if number else "0"


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
