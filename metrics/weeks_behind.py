"""Weeks that are still as they were while their days are added up already.

An import of many days adds up the days, which is all that dashboards need to be right, marks their weeks here, and then
adds these up. Until that is done the days of such a week stand for it (metrics/spans.py). What an import that failed
left behind is caught up with by time (metrics/ageing.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet

from metrics import batches, week_locks, week_rows
from metrics.days import DAY, Days
from metrics.models import StaleDay, StaleWeek
from metrics.summing import once
from metrics.weeks import block_of
from sopdesk.jobs.models import Job
from sopdesk.jobs.running import say_something

WEEK: Final = timedelta(days=7)


def mark(cursor: CursorWrapper, names: dict[str, Any]) -> None:
    """Mark these weeks (`week_rows.names_of`) of one source, whose locks are held (metrics/week_locks.py)."""
    cursor.execute(
        "INSERT INTO metrics_staleweek (source_id, day) SELECT %(source)s, unnest(%(mondays)s::date[])"
        " ON CONFLICT DO NOTHING",
        names,
    )


def runs() -> dict[int, list[tuple[date, date]]]:
    """Of each source the weeks that are behind, as the first Monday and the last of those that follow one another. One
    query, none again within `summing.held`."""
    return once("weeks that are behind", _runs)


def _runs() -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    rows = StaleWeek.objects.order_by("source", "day").values_list("source", "day")
    for source, weeks in groupby(rows, itemgetter(0)):
        told = found.setdefault(source, [])
        for _source, monday in weeks:
            if told and told[-1][1] + WEEK == monday:
                told[-1] = (told[-1][0], monday)
            else:
                told.append((monday, monday))
    return found


def days() -> Days:
    """The days of the weeks that are behind: empty nearly always. At most one query."""
    found = Days()
    for source, told in runs().items():
        for first, last in told:
            found.add(first, last + WEEK - DAY, source=source)
    return found


def at_work() -> QuerySet[StaleDay]:
    """The days of imports, and of undoing them, that somebody is about to add up."""
    over = {Job.State.DONE.value, Job.State.FAILED.value}
    return StaleDay.objects.filter(
        (Q(ticket_import__job__isnull=False) & ~Q(ticket_import__job__state__in=over))
        | (Q(ticket_import__undo_job__isnull=False) & ~Q(ticket_import__undo_job__state__in=over))
    )


def are_due(source_id: int) -> bool:
    """Whether weeks of a source are behind that nobody has yet to add up days for: who does adds up the weeks after
    that. Two queries at most."""
    marked = StaleWeek.objects.filter(source=source_id)
    return marked.exists() and not at_work().filter(ticket_import__source=source_id).exists()


def catch_up(source_id: int, *, still_here: Callable[[], None]) -> int:
    """Add up the next weeks of a source that are behind, on two connections. Returns how many."""
    mondays = [*StaleWeek.objects.filter(source=source_id).order_by("day").values_list("day", flat=True)]
    if not mondays:
        return 0
    middle, end = batches.halves(mondays, source_id, of_blocks=True)
    if mondays[-1] < middle:
        return _make(source_id, mondays[0], middle, waits=True)
    return batches.twofold(
        lambda: _make(source_id, mondays[0], middle, waits=True),
        lambda: _make(source_id, middle, end, waits=False),
        still_here=still_here,
    )


def catch_up_all() -> None:
    """Add up all weeks that are behind, but of sources whose days are being added up: those go on behind that."""
    for source in StaleWeek.objects.order_by("source").values_list("source", flat=True).distinct():
        while are_due(source):
            with transaction.atomic():
                catch_up(source, still_here=say_something)


def _make(source_id: int, first: date, before: date, *, waits: bool) -> int:
    """Add up the weeks in the blocks from that of `first` on that are behind by now. Returns how many."""
    marked = StaleWeek.objects.filter(source=source_id, day__gte=block_of(first), day__lt=before)
    blocks = {block_of(day) for day in marked.values_list("day", flat=True)}
    with transaction.atomic(), connection.cursor() as cursor:
        week_locks.of_blocks(cursor, sorted(blocks), waits=waits)
        mondays = [day for day in marked.values_list("day", flat=True) if block_of(day) in blocks]
        if mondays:
            week_rows.make(cursor, week_rows.names_of(mondays, source_id))
            StaleWeek.objects.filter(source=source_id, day__in=mondays).delete()
    return len(mondays)
