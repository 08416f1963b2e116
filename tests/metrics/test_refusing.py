"""Rows that are not taken: each is found, and each is kept, however many they are."""

from __future__ import annotations

import pytest

from metrics import importing, refusing, rejecting
from metrics.models import Import, RejectedRow, Ticket
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, bring, draft, finish
from tests.metrics.test_importing import counts

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,talk_s,hold_s\n"
TOO_MUCH = "2147483647,1"  # each can be kept, their sum can not


def rows(count: int, *poison: int) -> str:
    return "".join(f"A{n},new,2026-05-04,{TOO_MUCH if n in poison else '1,1'}\n" for n in range(count))


def test_a_row_that_the_database_refuses_is_found_and_the_others_come_in() -> None:
    done = bring(HEAD + rows(40, 0, 17, 39))
    assert counts(done) == (37, 0, 0, 3)
    assert [(row.line, row.reason) for row in RejectedRow.objects.all()] == [
        (2, "unkept"), (19, "unkept"), (41, "unkept"),
    ]  # fmt: skip
    assert done.rows_read == 40
    assert "A17,new" in "".join(rejecting.as_csv(done))
    mended = "".join(rejecting.as_csv(done)).replace("2147483647", "1")
    assert counts(bring(mended)) == (3, 0, 0, 0)


def test_a_ticket_of_an_event_log_that_the_database_refuses_is_found() -> None:
    how = {**SHIPPED["sopdesk"], "shape": "events"}
    how["columns"] = {**how["columns"], "event_at": "event_at"}
    log = "external_id,status,created_at,event_at,talk_s,hold_s\n" + "".join(
        f"A{n},new,2026-05-04,2026-05-04,{TOO_MUCH if n == 3 else '1,1'}\n" for n in range(7)
    )
    assert counts(bring(log, read_as=how)) == (6, 0, 0, 1)
    assert RejectedRow.objects.get().line == 5


def test_too_many_such_rows_are_no_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusing, "SET_ASIDE_MAX", 1)
    started = importing.start(draft(HEAD + rows(3, 0, 2)), SHIPPED["sopdesk"], actor=None)
    with pytest.raises(Exception, match="out of range"):
        finish(started)
    assert Ticket.objects.count() == 1


def test_every_rejected_row_is_in_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the worker dies between the file and the commit: what it wrote is written once."""
    monkeypatch.setattr(refusing, "KEPT", 3)
    monkeypatch.setattr(importing, "FIRST_ROWS", 2)
    wrong = "".join(f"A{n},new,4/5/2026 {n} ann@x.example,,\n" for n in range(9))
    started = importing.start(draft(HEAD + wrong), SHIPPED["sopdesk"], actor=None)
    assert started.job_id is not None
    for _chunk in range(3):
        running.run(started.job_id)
    half = Import.objects.get(pk=started.pk)
    with importing.stored_path(half).with_suffix(".rejected").open("ab") as file:
        file.write(b'[99, "lost", "", "value", 0, 0]\n')
    done = finish(started)
    assert (done.rejected, RejectedRow.objects.count()) == (9, 3)
    found = "".join(rejecting.as_csv(done))
    assert [line.split(",")[0] for line in found.splitlines()[1:]] == [str(n) for n in range(2, 11)]
    assert "ann@" not in found
    assert importing.stored_path(done).with_suffix(".rejected").read_bytes().count(b"\n") == 6
