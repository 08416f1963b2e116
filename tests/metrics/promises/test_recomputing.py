"""Measuring the past again: first what would change, then the change, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from metrics.models import SlaPolicy, SlaResult, StaleDay
from metrics.promises import comparing, editing, recomputing
from metrics.promises.models import Recompute
from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
TICKETS = (
    "external_id,status,created_at,first_public_reply_at,last_solved_at,conversation\n"
    "t1,solved,2026-06-08T08:00Z,2026-06-08T09:30Z,2026-06-08T12:00Z,agent@2026-06-08T09:30Z;customer@2026-06-08T10:00Z;agent@2026-06-08T11:30Z\n"
    "t2,solved,2026-06-09T08:00Z,2026-06-09T08:30Z,2026-06-09T12:00Z,\n"
    "t3,solved,2026-07-09T08:00Z,2026-07-09T10:00Z,2026-07-09T12:00Z,\n"
)
STRICT = [{"metric": "first_reply", "seconds": 3600}, {"metric": "resolution", "seconds": 40 * 3600}]
JUNE = {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}


def finish(job: Job | None) -> Job:
    assert job is not None
    while running.run(job.pk):
        pass
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def stricter(gia: User, holds_from: date | None = None) -> SlaPolicy:
    old = SlaPolicy.objects.latest("version")
    return editing.save_policy({"name": "Stricter", "calendar": old.calendar}, old=old, targets=STRICT, sites={},
                               holds_from=holds_from, note="", actor=gia)  # fmt: skip


def results() -> dict[tuple[str, str], tuple[str, int]]:
    rows = SlaResult.objects.values_list("ticket__external_id", "metric", "state", "policy__version")
    return {(name, metric): (state, version) for name, metric, state, version in rows}


def asked(gia: User) -> Recompute:
    made = recomputing.ask(source(), **JUNE, actor=gia)
    finish(made.preview)
    made.refresh_from_db()
    return made


def test_first_what_would_change_and_then_that(gia: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(recomputing, "CHUNK", 1)
    bring(TICKETS)
    before = results()
    stricter(gia)
    assert results() == before
    preview = asked(gia)
    assert results() == before
    lines = {(line.metric, line.team): line for line in comparing.attainments(preview)}
    first = lines["first reply", ""]
    assert (first.results, first.moved, first.before, first.after) == (2, 1, 1.0, 0.5)
    assert preview.comparison["changed"] == 5
    finish(recomputing.apply(preview, actor=gia).job)
    assert results() == {
        ("t1", "first_reply"): ("breached", 2), ("t1", "resolution"): ("met", 2),
        ("t2", "first_reply"): ("met", 2), ("t2", "resolution"): ("met", 2),
        ("t3", "first_reply"): ("met", 1), ("t3", "resolution"): ("met", 1),
    }  # fmt: skip
    assert not StaleDay.objects.exists()
    assert [*Entry.objects.about(preview).values_list("event", flat=True).order_by("number")] == [
        Event.RECOMPUTE_ASKED,
        Event.RECOMPUTE_APPLIED,
    ]


def test_a_version_that_did_not_hold_then_changes_nothing(gia: User) -> None:
    bring(TICKETS)
    stricter(gia, holds_from=date(2026, 7, 1))
    assert asked(gia).comparison["changed"] == 0


def test_twice_is_once_and_a_policy_changed_since_asks_for_a_new_preview(gia: User) -> None:
    bring(TICKETS)
    preview = asked(gia)
    recomputing.apply(preview, actor=gia)
    with pytest.raises(editing.ServiceLevelRefused, match="already"):
        recomputing.apply(preview, actor=gia)
    other = asked(gia)
    stricter(gia)
    with pytest.raises(editing.ServiceLevelRefused, match="new preview"):
        recomputing.apply(other, actor=gia)
    unready = recomputing.ask(source(), **JUNE, actor=gia)
    with pytest.raises(editing.ServiceLevelRefused, match="not ready"):
        recomputing.apply(unready, actor=gia)


def test_a_lead_may_not(finn: User) -> None:
    with pytest.raises(PermissionDenied):
        recomputing.ask(source(), **JUNE, actor=finn)


def test_the_pages_lead_from_the_question_to_the_change(gia: User, client: Client) -> None:
    bring(TICKETS)
    stricter(gia)
    client.force_login(gia)
    backwards = {"source": source().pk, "first": "2026-06-30", "last": "2026-06-01"}
    assert client.post(reverse("promises:recompute_new"), backwards).status_code == 422
    said = {"source": source().pk, "first": "2026-06-01", "last": "2026-06-30"}
    place = client.post(reverse("promises:recompute_new"), said)["Location"]
    preview = Recompute.objects.get()
    finish(preview.preview)
    page = client.get(place).content.decode()
    assert "5 results of 2 tickets would change." in page
    assert "-50.0" in page
    client.post(reverse("promises:recompute_apply", args=[preview.pk]))
    preview.refresh_from_db()
    finish(preview.job)
    assert "Done." in client.get(place).content.decode()
