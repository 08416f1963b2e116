"""What an import adds, changes, leaves alone, refuses and reports."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from metrics import importing, rejecting
from metrics.importing import AlreadyImported
from metrics.mapping import MappingRefused
from metrics.models import HandleSegment, Import, Rating, RejectedRow, Rollup, StaleDay, StatusSpan, Ticket
from sopdesk.accounts.models import Team, User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, bring, draft, finish, source

pytestmark = pytest.mark.django_db

HEAD = "external_id,status,created_at,updated_at,last_solved_at,team,labels,requester,rating,rating_scale,active_s\n"
ONE = (
    "A1,solved,2026-05-04T09:00Z,2026-05-04T12:00Z,2026-05-04T12:00Z,payments,refund|vip,ann@example.com,"
    "good,good_bad,300\n"
)
TWO = "A2,open,2026-05-05T09:00Z,2026-05-05T12:00Z,,Elsewhere,,,,,\n"


def counts(done: Import) -> tuple[int, int, int, int]:
    assert done.state == "done", done.job and done.job.error
    return done.added, done.changed, done.same, done.rejected


OF_THE_ROW = {"id", "ticket_id", "first_import", "last_import"}


def everything() -> list[list[Any]]:
    """What a dashboard and a list could show, without the numbers rows happen to have."""
    models = (Ticket, Rating, HandleSegment, StatusSpan, Rollup)
    return [
        sorted(str({k: v for k, v in row.items() if k not in OF_THE_ROW}) for row in model.objects.values())
        for model in models
    ]


def test_a_ticket_is_read_with_all_that_hangs_on_it(payments: Team) -> None:
    assert counts(bring(HEAD + ONE + TWO)) == (2, 0, 0, 0)
    ticket = Ticket.objects.get(external_id="A1")
    assert (ticket.team, ticket.labels, ticket.status) == (payments, ["refund", "vip"], "solved")
    assert (ticket.ratings.get().normalised, ticket.handle_segments.get().handle_s) == ("positive", 300)
    assert Ticket.objects.get(external_id="A2").team_name == "Elsewhere"


def test_a_customer_is_only_a_keyed_hash() -> None:
    bring(HEAD + ONE + ONE.replace("A1", "A3").replace("ann@", " ANN@"))
    keys = set(Ticket.objects.values_list("requester_key", flat=True))
    assert len(keys) == 1
    assert "ann@" not in str(everything())


def test_the_same_file_is_one_job_and_changes_nothing() -> None:
    first = bring(HEAD + ONE + TWO)
    before = everything()
    with pytest.raises(AlreadyImported) as again:
        importing.start(draft(HEAD + ONE + TWO), SHIPPED["sopdesk"], time_zone="UTC", actor=None)
    assert again.value.ticket_import == first
    assert Job.objects.count() == 1
    assert everything() == before


def test_the_same_rows_in_another_file_change_nothing() -> None:
    bring(HEAD + ONE + TWO)
    before = everything()
    assert counts(bring(HEAD + TWO + ONE)) == (0, 0, 2, 0)
    assert everything() == before


def test_older_never_overwrites_newer() -> None:
    bring(HEAD + ONE)
    older = ONE.replace("T12:00Z,2026-05-04T12:00Z", "T11:00Z,2026-05-04T11:00Z").replace("good,", "bad,")
    assert counts(bring(HEAD + older)) == (0, 0, 1, 0)
    assert Rating.objects.get().raw == "good"


def test_newer_replaces_the_ticket_and_moves_it_in_the_rollups() -> None:
    bring(HEAD + ONE)
    newer = ONE.replace("2026-05-04T12:00Z", "2026-05-06T12:00Z").replace("good,", "bad,")
    assert counts(bring(HEAD + newer)) == (0, 1, 0, 0)
    assert [rating.raw for rating in Rating.objects.order_by("counts_at")] == ["good", "bad"]
    whole = Rollup.objects.filter(label="")
    assert sorted((row.day.day, row.resolution_n or 0, row.good_n or 0, row.bad_n or 0) for row in whole) == [
        (4, 0, 0, 0),
        (6, 1, 0, 1),
    ]
    assert not StaleDay.objects.exists()


def test_one_ticket_twice_in_a_file_is_one_ticket() -> None:
    later = ONE.replace("2026-05-04T12:00Z,2026", "2026-05-04T13:00Z,2026").replace("refund|vip", "late")
    assert counts(bring(HEAD + later + ONE)) == (1, 0, 1, 0)
    assert Ticket.objects.get().labels == ["late"]


def test_rejected_rows_come_back_to_be_mended_and_read_again() -> None:
    wrong = (
        "A7,solved,04/05/2026,,,=SUM(A1),,,,,\n"
        "A8,sloved,2026-05-04T09:00Z,,,,,,,,\n"
        ",new,2026-05-04T09:00Z,,,,,,,,\n"
    )
    done = bring(HEAD + ONE + wrong)
    assert counts(done) == (1, 0, 0, 3)
    told = [(row.line, row.column, row.value, row.reason) for row in RejectedRow.objects.all()]
    assert told == [
        (3, "created_at", "04/05/2026", "value"),
        (4, "status", "sloved", "value"),
        (5, "external_id", "", "missing"),
    ]
    rows = [*csv.DictReader(io.StringIO("".join(rejecting.as_csv(done)).removeprefix("\ufeff")))]
    assert rows[0]["team"] == "'=SUM(A1)"
    assert all(row["rejected_reason"] for row in rows)
    mended = "".join(rejecting.as_csv(done)).replace("04/05/2026", "2026-05-04").replace("sloved", "solved")
    assert counts(bring(mended)) == (2, 0, 0, 1)
    assert Ticket.objects.get(external_id="A7").team_name == "=SUM(A1)"


def test_impossible_values_are_kept_flagged_and_left_out() -> None:
    rows = (
        "A1,solved,2026-05-04T09:00Z,,2026-05-03T09:00Z,,,,,,\n"
        "A2,solved,2026-05-04T09:00Z,,2026-05-04T10:00Z,,,,,,-5\n"
    )
    done = bring(HEAD + rows)
    assert (counts(done), done.flagged) == ((2, 0, 0, 0), 2)
    assert Ticket.objects.get(external_id="A1").flags == ["solved_before_created"]
    whole = Rollup.objects.filter(label="")
    assert sum(row.flagged_n or 0 for row in whole) == 2
    assert sum(row.resolution_n or 0 for row in whole) == 1
    assert sum(row.handled_n or 0 for row in whole) == 0


@pytest.mark.parametrize(
    "stamp", ["now", "infinity", "0001-01-01", "9999-12-31", "2026-02-31", "1/2/2026", "epoch"]
)
def test_a_time_that_cannot_be_read_or_believed_rejects_its_row(stamp: str) -> None:
    assert counts(bring(f"external_id,status,created_at\nA1,new,{stamp}\n")) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("zone", "stamp", "utc"),
    [
        ("Europe/Dublin", "2026-07-01 10:00", "2026-07-01T09:00:00+00:00"),
        ("Europe/Dublin", "2026-01-01 10:00", "2026-01-01T10:00:00+00:00"),
        ("Asia/Manila", "2026-07-01 10:00+01:00", "2026-07-01T09:00:00+00:00"),
    ],
)
def test_a_stamp_without_a_zone_is_in_the_one_that_was_named(zone: str, stamp: str, utc: str) -> None:
    bring(f"external_id,status,created_at\nA1,new,{stamp}\n", zone=zone)
    assert Ticket.objects.get().created_at.isoformat() == utc


@pytest.mark.parametrize(
    ("dates", "stamp"),
    [
        ("dmy", "4/5/2026 09:00"),
        ("mdy", "5/4/2026 9:00 AM"),
        ("unix", "1777885200"),
        ("unix_ms", "1777885200000"),
    ],
)
def test_dates_in_the_forms_that_sources_write(dates: str, stamp: str) -> None:
    bring(f"external_id,status,created_at\nA1,new,{stamp}\n", read_as={**SHIPPED["sopdesk"], "dates": dates})
    assert Ticket.objects.get().created_at.isoformat() == "2026-05-04T09:00:00+00:00"


def test_a_file_without_a_needed_column_is_refused_by_name() -> None:
    with pytest.raises(MappingRefused, match="created_at"):
        bring("external_id,status\nA1,new\n")
    assert not Ticket.objects.exists()


def test_columns_nobody_reads_are_named() -> None:
    assert bring("external_id,status,created_at,moon\nA1,new,2026-05-04,full\n").ignored_columns == ["moon"]


def test_the_audit_says_who_brought_what(gia: User) -> None:
    bring(HEAD + ONE, actor=gia)
    entries = Entry.objects.filter(event__in=[Event.IMPORT_STARTED, Event.IMPORT_FINISHED]).order_by("number")
    assert [(entry.event, entry.actor_name) for entry in entries] == [
        ("import:started", "Gia Rossi"),
        ("import:finished", "Gia Rossi"),
    ]
    assert entries[1].facts["added"] == 1


def test_chunks_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small chunks make the same tickets, children and rollups as one large one."""
    rows = "".join(ONE.replace("A1", f"A{n % 30}").replace(":00Z,", f":{n % 60:02}Z,") for n in range(100))
    bring(HEAD + rows, at=source("One chunk"))
    whole = everything()
    Ticket.objects.all().delete()
    for model in (Rating, HandleSegment, StatusSpan, Rollup):
        model.objects.all().delete()
    monkeypatch.setattr(importing, "CHUNK_ROWS", 7)
    Import.objects.update(job=None)
    Job.objects.all().delete()
    again = importing.start(
        draft(HEAD + rows, at=source("One chunk")), SHIPPED["sopdesk"], time_zone="UTC", actor=None
    )
    assert finish(again).state == "done"
    assert everything() == whole
