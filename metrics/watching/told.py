"""Which days the sources have told of to their end, and which of these nobody has judged as they are by now.

A file that comes at two in the afternoon holds half of that day: a source has told of a day when it has told of
anything after it. A day that got many more tickets after it was judged is judged anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from django.db.models import Max, Min, Sum
from django.utils import timezone

from metrics import weeks_behind
from metrics.models import Rollup
from metrics.watching.expecting import DAYS
from metrics.watching.models import Watched

BACK: Final = timedelta(days=364)  # how far the first watch goes back
SILENT: Final = timedelta(
    days=35
)  # a source that told nothing for longer is not waited for: one may come monthly
MORE: Final = 0.1  # so much more of anything, and
LEAST_MORE: Final = 5  # so many more, make a day another one
DAY: Final = timedelta(days=1)
Newest = Mapping[int, date]
"""Of each source the newest day that it has told anything of; it has told of the days before it to their end."""
Counts = tuple[int, int, int]
"""Tickets, handled contacts and answers of a day."""
NOTHING: Final[Counts] = (0, 0, 0)


def newest() -> dict[int, date]:
    """By source; where an import is adding up days, no further than the first of them."""
    rows = Rollup.objects.filter(label="", day__lte=timezone.localdate()).order_by()
    found: dict[int, date] = dict(rows.values_list("source").annotate(newest=Max("day")))
    firsts = weeks_behind.at_work().order_by().values_list("ticket_import__source").annotate(first=Min("day"))
    return {source: min(day, dict(firsts).get(source, day)) for source, day in found.items()}


def waited_for(newest: Newest, day: date) -> list[int]:
    """Sources that have yet to tell of this day, and are expected to."""
    return [source for source, last in newest.items() if day - SILENT <= last <= day]


def silent(newest: Newest, day: date) -> list[int]:
    """Sources that had told nothing for long: their tickets are not part of what is usual either."""
    return [source for source, last in newest.items() if last < day - SILENT]


def counted(first: date, last: date) -> dict[tuple[date, int], Counts]:
    """What there is by now of each day and source. One query."""
    rows = Rollup.objects.filter(label="", day__range=(first, last)).order_by().values_list("day", "source")
    sums = rows.annotate(
        created=Sum("created_n", default=0),
        handled=Sum("handled_n", default=0),
        answered=Sum("answered_n", default=0),
    )
    return {(day, source): (created, handled, answered) for day, source, created, handled, answered in sums}


def due() -> list[date]:
    """The days to judge now, oldest first. Five queries."""
    ends = newest()
    begun = Rollup.objects.filter(label="", created_n__gt=0).aggregate(first=Min("day"))["first"]
    if begun is None:
        return []
    first, last = max(begun + timedelta(days=DAYS), max(ends.values()) - BACK), max(ends.values())
    now, was = counted(first, last), _judged(first)
    begins: dict[int, date] = {}
    for day, source in now:
        begins[source] = min(day, begins.get(source, day))
    days = {
        day
        for source, begin in begins.items()
        for day in (begin + place * DAY for place in range((ends[source] - begin).days))
        if is_another(now.get((day, source), NOTHING), was.get((day, source)))
    }
    return sorted(days)


def _judged(first: date) -> dict[tuple[date, int], Counts]:
    rows = Watched.objects.filter(day__gte=first).values_list(
        "day", "source", "created_n", "handled_n", "answered_n"
    )
    return {(day, source): (created, handled, answered) for day, source, created, handled, answered in rows}


def is_another(now: Counts, was: Counts | None) -> bool:
    """Whether a day has to be judged: it never was, or many more came since."""
    if was is None:
        return True
    return any(n > old + max(LEAST_MORE, MORE * old) for n, old in zip(now, was, strict=True))


def note(day: date, newest: Newest, counts: Mapping[tuple[date, int], Counts]) -> None:
    """That this day is judged, of the sources that have told of it to its end, with so many tickets."""
    done: Collection[Watched] = [
        Watched(day=day, source_id=source, created_n=created, handled_n=handled, answered_n=answered)
        for source, last in newest.items()
        if last > day
        for created, handled, answered in [counts.get((day, source), NOTHING)]
    ]
    columns = ["created_n", "handled_n", "answered_n"]
    Watched.objects.bulk_create(
        done, update_conflicts=True, unique_fields=["day", "source"], update_fields=columns
    )
