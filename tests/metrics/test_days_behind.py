"""Which days an import leaves behind: known already while its rows are converted, when all of them are new."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from metrics import converting, importing, reading_ahead, rollups, staging, storing, touched
from metrics.models import Rollup, StaleDay, Ticket
from tests.faults.processes import until
from tests.metrics.bringing import SHIPPED, bring, draft, source

HEADER = (
    "external_id,status,created_at,first_solved_at,last_solved_at,closed_at,rating,rating_scale,rating_offered_at,rated_at,"
    "talk_s,active_s,handled_at\n"
)
# Solved after days, rated later than solved, offered and never rated, handled apart, an hour that midnight of the
# zone cuts, and a row that is not taken.
ROWS = (
    "A1,closed,2026-01-05T23:30Z,2026-01-07T10:00Z,2026-01-09T10:00Z,2026-01-20T10:00Z,good,good_bad,2026-01-09T10:00Z,"
    "2026-01-12T01:00Z,60,,2026-01-08T09:00Z\n"
    "A2,closed,2026-02-01T10:00Z,,,2026-02-03T10:00Z,,good_bad,2026-02-04T10:00Z,,,,\n"
    "A3,open,2026-03-28T23:10Z,,,,bad,good_bad,,,,30,\n"
    "A4,open,2026-06-30T22:59:59Z,,,,,,,,,,2026-08-01T10:00Z\n"
    "A5,open,never,2026-09-01T10:00Z,,,,,,,,,\n"
)


@pytest.mark.django_db
def test_what_is_known_ahead_is_what_storing_finds() -> None:
    waiting = draft(HEADER + ROWS)
    place = importing._place(
        importing.start(waiting, SHIPPED["sopdesk"], actor=None),
        {"size": waiting.size, "delimiter": ",", "offset": len(HEADER), "line": 2},
    )
    ready = reading_ahead.read(place)
    with transaction.atomic():
        staging.create_incoming()
        staging.copy_in(ready.columns, ready.blocks)
        assert [fault[1] for fault in converting.convert(place.mapping, "UTC")] == ["created_at"]
        ahead = storing.days_of_new()
        stored = storing.store(source().pk, waiting.pk, vendor_basis="business")
    assert stored.added == Ticket.objects.count() == 4
    behind = set(StaleDay.objects.values_list("day", flat=True))
    assert set(ahead) == behind
    assert len(ahead) == len(behind)
    # A day, those of contacts before it that it may repeat, and none of the row that was refused.
    assert {date(2026, 1, 12), date(2026, 1, 8), date(2026, 2, 4), date(2025, 12, 30)} <= behind
    assert not any(day.month == 9 for day in behind)


@pytest.mark.django_db(transaction=True)
def test_days_of_tickets_that_were_here_are_added_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    monkeypatch.setattr(reading_ahead, "CONVERTED_FROM_BYTES", 0)
    head = "external_id,status,created_at,updated_at\n"
    first = "".join(f"A{n},open,2026-05-0{n}T10:00Z,2026-05-0{n}T11:00Z\n" for n in range(1, 8))
    bring(head + first)
    # In each chunk an old one that was created on another day than was told, beside a new one.
    moved = "".join(
        f"A{n},open,2026-04-0{n}T10:00Z,2026-06-01T11:00Z\nB{n},open,2026-05-1{n}T10:00Z,2026-06-01T11:00Z\n"
        for n in range(1, 8)
    )
    done = bring(head + moved)
    assert (done.added, done.changed) == (7, 7)
    created = dict(Rollup.objects.filter(label="", created_n__gt=0).values_list("day", "created_n"))
    assert created == {
        date(2026, month, day): 1 for month, days in ((4, range(1, 8)), (5, range(11, 18))) for day in days
    }


@pytest.mark.django_db(transaction=True)
def test_a_day_that_is_being_added_up_is_marked_again() -> None:
    """Whoever adds it up read the tickets before these changes, and takes its mark away."""
    bring("external_id,status,created_at\nA1,open,2026-05-01T10:00Z\n")
    ids = [*Ticket.objects.values_list("pk", flat=True)]
    touched.mark(ids)

    def mark() -> None:
        try:
            touched.mark(ids)
        finally:
            connection.close()

    other = threading.Thread(target=mark)
    with transaction.atomic():
        rollups.catch_up(None)
        other.start()
        until(lambda: not other.is_alive() or is_blocked(), 60, "the mark waits or is left out")
    other.join(60)
    assert StaleDay.objects.filter(ticket_import=None, day=date(2026, 5, 1)).exists()


def is_blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None
