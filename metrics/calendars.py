"""Business hours turned into open intervals: time zones, overnight shifts and holidays are settled here, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from metrics import public_holidays
from metrics.business_time import Clock
from metrics.models import Calendar

Week = Sequence[Sequence[Sequence[str]]]
FIRST_DAY, LAST_DAY = date(2005, 1, 1), date(2040, 12, 31)
ROUND_THE_CLOCK: Final[Week] = [[["00:00", "24:00"]]] * 7
OFFICE: Final[Week] = [[["09:00", "17:30"]]] * 5 + [[], []]
Hours = tuple[tuple[tuple[str, str], ...], ...]
Extra = tuple[tuple[str, str, str], ...]
_WRITE: Final = """INSERT INTO metrics_interval (calendar_id, open_at, close_at, cum_s)
SELECT %s, to_timestamp(opens), to_timestamp(closes), cum
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS span (opens, closes, cum)"""


def clock_of(
    zone: str,
    weekly: Week,
    *,
    first: date,
    last: date,
    country: str = "",
    days_off: Sequence[date] = (),
    extra_open: Sequence[Sequence[str]] = (),
) -> Clock:
    """The open intervals of the days first..last. `country`: ISO 3166 code, "DE-BY" for a part of one, or "".

    `extra_open`: (day, opens, closes) that hold whatever the weekday and the holidays say, in place of them.
    """
    week = tuple(tuple((opens, closes) for opens, closes in day) for day in weekly)
    instead = tuple((when, opens, closes) for when, opens, closes in extra_open)
    return _clock(zone, week, first, last, country, tuple(days_off), instead)


@lru_cache(maxsize=16)
def _clock(
    zone: str, week: Hours, first: date, last: date, country: str, days_off: tuple[date, ...], extra: Extra
) -> Clock:
    """`clock_of`; a clock of decades takes a tenth of a second, and a few are asked for again and again."""
    instead: dict[date, list[tuple[str, str]]] = {}
    for when, opens, closes in sorted(extra):
        instead.setdefault(date.fromisoformat(when), []).append((opens, closes))
    closed = {*days_off, *public_holidays.named(country, range(first.year, last.year + 1))}
    tz, spans = ZoneInfo(zone), list[tuple[int, int]]()
    for day in _days(first, last):
        usual: Sequence[tuple[str, str]] = () if day in closed else week[day.weekday()]
        for opens, closes in instead.get(day, usual):
            a, b = _moment(day, opens, tz), _moment(day, closes, tz)
            if closes <= opens:
                b = _moment(day + timedelta(days=1), closes, tz)
            a = max(a, spans[-1][1]) if spans else a
            if b > a:
                spans.append((a, b))
    return Clock.of(spans)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _moment(day: date, hours: str, zone: ZoneInfo) -> int:
    """Unix seconds of a wall clock time; "24:00" is midnight at the day's end."""
    if hours == "24:00":
        day, hours = day + timedelta(days=1), "00:00"
    return int(datetime.combine(day, time.fromisoformat(hours), zone).astimezone(UTC).timestamp())


def materialise(calendar: Calendar) -> None:
    """Write the calendar's intervals, in place of those it had."""
    clock = clock_for(calendar, FIRST_DAY, LAST_DAY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM metrics_interval WHERE calendar_id = %s", [calendar.pk])
        columns = [column.tolist() for column in (clock.opens, clock.closes, clock.before)]
        cursor.execute(_WRITE, [calendar.pk, *columns])


def clock_for(calendar: Calendar, first: date, last: date) -> Clock:
    """The open intervals of a calendar, which need not be saved, on the days first..last."""
    return clock_of(
        calendar.time_zone, calendar.weekly, first=first, last=last, country=calendar.holidays,
        days_off=calendar.days_off, extra_open=calendar.extra_open,
    )  # fmt: skip


def create(slug: str, name: str, zone: str, weekly: Week, *, country: str = "", **more: Any) -> Calendar:
    """The calendar of that name, version 1, with its intervals; made only when it is not there yet.

    `more`: days_off, extra_open.
    """
    with transaction.atomic():
        calendar, made = Calendar.objects.get_or_create(
            slug=slug,
            version=1,
            defaults={"name": name, "time_zone": zone, "weekly": [*weekly], "holidays": country, **more},
        )
        if made:
            materialise(calendar)
    return calendar
