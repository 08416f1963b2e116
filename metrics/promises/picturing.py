"""A calendar as a picture and in words: its week, its next days out of the ordinary, and what would be due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics import calendars, public_holidays
from metrics.measured_by import seconds_in_words
from metrics.models import Calendar, SlaPolicy, SlaTarget
from metrics.promises.words import DAYS, hours_in_words, who_in_words
from metrics.targets import WEIGHTS

ROW_HEIGHT, MINUTE = 22, 0.25  # a day is 360 wide
COMING: Final = 12


@dataclass(frozen=True)
class Day:
    """One line of the week: its bars as (x, width) in the picture, its hours in words."""

    name: str
    y: int
    bars: list[tuple[float, float]]
    hours: str


def week(calendar: Calendar) -> list[Day]:
    """Monday to Sunday; what goes beyond midnight is drawn on the day after."""
    bars: list[list[tuple[float, float]]] = [[] for _day in range(7)]
    for number, hours in enumerate(calendar.weekly):
        for opens, closes in hours:
            a, b = _minutes(opens), _minutes(closes)
            pieces = [(number, a, b)] if b > a else [(number, a, 1440), ((number + 1) % 7, 0, b)]
            for day, begins, ends in pieces:
                bars[day].append((begins * MINUTE, (ends - begins) * MINUTE))
    return [Day(str(DAYS[n]), n * ROW_HEIGHT, bars[n], hours_in_words(calendar.weekly[n])) for n in range(7)]


def _minutes(text: str) -> int:
    hours, _colon, minutes = text.partition(":")
    return 60 * int(hours) + int(minutes)


def coming(calendar: Calendar, today: date | None = None) -> list[tuple[date, str, str]]:
    """The next days that are not as their weekday: (day, what it is, hours)."""
    first = today or timezone.localdate()
    found: dict[date, tuple[str, str]] = {}
    named = public_holidays.named(calendar.holidays, range(first.year, first.year + 2))
    found |= {day: (name, _("closed")) for day, name in named.items()}
    found |= {day: (_("day off of our own"), _("closed")) for day in calendar.days_off}
    extra: dict[date, list[Sequence[str]]] = {}
    for day, opens, closes in calendar.extra_open:
        extra.setdefault(date.fromisoformat(day), []).append((opens, closes))
    found |= {day: (_("extra day open"), hours_in_words(hours)) for day, hours in extra.items()}
    return [(day, *found[day]) for day in sorted(found) if day >= first][:COMING]


@dataclass(frozen=True)
class Tried:
    """What would be due: the moment, and how long that is on the wall."""

    due: datetime | None
    moment: str
    wall: str
    is_open: bool


def tried(calendar: Calendar, form: Any) -> Tried:
    at, seconds = form.moment(calendar.time_zone), int(form.cleaned_data["hours"] * 3600)
    clock = calendars.clock_for(calendar, at.date() - timedelta(days=2), calendars.LAST_DAY)
    moment = int(at.astimezone(UTC).timestamp())
    if not len(clock.opens) or int(clock.at(moment)) + seconds > int(clock.at(int(clock.closes[-1]))):
        return Tried(None, "", "", False)
    due = clock.due(at, seconds)
    is_open = int(clock.at(moment + 1)) > int(clock.at(moment))
    said = date_format(due.astimezone(at.tzinfo), "D j M Y, H:i")
    return Tried(due, said, seconds_in_words(int((due - at.astimezone(UTC)).total_seconds())), is_open)


@dataclass(frozen=True)
class Target:
    """One target in words, with what it goes before."""

    metric: str
    who: str
    time: str
    pauses: bool


def in_order(policy: SlaPolicy) -> list[Target]:
    """The targets, of each promise the most specific first: as they hold (metrics/targets.py)."""
    return [
        Target(
            str(row.get_metric_display()), who_in_words(row), seconds_in_words(row.seconds), bool(row.pauses)
        )
        for row in sorted(policy.targets.select_related("team"), key=rank)
    ]


def rank(row: SlaTarget) -> tuple[int, int, int]:
    """By promise, and of one promise the target first that holds before others."""
    filled = {"label": bool(row.label), "team": row.team_id is not None, "channel": bool(row.channel),
              "priority": bool(row.priority)}  # fmt: skip
    order = [name for name, _label in SlaTarget.Metric.choices].index(row.metric)
    return order, -sum(WEIGHTS[name] for name, is_filled in filled.items() if is_filled), row.seconds
