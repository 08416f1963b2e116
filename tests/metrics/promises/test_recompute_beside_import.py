"""An import of the same source in the midst of a recompute: neither waits for ever, and no result is of old rows."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection

from metrics import importing
from metrics.models import SlaPolicy, SlaResult, StaleDay, Ticket
from metrics.promises import editing, recomputing
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.faults.processes import until
from tests.metrics.bringing import SHIPPED, bring, draft, source

pytestmark = pytest.mark.django_db(transaction=True)
TICKETS, JUNE = 40, {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}
HEAD = "external_id,status,created_at,updated_at,first_public_reply_at,last_solved_at\n"
WAITING = (
    "SELECT 1 FROM pg_locks JOIN pg_database AS d ON d.oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


def tickets(replied: str, updated: str) -> str:
    """All of one day, so that both want the same rows and the same day; replied to at this time."""
    lines = [
        f"t{n},solved,2026-06-08T08:00Z,{updated},2026-06-08T{replied}Z,2026-06-08T15:00Z\n"
        for n in range(TICKETS)
    ]
    return HEAD + "".join(lines)


def finish(job_id: int | None) -> None:
    while running.run(job_id or 0):
        pass


def in_a_thread(job_id: int | None) -> threading.Thread:
    def work() -> None:
        try:
            finish(job_id)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_neither_loses_what_the_other_wrote(gia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    monkeypatch.setattr(recomputing, "CHUNK", TICKETS // 2)
    bring(tickets("08:30", "2026-06-09T00:00Z"))
    old = SlaPolicy.objects.get()
    strict = [{"metric": "first_reply", "seconds": 3600}, {"metric": "resolution", "seconds": 40 * 3600}]
    editing.save_policy({"name": "Stricter", "calendar": old.calendar}, old=old, targets=strict, sites={},
                        holds_from=None, note="", actor=gia)  # fmt: skip
    asked = recomputing.ask(source(), **JUNE, actor=gia)
    finish(asked.preview_id)
    applied = recomputing.apply(asked, actor=gia)
    newer = tickets("10:30", "2026-06-10T00:00Z")
    started = importing.start(draft(newer), SHIPPED["sopdesk"], time_zone="UTC", actor=None)
    threads: list[threading.Thread] = []

    def import_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Once the tickets of a chunk are read: as far as an import comes before it has to wait, or all of it."""
        if not threads and "FOR NO KEY UPDATE" in sql:
            threads.append(in_a_thread(started.job_id))
            until(lambda: not threads[0].is_alive() or is_waiting(), 60, "the import waits or ends")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(import_meanwhile):
        finish(applied.job_id)
    threads[0].join(60)
    assert {*Job.objects.values_list("state", flat=True)} == {Job.State.DONE}
    assert not StaleDay.objects.exists()
    replies = (
        SlaResult.objects.filter(metric="first_reply").order_by().values_list("state", "policy__version")
    )
    assert [*replies.distinct()] == [("breached", 2)], "of the newer rows, by the newer version"
    assert SlaResult.objects.count() == 2 * Ticket.objects.count() == 2 * TICKETS


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None
