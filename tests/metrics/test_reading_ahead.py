"""A chunk that was read ahead is the chunk that would be read now, or it is thrown away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from metrics import importing, partitions, reading_ahead, requesters, staging, tasks
from metrics.models import Import, RejectedRow, Suppression, Ticket
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, draft, finish

pytestmark = pytest.mark.django_db
HEADER = "external_id,status,created_at,requester\n"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Chunks of two rows; the offsets at which one was read."""
    seen: list[int] = []
    read = reading_ahead.read

    def noted(place: Any, *put: Any) -> Any:
        seen.append(place.offset)
        return read(place, *put)

    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    monkeypatch.setattr(reading_ahead, "read", noted)
    return seen


def started(rows: int) -> Import:
    lines = "".join(f"A{n},open,2026-05-04T09:00Z,p{n}@example.com\n" for n in range(rows))
    return importing.start(draft(HEADER + lines), SHIPPED["sopdesk"], actor=None)


def run(of: Import, chunks: int) -> None:
    assert of.job_id is not None
    for _ in range(chunks):
        assert running.run(of.job_id)


def test_each_chunk_is_read_once_and_all_rows_come_in(reads: list[int]) -> None:
    done = finish(started(7))
    assert (done.rows_read, done.added, Ticket.objects.count()) == (7, 7, 7)
    assert len(reads) == len(set(reads)) >= 4


def test_chunks_grow_by_half_up_to_the_longest(reads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "FIRST_ROWS", 2)
    monkeypatch.setattr(importing, "CHUNK_ROWS", 4)
    finish(started(11))
    length = len("A0,open,2026-05-04T09:00Z,p0@example.com\n")
    assert [(offset - len(HEADER)) // length for offset in reads] == [0, 2, 5, 9]


def test_tickets_are_numbered_in_the_order_of_their_rows(reads: list[int]) -> None:
    """What hangs on them is then written at the end of its index, not here and there in it."""
    names = ["B9", "A1", "C5", "A10", "B2"]
    rows = "".join(f"{name},open,2026-05-04T09:00Z,\n" for name in names)
    finish(importing.start(draft(HEADER + rows), SHIPPED["sopdesk"], actor=None))
    assert [*Ticket.objects.order_by("id").values_list("external_id", flat=True)] == names


def test_a_bad_row_of_a_chunk_that_was_read_ahead_keeps_its_line(reads: list[int]) -> None:
    text = HEADER + "A0,open,2026-05-04,\nA1,open,2026-05-04,\nA2,open,never,\nA3,open\nA4,open,2026-05-04,\n"
    done = finish(importing.start(draft(text), SHIPPED["sopdesk"], actor=None))
    assert (done.added, done.rejected) == (3, 2)
    assert sorted(RejectedRow.objects.values_list("line", "reason")) == [(4, "value"), (5, "cells")]


def test_somebody_erased_after_their_row_was_read_ahead_does_not_come_in(reads: list[int]) -> None:
    going = started(4)
    run(going, 2)  # opened, and the first chunk; the second was read ahead
    key = requesters.known_keys()[0]
    Suppression.objects.create(
        key_id=requesters.fingerprint(key), hashed=requesters.hashed("p2@example.com", key)
    )
    finish(going)
    assert Ticket.objects.get(external_id="A2").requester_key is None
    assert Ticket.objects.get(external_id="A3").requester_key


def test_what_was_read_ahead_of_another_place_is_thrown_away(reads: list[int]) -> None:
    going = started(4)
    run(going, 2)
    assert going.job is not None
    going.job.refresh_from_db()
    here = importing._place(Import.objects.get(pk=going.pk), going.job.cursor)
    start = len(HEADER.encode())
    again = reading_ahead.take(replace(here, offset=start, line=2), list)
    assert b"A0" in again.blocks[0]
    assert reading_ahead.take(here, list).blocks[0].startswith(b"4\x1fA2")


@pytest.fixture
def _converted_ahead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """However short the file is; and nothing is left behind."""
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    monkeypatch.setattr(reading_ahead, "CONVERTED_FROM_BYTES", 0)
    reading_ahead.sweep()
    yield
    assert waiting() == []


def waiting() -> list[str]:
    """The tables of rows that were converted ahead."""
    reading_ahead._reader.submit(int).result()  # what it has in hand is done by then
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'ahead'")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.usefixtures("_converted_ahead")
@pytest.mark.django_db(transaction=True)
class TestConvertedAhead:
    def test_all_rows_come_in_and_bad_ones_keep_their_lines(self) -> None:
        text = (
            HEADER
            + "A0,open,2026-05-04,\nA1,open,2026-05-04,\nA2,open,never,\nA3,open\nA4,open,2026-05-04,\nA4,nil,,\n"
        )
        going = importing.start(draft(text), SHIPPED["sopdesk"], actor=None)
        run(going, 2)
        assert len(waiting()) == 1
        done = finish(going)
        assert (done.rows_read, done.added, done.rejected) == (6, 3, 3)
        assert sorted(RejectedRow.objects.values_list("line", "column", "value", "reason")) == [
            (4, "created_at", "never", "value"), (5, "", "", "cells"), (7, "status", "nil", "value"),
        ]  # fmt: skip

    def test_a_stamp_without_a_zone_is_in_the_zone_of_the_import(self) -> None:
        text = HEADER + "".join(f"A{n},open,2026-05-04 09:00,\n" for n in range(5))
        finish(importing.start(draft(text), SHIPPED["sopdesk"], time_zone="Asia/Tokyo", actor=None))
        assert {at.isoformat() for at in Ticket.objects.values_list("created_at", flat=True)} == {
            "2026-05-04T00:00:00+00:00"
        }

    def test_values_without_a_meaning_are_counted_over_all_chunks(self) -> None:
        rows = "".join(f"A{n},open,2026-05-04,{'E-Mail' if n % 2 else 'email'}\n" for n in range(6))
        text = "external_id,status,created_at,channel\n" + rows + "A6,open,never,E-Mail\n"
        done = finish(importing.start(draft(text), SHIPPED["sopdesk"], actor=None))
        assert done.job is not None
        assert done.job.cursor["unmapped"] == {"channel": {"E-Mail": 3}}

    def test_chunks_of_one_month_after_another_get_their_partitions(self) -> None:
        text = "external_id,status,created_at\n" + "".join(f"A{n},open,2026-0{n + 1}-04\n" for n in range(6))
        finish(importing.start(draft(text), SHIPPED["sopdesk"], actor=None))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(DISTINCT tableoid) FROM metrics_ticket")
            assert cursor.fetchone() == (6, 6)

    @pytest.mark.parametrize("locked", [False, True])
    def test_months_are_made_ahead_where_nobody_has_to_be_waited_for(self, locked: bool) -> None:
        with connection.cursor() as cursor:
            for month in (3, 4):
                cursor.execute(f"DROP TABLE IF EXISTS metrics_ticket_2026_0{month}")
        text = "external_id,status,created_at\n" + "".join(f"A{n},open,2026-0{n + 3}-04\n" for n in range(4))
        going = importing.start(draft(text), SHIPPED["sopdesk"], actor=None)
        run(going, 1)
        place = importing._place(going, Job.objects.get(pk=going.job_id).cursor)
        with transaction.atomic(), connection.cursor() as cursor:
            if locked:
                cursor.execute(f"LOCK TABLE {partitions.OTHERS} IN ACCESS SHARE MODE")
            reading_ahead.begin(place)
            ready = reading_ahead.take(place, list)
            assert ready.known is not None
            assert ready.known.months == [date(2026, 3, 1), date(2026, 4, 1)]
        assert partitions._missing(ready.known.months) == (ready.known.months if locked else [])
        assert finish(going).added == 4

    def test_somebody_erased_meanwhile_does_not_come_in(self) -> None:
        going = started(6)
        run(going, 2)
        key = requesters.known_keys()[0]
        Suppression.objects.create(
            key_id=requesters.fingerprint(key), hashed=requesters.hashed("p2@example.com", key)
        )
        finish(going)
        assert Ticket.objects.get(external_id="A2").requester_key is None
        assert Ticket.objects.filter(requester_key__isnull=False).count() == 5

    def test_rows_that_a_crash_of_postgres_emptied_are_read_again(self) -> None:
        going = started(6)
        run(going, 2)
        [table] = waiting()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE ahead.{table}")
        done = finish(going)
        assert (done.rows_read, done.added) == (6, 6)

    @pytest.mark.parametrize("ends", ["done", "failed"])
    def test_what_a_dead_worker_left_goes_when_the_import_ends(self, ends: str) -> None:
        going = started(6)
        run(going, 2)
        assert len(waiting()) == 1
        reading_ahead._of_this_thread.ahead = None
        if ends == "failed":
            importing.stored_path(going).unlink()
        assert finish(going).state == ends

    def test_what_was_converted_after_the_end_is_swept_away(self) -> None:
        going = started(6)
        run(going, 2)
        [table] = waiting()
        reading_ahead.sweep()
        assert waiting() == [table], "its import goes on"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE ahead.{table} SET SCHEMA public")
        assert finish(going).added == 6, "a table that is gone is made again"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE public.{table} SET SCHEMA ahead")
        tasks.age()

    def test_without_a_second_connection_the_import_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        create, here = staging.create_incoming, threading.current_thread()

        def none_left() -> None:
            if threading.current_thread() is not here:
                raise OperationalError("too many clients")
            create()

        monkeypatch.setattr(staging, "create_incoming", none_left)
        done = finish(started(7))
        assert (done.rows_read, done.added, done.state) == (7, 7, "done")
