"""A purge in the midst of a recompute, and the other way round: nothing is lost, doubled, or left without a ticket."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from metrics import ageing, rollups
from metrics.models import Rollup, SlaPolicy, SlaResult, Source, StaleDay, StatusSpan, Ticket
from metrics.privacy import purging
from metrics.privacy.models import Purge
from metrics.promises import editing, recomputing
from sopdesk.accounts.models import User
from sopdesk.jobs.models import Job
from tests.faults.processes import until
from tests.metrics.bringing import bring, source
from tests.metrics.promises.test_recompute_beside_import import finish, in_a_thread, is_waiting
from tests.metrics.test_rebuilding import everything

pytestmark = pytest.mark.django_db(transaction=True)
TICKETS, JUNE = 40, {"first": date(2024, 6, 1), "last": date(2024, 6, 30)}
STRICT = [{"metric": "first_reply", "seconds": 3600}, {"metric": "resolution", "seconds": 40 * 3600}]


def tickets() -> str:
    """All of one day, answered late by the stricter policy; every second one is over its time."""
    head = "external_id,status,created_at,updated_at,first_public_reply_at,last_solved_at,pending_spans\n"
    updated = ("2024-06-12T00:00Z", f"{timezone.now():%Y-%m-%dT%H:%MZ}")
    return head + "".join(
        f"t{n},solved,2024-06-10T08:00Z,{updated[n % 2]},2024-06-10T10:30Z,2024-06-10T15:00Z,"
        "2024-06-10T11:00Z/2024-06-10T12:00Z\n"
        for n in range(TICKETS)
    )


@pytest.fixture
def jobs(gia: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """A recompute and a purge of the same tickets, both ready to be done in two chunks and more."""
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    monkeypatch.setattr(recomputing, "CHUNK", TICKETS // 2)
    monkeypatch.setattr(purging, "CHUNK", TICKETS // 4)
    bring(tickets())
    at, old = source(), SlaPolicy.objects.get()
    at.keep_months, at.figures_follow = 12, True
    at.save()
    editing.save_policy({"name": "Stricter", "calendar": old.calendar}, old=old, targets=STRICT, sites={},
                        holds_from=None, note="", actor=gia)  # fmt: skip
    asked = recomputing.ask(at, **JUNE, actor=gia)
    finish(asked.preview_id)
    return {
        "recompute": recomputing.apply(asked, actor=gia).job_id,
        "purge": purging.start(at, actor=None).job_id,
    }


# Whose work is interrupted, where, and by whom: before it locks its tickets, before it writes, before it deletes them.
MOMENTS = (
    ("recompute", "FOR NO KEY UPDATE", "purge"),
    ("recompute", "INSERT INTO metrics_slaresult", "purge"),
    ("purge", 'DELETE FROM "metrics_slaresult"', "recompute"),
    ("purge", 'DELETE FROM "metrics_ticket"', "recompute"),
)


@pytest.mark.parametrize(("ours", "moment", "theirs"), MOMENTS)
def test_neither_loses_nor_doubles_anything(
    ours: str, moment: str, theirs: str, jobs: dict[str, int | None]
) -> None:
    threads: list[threading.Thread] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Once, at that moment: the other one as far as it comes before it has to wait, or all of it."""
        if not threads and moment in sql:
            threads.append(in_a_thread(jobs[theirs]))
            until(lambda: not threads[0].is_alive() or is_waiting(), 60, "the other waits or ends")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        finish(jobs[ours])
    threads[0].join(60)
    assert not threads[0].is_alive(), "the other one ends"
    assert {*Job.objects.values_list("state", flat=True)} == {Job.State.DONE}
    left = {*Ticket.objects.values_list("external_id", flat=True)}
    assert left == {f"t{n}" for n in range(1, TICKETS, 2)}
    assert Purge.objects.get().counts["Ticket"] == TICKETS // 2, "each counted once"
    numbers = Ticket.objects.values("pk")
    assert not SlaResult.objects.exclude(ticket__in=numbers).exists(), "results without a ticket"
    assert not StatusSpan.objects.exclude(ticket__in=numbers).exists()
    results = SlaResult.objects.order_by().values_list("metric", "state", "policy__version")
    assert sorted(results) == sorted(
        [("first_reply", "breached", 2), ("resolution", "met", 2)] * (TICKETS // 2)
    )
    ageing.age()
    assert not StaleDay.objects.exists()
    shown = Rollup.objects.filter(label="").aggregate(n=Sum("created_n"), late=Sum("sla_reply_breached_n"))
    assert shown == {"n": TICKETS // 2, "late": TICKETS // 2}


@pytest.mark.parametrize(
    "moment", ["pg_advisory_xact_lock", "CREATE TEMP TABLE part", "INSERT INTO metrics_backlog"]
)
@pytest.mark.parametrize("one", [True, False])
def test_days_that_are_added_up_meanwhile_keep_what_goes(
    one: bool, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    bring(tickets().replace("06-10T15", "06-11T15"))  # so that there is a backlog
    at, whole = source(), everything()
    Source.objects.update(keep_months=12)
    job = purging.start(at, actor=None).job_id
    threads: list[threading.Thread] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not threads and moment in sql:
            threads.append(in_a_thread(job))
            threads[0].join(60)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        rollups.rebuild([date(2024, 6, 3), date(2024, 6, 10)], at.pk if one else None)
    assert Ticket.objects.count() == TICKETS // 2
    assert everything() == whole
