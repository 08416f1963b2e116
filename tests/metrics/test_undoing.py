"""An import is undone: what it added goes, what it changed is as it was, unless a newer import changed it since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics import importing, undoing
from metrics.importing import AlreadyImported
from metrics.models import (
    HandleSegment,
    Import,
    Rating,
    Rollup,
    SlaResult,
    Source,
    StaleDay,
    StatusSpan,
    Ticket,
    TicketBefore,
    VendorFigure,
)
from metrics.undo_wording import asked, told
from metrics.undoing import undo
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, bring, draft

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,updated_at,team,rating,rating_scale,active_s\n"
MAY_4, MAY_5 = "2026-05-04T10:00Z", "2026-05-05T10:00Z"
FIRST = f"{HEAD}A1,open,{MAY_4},{MAY_4},x,good,good_bad,60\nA2,open,{MAY_4},{MAY_4},x,,,\n"
SECOND = f"{HEAD}A1,solved,{MAY_4},{MAY_5},y,bad,good_bad,90\nA3,new,{MAY_5},{MAY_5},x,,,\n"


def test_a_ticket_that_an_import_changes_is_kept_as_it_was() -> None:
    first, second = bring(FIRST), bring(SECOND)
    written = Ticket.objects.values_list("external_id", "first_import", "last_import").order_by("external_id")
    assert [*written] == [
        ("A1", first.pk, second.pk),
        ("A2", first.pk, first.pk),
        ("A3", second.pk, second.pk),
    ]
    before = TicketBefore.objects.get()
    assert (before.ticket_import, before.ticket["status"], before.ticket["last_import"]) == (
        second, "open", first.pk,
    )  # fmt: skip
    assert before.hanging["rating"][0]["raw"] == "good"
    assert before.hanging["handlesegment"][0]["active_s"] == 60


def test_a_ticket_twice_in_one_file_is_kept_as_it_was_before_the_file() -> None:
    bring(FIRST)
    twice = SECOND + "A1,closed,2026-05-04T10:00Z,2026-05-06T10:00Z,y,bad,good_bad,90\n"
    bring(twice)
    assert TicketBefore.objects.get().ticket["status"] == "open"


def undone(of: Import, gia: User) -> Import:
    undo(of, actor=gia)
    of.refresh_from_db()
    assert of.undo_job_id is not None
    while running.run(of.undo_job_id):
        pass
    return Import.objects.select_related("undo_job", "job", "source").get(pk=of.pk)


def everything() -> list[list[str]]:
    """All there is of tickets and figures, but for numbers of rows that no one sees."""
    models = (Ticket, Rating, HandleSegment, StatusSpan, SlaResult, VendorFigure, Rollup)
    return [
        sorted(
            str({k: v for k, v in row.items() if k not in {"id", "elapsed_s"}})
            for row in model.objects.values()
        )
        for model in models
    ]


def test_what_it_added_goes_and_what_it_changed_is_as_it_was(gia: User) -> None:
    bring(FIRST)
    before = everything()
    second = bring(SECOND)
    assert everything() != before
    done = undone(second, gia)
    assert everything() == before
    assert done.undo_job is not None
    assert done.undo_job.report == {"removed": 1, "restored": 1, "left": 0}
    assert done.state == "undone"
    assert not StaleDay.objects.exists()
    assert not TicketBefore.objects.exists()


def test_the_audit_says_who_took_it_back(gia: User) -> None:
    undone(bring(FIRST), gia)
    entries = Entry.objects.filter(event__startswith="import:und").order_by("number")
    assert [entry.event for entry in entries] == ["import:undo_started", "import:undone"]
    assert entries[1].facts == {"removed": 2}
    assert not Ticket.objects.exists()
    assert not Rollup.objects.exists()
    assert Source.objects.get().provides == []


def test_what_a_newer_import_changed_since_stays_and_is_said(gia: User) -> None:
    first, second = bring(FIRST), bring(SECOND)
    done = undone(first, gia)
    assert [*Ticket.objects.values_list("external_id", flat=True).order_by("external_id")] == ["A1", "A3"]
    assert done.undo_job is not None
    assert done.undo_job.report == {"removed": 1, "restored": 0, "left": 1}
    undone(second, gia)
    assert not Ticket.objects.exists()


def test_undone_in_any_order_nothing_is_left(gia: User) -> None:
    first, second = bring(FIRST), bring(SECOND)
    undone(second, gia)
    undone(first, gia)
    assert not Ticket.objects.exists()
    assert not Rollup.objects.exists()


def test_by_chunks_it_is_the_same(gia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "CHUNK_TICKETS", 1)
    bring(FIRST)
    before = everything()
    done = undone(bring(SECOND), gia)
    assert everything() == before
    assert done.undo_job is not None
    assert done.undo_job.report == {"removed": 1, "restored": 1, "left": 0}


def test_the_same_file_comes_in_again_after_an_undo(gia: User) -> None:
    undone(bring(FIRST), gia)
    again = bring(FIRST)
    assert (again.state, again.added) == ("done", 2)
    with pytest.raises(AlreadyImported):
        bring(FIRST)


def test_an_event_log_is_undone_with_its_spans(gia: User) -> None:
    log = (
        "number,ident_state,sys_updated_at,opened_at\n"
        "I1,New,1/5/2026 10:00,1/5/2026 09:00\nI1,Resolved,2/5/2026 10:00,1/5/2026 09:00\n"
    )
    first = bring(log, read_as="servicenow_events")
    before = everything()
    bring(log + "I1,Active,3/5/2026 10:00,1/5/2026 09:00\n", read_as="servicenow_events")
    second = Import.objects.exclude(pk=first.pk).get()
    undone(second, gia)
    assert everything() == before


def test_it_is_asked_once_and_refused_in_words(gia: User, as_person: Any) -> None:
    done, browser = bring(FIRST), as_person(gia)
    address = reverse("metrics:import_undo", args=[done.pk])
    page = browser.get(address).content.decode()
    assert "The 2 tickets it added are removed. Tickets that" in page
    assert "it changed become" not in page
    assert browser.post(address).status_code == 302
    again = browser.post(address, follow=True).content.decode()
    assert "was undone already" in again
    report = browser.get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "being undone" in report


def test_only_what_there_is_is_named() -> None:
    bring(FIRST)
    assert "The 1 ticket it changed becomes what it was before." in asked(bring(SECOND))["consequence"]
    nothing = asked(bring(SECOND.replace("\n", "\r\n")))["consequence"]
    assert nothing.startswith("It added no ticket and changed none")
    assert told({"removed": 1, "restored": 0}) == "1 ticket was removed."
    assert (
        told({"removed": 2, "restored": 1200})
        == "2 tickets were removed. 1,200 tickets are as they were before."
    )
    assert told({}) == "There was no ticket to take back."


def test_an_import_that_runs_is_not_undone(gia: User) -> None:
    started = importing.start(draft(FIRST), SHIPPED["sopdesk"], time_zone="UTC", actor=None)
    with pytest.raises(undoing.UndoRefused, match="not ended"):
        undo(started, actor=gia)


def test_what_was_replaced_long_ago_is_let_go_and_its_tickets_stay(gia: User) -> None:
    bring(FIRST)
    second = bring(SECOND)
    Import.objects.filter(pk=second.pk).update(created_at=timezone.now() - timedelta(days=99))
    assert undoing.forget_befores() == 1
    done = undone(second, gia)
    assert done.undo_job is not None
    assert done.undo_job.report == {"removed": 1, "restored": 0, "left": 1}
    assert Ticket.objects.get(external_id="A1").status == "solved"


def test_the_report_names_what_cannot_be_true(gia: User, as_person: Any) -> None:
    done = bring("external_id,status,created_at,closed_at,active_s\nB1,closed,2026-05-04,2026-05-01,-5\n")
    page = as_person(gia).get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "Flagged tickets" in page
    for words in ("closed before it was created", "handle time below zero", "solved before it was created"):
        assert words in page
