"""A chunk that was read ahead is the chunk that would be read now, or it is thrown away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metrics import importing, reading_ahead, requesters
from metrics.models import Import, RejectedRow, Suppression, Ticket
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, draft, finish

pytestmark = pytest.mark.django_db
HEADER = "external_id,status,created_at,requester\n"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Chunks of two rows; the offsets at which one was read."""
    seen: list[int] = []
    read = reading_ahead.read

    def noted(place: Any) -> Any:
        seen.append(place.offset)
        return read(place)

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
    again = reading_ahead.take(replace(here, offset=start, line=2))
    assert b"A0" in again.blocks[0]
    assert reading_ahead.take(here).blocks[0].startswith(b"4,A2")
