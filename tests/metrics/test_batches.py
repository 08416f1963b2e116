"""How many days are added up at once, and how two connections share them without waiting for each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from metrics import batches, importing, partitions, reporting, rollups, week_locks
from metrics.filters import Period
from metrics.models import StaleDay, StaleWeek
from metrics.weeks import block_of, monday_of
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, bring, draft, source

HEAD = "external_id,status,created_at\n"
FIRST = date(2026, 1, 1)
YEAR = Period(FIRST, date(2026, 12, 31))


@contextmanager
def held(taken: Any) -> Iterator[None]:
    """While another connection does `taken` and does not end."""
    has, over = threading.Event(), threading.Event()

    def apart() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                taken(cursor)
                has.set()
                over.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=apart)
    thread.start()
    assert has.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


def as_far_as_the_days(content: str) -> Job:
    started = importing.start(draft(content), SHIPPED["sopdesk"], time_zone="UTC", actor=None)
    assert started.job is not None
    while started.job.cursor.get("phase") != "roll_up":
        assert running.run(started.job.pk)
        started.job.refresh_from_db()
    return started.job


def counted() -> float | None:
    [line] = reporting.report(None, "volume", period=YEAR)
    return line.figure.value


@pytest.mark.django_db(transaction=True)
def test_the_other_half_that_would_have_to_wait_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody attaches a month: who reads tickets queues behind them, they wait for us, and we for the other half."""
    job = as_far_as_the_days(rows("a", 120))
    monkeypatch.setattr(batches, "LOCK_LIMIT", "300ms")
    with held(lambda cursor: cursor.execute(f"LOCK TABLE {partitions.OTHERS} IN ACCESS EXCLUSIVE MODE")):
        done = list[int]()

        def rebuilding() -> int:
            done.append(1)
            rollups.rebuild([FIRST])
            return 5

        assert batches.twofold(lambda: 7, rebuilding, still_here=lambda: None) == 7
    assert done == [1]
    assert batches.twofold(lambda: 7, rebuilding, still_here=lambda: None) == 12
    while running.run(job.pk):
        pass
    assert (counted(), StaleDay.objects.count(), StaleWeek.objects.count()) == (120, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_half_that_is_busy_is_done_later() -> None:
    """Somebody adds up blocks of the second half, and ends only then."""
    job = as_far_as_the_days(rows("a", 120))
    last = FIRST + timedelta(days=100)
    with held(lambda cursor: week_locks.of_blocks(cursor, [block_of(last)], waits=True)):
        assert running.run(job.pk)
        left = StaleDay.objects.count()
        assert 30 < left < 90
        assert StaleDay.objects.filter(day=last).exists()
    while running.run(job.pk):
        pass
    assert (counted(), StaleDay.objects.count(), StaleWeek.objects.count()) == (120, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_the_other_half_committed_stays_when_this_one_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    job = as_far_as_the_days(rows("a", 120))

    class Lost(Exception):
        pass

    def lose(_import_id: int | None) -> None:
        raise Lost

    with monkeypatch.context() as here:
        here.setattr(rollups, "_refresh_facets_at_the_end", lose)
        with pytest.raises(Lost):
            running.run(job.pk)
    left = StaleDay.objects.count()
    assert 30 < left < 90
    assert {*StaleWeek.objects.values_list("day", flat=True)}.isdisjoint(
        monday_of(day) for day in StaleDay.objects.values_list("day", flat=True)
    )
    Job.objects.update(lease=None, lease_until=None)
    while running.run(job.pk):
        pass
    assert (counted(), StaleDay.objects.count(), StaleWeek.objects.count()) == (120, 0, 0)


def rows(name: str, days: int) -> str:
    return HEAD + "".join(f"{name}{n},open,{FIRST + timedelta(days=n)}T10:00Z\n" for n in range(days))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("a_day", "count"), [(10.0, 200), (2000.0, 200), (40_000.0, 200), (0.0, 200), (0.0, 2000)]
)
def test_halves_are_of_as_many_tickets_and_end_with_a_week(
    monkeypatch: pytest.MonkeyPatch, a_day: float, count: int
) -> None:
    monkeypatch.setattr(
        batches,
        "tickets_a_day",
        lambda days, _source=None: {day: a_day * (3 if day >= date(2026, 5, 1) else 1) for day in days},
    )
    every = [FIRST + timedelta(days=n) for n in range(count)]
    for of_blocks in (False, True):
        days = [day for day in every if day == monday_of(day)] if of_blocks else every
        first, middle, turns = days[0], FIRST, 0
        while first <= days[-1]:
            middle, end = batches.halves([day for day in days if day >= first], 1, of_blocks=of_blocks)
            for cut in (middle, end):
                assert cut == (block_of(cut) if of_blocks else monday_of(cut)) or cut > days[-1]
            assert first < middle < end
            most = max(batches.TICKETS * 1.3, a_day * 3 * (56 if of_blocks else 14)) / (7 if of_blocks else 1)
            for begins, ends in ((first, middle), (middle, end)):
                assert (
                    sum(batches.tickets_a_day([day for day in days if begins <= day < ends]).values()) <= most
                )
            first, turns = end, turns + 1
        assert turns == 1 or a_day > 500 or count > 1000


def test_as_many_tickets_in_both_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        batches,
        "tickets_a_day",
        lambda days, _source=None: {day: 300.0 if day < date(2026, 3, 1) else 100.0 for day in days},
    )
    days = [FIRST + timedelta(days=n) for n in range(200)]
    middle, end = batches.halves(days, 1)
    [one, other] = [
        sum(batches.tickets_a_day([day for day in days if first <= day < last]).values())
        for first, last in ((FIRST, middle), (middle, end))
    ]
    assert one + other == sum(batches.tickets_a_day(days).values())
    assert abs(one - other) < 7 * 300


@pytest.mark.django_db(transaction=True)
def test_months_that_nobody_analysed_yet_are_as_full_as_others() -> None:
    bring(rows("a", 120))
    months = [date(2026, 1, 1), date(2026, 2, 1)]

    def a_page() -> list[float]:
        """Tickets a page, of both months."""
        found = batches.tickets_a_day([*months, date(2026, 9, 1)])
        assert found[date(2026, 9, 1)] == 0
        cursor.execute(
            "SELECT pg_relation_size(name::regclass) / 8192"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t (name, n) ORDER BY n",
            [[partitions.name_of(month) for month in months]],
        )
        return [found[month] * 30 / pages for month, (pages,) in zip(months, cursor.fetchall(), strict=True)]

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {partitions.OTHERS}")  # other tests had tickets there
        for name in (partitions.OTHERS, *map(partitions.name_of, months)):
            cursor.execute("SELECT pg_clear_relation_stats('public', %s)", [name])
        assert a_page() == pytest.approx([16, 16])
        cursor.execute(f"ANALYZE {partitions.name_of(months[0])}")
        cursor.execute(
            "SELECT reltuples / relpages FROM pg_class WHERE relname = %s", [partitions.name_of(months[0])]
        )
        [full] = cursor.fetchone()
        assert full != 16
        assert a_page() == pytest.approx([full, full])


@pytest.mark.django_db(transaction=True)
def test_months_without_a_partition_have_what_lies_among_the_others() -> None:
    old = "".join(f"o{n},open,{2001 + n % 2}-03-0{1 + n % 9}T10:00Z\n" for n in range(40))
    done = bring(HEAD + old)
    assert done.added == 40
    a_day = batches.tickets_a_day([date(2001, 3, 1), date(2002, 3, 1)])
    assert a_day[date(2001, 3, 1)] == a_day[date(2002, 3, 1)] > 0


@pytest.mark.django_db(transaction=True)
def test_a_source_has_its_share_of_the_months() -> None:
    bring(rows("a", 120))
    bring(rows("b", 31), at=source("Another"))
    days, own, other = [date(2026, 1, 9), date(2026, 2, 9)], source().pk, source("Another").pk
    with connection.cursor() as cursor:
        for name in ("metrics_ticket_2026_01", "metrics_ticket_2026_02"):
            cursor.execute("SELECT pg_clear_attribute_stats('public', %s, 'source_id', false)", [name])
        every = batches.tickets_a_day(days)
        assert batches.tickets_a_day(days, own) == every, "nobody knows yet"
        cursor.execute("ANALYZE metrics_ticket")
    every = batches.tickets_a_day(days)
    assert batches.tickets_a_day(days, own) == pytest.approx(every), "all of one month"
    assert batches.tickets_a_day(days, other) == pytest.approx({day: n / 2 for day, n in every.items()})
