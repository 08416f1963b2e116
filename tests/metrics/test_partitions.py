"""Tickets lie by month; what is unique is unique across months; a month can be taken away whole."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Func, TextField
from django.utils import timezone

from metrics import partitions
from metrics.models import HandleSegment, Rating, SlaResult, Source, Ticket, TicketKey
from tests.faults.processes import until
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HEADER = "external_id,status,created_at,updated_at,last_solved_at,rating,rating_scale,talk_s\n"


def row(number: str, created: str, *, updated: str = "2026-07-01") -> str:
    return f"{number},solved,{created}T10:00:00Z,{updated}T10:00:00Z,2026-06-20T10:00:00Z,good,good_bad,60\n"


def partition_of(number: str) -> str:
    [(name,)] = Ticket.objects.filter(external_id=number).values_list(
        Func(F("created_at"), template="(metrics_ticket.tableoid::regclass::text)", output_field=TextField())
    )
    return name


def create(number: str, created: datetime, at: Source) -> Ticket:
    return Ticket.objects.create(
        source=at, external_id=number, status="open", raw_status="open", created_at=created, updated_at=created,
        row_hash="0" * 32,
    )  # fmt: skip


def test_a_ticket_lies_in_the_month_of_its_creation() -> None:
    bring(HEADER + row("A1", "2026-05-31") + row("A2", "2026-06-01"))
    assert (partition_of("A1"), partition_of("A2")) == ("metrics_ticket_2026_05", "metrics_ticket_2026_06")


def test_a_ticket_whose_creation_is_told_otherwise_moves_and_stays_one() -> None:
    bring(HEADER + row("A1", "2026-05-31") + row("A2", "2026-05-31"))
    before = Ticket.objects.get(external_id="A1").pk
    again = bring(HEADER + row("A1", "2026-06-02", updated="2026-07-02"))
    assert (again.added, again.changed) == (0, 1)
    ticket = Ticket.objects.get(external_id="A1")
    assert (ticket.pk, partition_of("A1")) == (before, "metrics_ticket_2026_06")
    assert TicketKey.objects.get(external_id="A1").created_at == ticket.created_at
    assert ticket.ratings.count() == ticket.handle_segments.count() == 1
    third = bring(HEADER + row("A1", "2026-05-03", updated="2026-07-03"))
    assert (third.changed, partition_of("A1")) == (1, "metrics_ticket_2026_05")


def test_the_database_holds_a_number_once_across_months() -> None:
    create("A1", datetime(2026, 5, 1, tzinfo=UTC), source())
    with pytest.raises(IntegrityError, match="ticket_number_once"), transaction.atomic():
        create("A1", datetime(2026, 6, 1, tzinfo=UTC), source())
    create("A1", datetime(2026, 6, 1, tzinfo=UTC), source("Another desk"))
    Ticket.objects.filter(source=source()).delete()
    create("A1", datetime(2026, 7, 1, tzinfo=UTC), source())


def test_keys_follow_tickets_that_are_written_without_an_import() -> None:
    ticket = create("A1", datetime(2026, 5, 1, tzinfo=UTC), source())
    Ticket.objects.update(created_at=ticket.created_at + timedelta(days=90), external_id="A2")
    assert TicketKey.objects.get().created_at == Ticket.objects.get().created_at
    assert bring(HEADER + row("A2", "2026-05-31")).changed == 1


def test_the_unexpected_lies_among_the_others_until_its_month_is_made() -> None:
    bring(HEADER + row("A1", "1990-01-01") + row("A2", "2099-12-31"))
    assert partition_of("A1") == partition_of("A2") == partitions.OTHERS
    # A month that no other test has tickets of: what is made outside of a transaction stays.
    now = timezone.now()
    month = now.replace(year=now.year - partitions.YEARS_BACK + 1, day=1)
    create("A3", month, source())
    create("A4", month - timedelta(days=1), source())
    assert partition_of("A3") == partitions.OTHERS
    assert partitions.make([month.date()]) == [month.date()]
    assert partitions.make([month.date()]) == []
    assert partition_of("A3") == partitions.name_of(month.date())
    assert partition_of("A4") == partitions.OTHERS


def test_a_range_of_days_reads_its_months_alone_and_by_an_index() -> None:
    bring(HEADER + "".join(row(f"A{month}", f"2026-{month:02}-15") for month in range(1, 7)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
    of_may = Ticket.objects.filter(created_at__gte="2026-05-01T00:00Z", created_at__lt="2026-06-01T00:00Z")
    plan = of_may.explain()
    assert "metrics_ticket_2026_05" in plan
    assert "Index" in plan
    assert "metrics_ticket_2026_04" not in plan
    assert "metrics_ticket_2026_06" not in plan


def test_a_month_goes_with_all_that_hangs_on_its_tickets() -> None:
    bring(HEADER + row("A1", "2026-05-31") + row("A2", "2026-06-01"))
    partitions.drop(date(2026, 5, 1))
    partitions.drop(date(2026, 4, 1))  # of which there is nothing
    assert [*Ticket.objects.values_list("external_id", flat=True)] == ["A2"]
    assert [*TicketKey.objects.values_list("external_id", flat=True)] == ["A2"]
    assert Rating.objects.count() == HandleSegment.objects.count() == SlaResult.objects.count() == 1
    assert bring(HEADER + row("A1", "2026-05-30")).added == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_month_make_it_once() -> None:
    """The second found it missing before it waited for the first."""
    months, made = [date(2026, 5, 1)], list[list[date]]()

    def second() -> None:
        try:
            made.append(partitions.make(months))
        finally:
            connection.close()

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS metrics_ticket_2026_05")
    thread = threading.Thread(target=second)
    with transaction.atomic(), connection.cursor() as cursor:
        assert partitions.make(months) == months
        thread.start()

        def waits() -> bool:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return bool(cursor.fetchone()[0])

        until(waits, 20, "the second waits")
    thread.join()
    assert made == [[]]
