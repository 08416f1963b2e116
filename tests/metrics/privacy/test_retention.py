"""What is over its time goes, what a hold keeps stays, and the figures of before stay too."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from metrics import ageing, importing, reporting, rollups
from metrics.filters import Period
from metrics.models import (
    Import,
    Rating,
    RejectedRow,
    Rollup,
    SlaResult,
    Source,
    StatusSpan,
    Ticket,
    TicketText,
    Week,
    WeekCell,
)
from metrics.privacy import filing, holding, keeping, purging
from metrics.privacy.holding import HoldRefused
from metrics.privacy.models import LegalHold, Purge
from metrics.privacy.purging import PurgeRefused
from metrics.privacy.tasks import remove_files, retain
from metrics.reporting import Refused
from metrics.weeks import WEEKS
from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, bring, draft, source
from tests.metrics.test_rebuilding import everything

pytestmark = pytest.mark.django_db

HEAD = (
    "external_id,status,created_at,updated_at,last_solved_at,requester,labels,"
    "pending_spans,rating,rating_scale,subject\n"
)
OLD = (
    "A1,solved,2024-05-04T09:00Z,2024-05-04T12:00Z,2024-05-04T12:00Z,ann@example.com,refund,"
    "2024-05-04T10:00Z/2024-05-04T11:00Z,good,good_bad,Please help\n"
)
NEW = f"A2,open,2024-05-05T09:00Z,{timezone.now():%Y-%m-%dT%H:%MZ},,bob@example.com,,,,,\n"
WRONG = "A3,open,yesterday,,,,,,,,\n"


def mapping() -> dict[str, Any]:
    return {**SHIPPED["sopdesk"], "columns": {**SHIPPED["sopdesk"]["columns"], "subject": "subject"}}


def brought(*, months: int | None = 12) -> Source:
    at = source()
    at.keep_months, at.keeps_subject = months, True
    at.save()
    bring(HEAD + OLD + NEW + WRONG, read_as=mapping(), at=at)
    return at


def purged(at: Source, actor: User | None = None) -> Purge:
    purge = purging.start(at, actor=actor)
    assert purge.job_id is not None
    while running.run(purge.job_id):
        pass
    purge.refresh_from_db()
    return purge


def numbers() -> list[str]:
    return list(Ticket.objects.order_by("external_id").values_list("external_id", flat=True))


def test_it_is_told_before_it_is_done() -> None:
    plan = purging.plan(brought())
    assert plan is not None
    assert [(month["month"].date(), month["going"], month["held"]) for month in plan.months] == [
        (date(2024, 5, 1), 1, 0)
    ]
    assert (plan.tickets, plan.held, plan.texts, plan.rejected) == (1, 0, 1, 0)
    assert numbers() == ["A1", "A2"]


def test_a_ticket_goes_with_all_that_hangs_on_it_and_the_figures_stay(carla: User) -> None:
    at = brought()
    before = sorted(Rollup.objects.values_list("day", "created_n", "good_n"))
    purge = purged(at, carla)
    assert numbers() == ["A2"]
    gone = Ticket.objects.values("pk")
    for model in (StatusSpan, Rating, SlaResult, TicketText):
        assert not model.objects.exclude(ticket__in=gone).exists()
    assert purge.counts["Ticket"] == purge.counts["Rating"] == purge.counts["TicketText"] == 1
    assert sorted(Rollup.objects.values_list("day", "created_n", "good_n")) == before
    entry = Entry.objects.filter(event=Event.PURGE_FINISHED).get()
    assert "ann@" not in str(entry.facts)
    assert entry.facts["rows"]["Ticket"] == 1


def test_a_late_row_of_a_purged_day_does_not_add_it_up_anew() -> None:
    at = brought()
    purged(at)
    bring(HEAD + OLD.replace("A1", "A9"), read_as=mapping(), at=at)
    assert Rollup.objects.filter(label="").aggregate(n=Sum("good_n"))["n"] == 1


def test_a_week_keeps_its_purged_days_when_another_of_them_is_added_up() -> None:
    at = brought()
    purged(at)
    Source.objects.filter(pk=at.pk).update(figures_frozen_before=date(2024, 5, 5))
    rollups.rebuild([date(2024, 5, 4), date(2024, 5, 5)])
    for weeks in (Week.objects.filter(label=""), *(WeekCell.objects.filter(kind=k) for k in WeekCell.Kind)):
        for number in (1, WEEKS):
            held = weeks.filter(weeks=number)
            assert held.aggregate(n=Sum("created_n"), good=Sum("good_n")) == {"n": 2, "good": 1}


HUNG = "external_id,status,created_at,updated_at,last_solved_at,labels,assignee,macro_keys"
WAITS = (
    "customer@2024-05-04T09:00Z;agent@2024-05-04T09:30Z;customer@2024-05-20T22:30Z;agent@2024-05-20T22:40Z"
)
LATE = [
    ("rating,rating_scale,rated_at", "good,good_bad,2024-05-20T23:30Z", date(2024, 5, 21), "good_n"),
    ("active_s,handled_at", "60,2024-05-20T12:00Z", date(2024, 5, 20), "handled_n"),
    ("first_public_reply_at,conversation", f"2024-05-04T09:30Z,{WAITS}", date(2024, 5, 20), "next_reply_n"),
    ("type", "incident", date(2024, 5, 6), "solved_n"),
    ("rating,rating_scale,rated_at", "good,good_bad,AHEAD", date(2024, 5, 6), "solved_n"),
]


@pytest.mark.parametrize(("columns", "cells", "last", "counted"), LATE)
def test_what_hangs_on_a_ticket_freezes_its_day_however_late(
    columns: str, cells: str, last: date, counted: str, hal: User
) -> None:
    at = Source.objects.create(name="Helpdesk", keep_months=12)
    times = "2024-05-04T09:00Z,2024-05-04T09:00Z,2024-05-06T12:00Z"
    cells = cells.replace("AHEAD", f"{timezone.now() + timedelta(days=60):%Y-%m-%dT%H:%MZ}")
    bring(f"{HUNG},{columns}\nB1,solved,{times},refund,ann,m1,{cells}\n", at=at)
    whole = everything()
    purged(at)
    at.refresh_from_db()
    assert at.figures_frozen_before == last + timedelta(days=1)
    rollups.rebuild([date(2024, 5, 1) + timedelta(days=n) for n in range(31)])
    assert everything() == whole
    assert getattr(Rollup.objects.get(day=last, label=""), counted) == 1
    with pytest.raises(Refused, match="were deleted"):
        reporting.report(hal, "volume", period=Period(last, last), narrow={"agent": "ann", "label": "refund"})


def test_a_day_that_is_frozen_stays_so() -> None:
    at = brought()
    Source.objects.filter(pk=at.pk).update(figures_frozen_before=date(2024, 6, 1))
    purged(at)
    at.refresh_from_db()
    assert at.figures_frozen_before == date(2024, 6, 1)


# The one that stays was followed by one that goes within seven days; that one was asked again on a day of its own.
FOLLOWED = (
    "external_id,status,created_at,updated_at,last_solved_at,first_public_reply_at,requester,labels,conversation\n"
    f"B1,solved,2024-05-03T09:00Z,{timezone.now():%Y-%m-%dT%H:%MZ},2024-05-03T12:00Z,,bob@example.com,refund,\n"
    "B2,solved,2024-05-09T09:00Z,2024-05-20T12:00Z,2024-05-20T12:00Z,2024-05-09T10:00Z,bob@example.com,refund,"
    "customer@2024-05-09T09:00Z;agent@2024-05-09T10:00Z;customer@2024-05-14T09:00Z;agent@2024-05-14T10:00Z\n"
)


def test_the_figures_follow_where_the_source_says_so() -> None:
    at = brought()
    bring(FOLLOWED, at=at)
    assert Rollup.objects.get(day=date(2024, 5, 14), label="").next_reply_n == 1
    assert Rollup.objects.get(day=date(2024, 5, 3), label="").contact_once_n is None, "B2 follows B1"
    at.figures_follow = True
    at.save()
    purged(at)
    assert numbers() == ["A2", "B1"]
    ageing.age()
    followed = everything()
    assert Rollup.objects.get(day=date(2024, 5, 3), label="").contact_once_n == 1
    days = [date(2024, 5, 1) + timedelta(days=n) for n in range(31)]
    rollups.rebuild(days)
    assert everything() == followed


@pytest.mark.parametrize(
    "narrowed",
    [
        {"label": "refund"},
        {"external_id": "A1"},
        {"created_from": date(2024, 5, 4), "created_to": date(2024, 5, 4)},
        {"person": " ANN@example.com"},
    ],
)
def test_what_a_hold_keeps_stays_until_it_is_ended(narrowed: dict[str, Any], carla: User) -> None:
    at = brought()
    hold = holding.place(**{"person": "", "reason": "Dispute 7", **narrowed}, actor=carla)
    plan = purging.plan(at)
    assert plan is not None
    assert (plan.tickets, plan.held, plan.kept) == (0, 1, [(hold, 1)])
    purged(at)
    assert numbers() == ["A1", "A2"]
    holding.end(hold, because="settled", actor=carla)
    purged(at)
    assert numbers() == ["A2"]


def test_a_hold_of_something_else_keeps_nothing(carla: User) -> None:
    at = brought()
    holding.place(person="", reason="Dispute", label="refund", external_id="A2", actor=carla)
    purged(at)
    assert numbers() == ["A2"]


def test_a_hold_says_what_it_keeps_ends_once_and_its_record_names_nobody(carla: User) -> None:
    with pytest.raises(ValidationError):
        holding.place(person="", reason="Everything", actor=carla)
    hold = holding.place(person="ann@example.com", reason="Ann sues", actor=carla)
    holding.end(hold, because="settled", actor=carla)
    with pytest.raises(HoldRefused):
        holding.end(hold, because="again", actor=carla)
    facts = str(list(Entry.objects.values_list("facts", "subject_label")))
    assert "Ann" not in facts
    assert hold.people[0] not in facts


def test_only_those_who_answer_for_privacy_may(gia: User, finn: User) -> None:
    at = brought()
    for person in (gia, finn):
        for refused in (
            lambda who=person: purging.start(at, actor=who),
            lambda who=person: holding.place(person="", reason="x", label="y", actor=who),
            lambda who=person: keeping.change(at, actor=who),
        ):
            with pytest.raises(PermissionDenied):
                refused()
        assert not LegalHold.objects.visible_to(person).exists()


def test_nothing_goes_of_a_source_that_keeps_for_ever(carla: User) -> None:
    at = brought(months=None)
    assert purging.plan(at) is None
    with pytest.raises(PurgeRefused):
        purging.start(at, actor=carla)
    retain()
    assert numbers() == ["A1", "A2"]


def test_the_night_deletes_and_does_so_once() -> None:
    brought()
    retain()
    retain()
    purge = Purge.objects.get()
    assert purge.job_id is not None
    while running.run(purge.job_id):
        pass
    retain()
    assert numbers() == ["A2"]
    assert Purge.objects.count() == 1


def test_texts_go_when_the_source_keeps_none_any_more(carla: User) -> None:
    at = brought(months=None)
    values = {name: getattr(at, name) for name in keeping.FIELDS}
    keeping.change(at, actor=carla, **{**values, "keeps_subject": False})
    assert TicketText.objects.exists()
    retain()
    assert not TicketText.objects.exists()
    assert Entry.objects.filter(event=Event.SOURCE_CHANGED).get().facts == {"keeps_subject": [True, False]}


def test_uploaded_files_go_after_their_days(carla: User) -> None:
    brought()
    done = Import.objects.get()
    assert done.job is not None
    done.job.finished_at = timezone.now() - timedelta(days=31)
    done.job.save()
    hold = holding.place(person="", reason="Dispute", source=done.source, actor=carla)
    assert filing.remove_old() == 0
    holding.end(hold, because="settled", actor=carla)
    assert filing.remove_old() == 1
    assert not importing.stored_path(done).exists()
    assert filing.remove_old() == 0
    assert RejectedRow.objects.count() == 1


def test_a_file_that_nothing_needs_goes_within_the_hour() -> None:
    whole, partly, waits = bring(HEAD + OLD), bring(HEAD + NEW + WRONG), draft(HEAD + NEW)
    assert importing.stored_path(whole).stat().st_mode & 0o077 == 0
    assert importing.stored_path(whole).parent.stat().st_mode & 0o077 == 0
    assert filing.over().count() == 1
    remove_files()
    assert [importing.stored_path(each).exists() for each in (whole, partly, waits)] == [False, True, True]


def test_with_the_file_goes_what_it_was_made_into(carla: User) -> None:
    """JSON, workbooks and packed files are rewritten once; a job that failed may have left more."""
    done = bring('[{"id": "1", "state": "open", "created": "2024-05-04T10:00Z"}]', read_as={
        "shape": "tickets", "columns": {"external_id": "id", "status": "state", "created_at": "created"},
    })  # fmt: skip
    stored = importing.stored_path(done)
    assert stored.suffix == ".csv"
    stored.with_suffix(".plain").write_text("left")
    other = stored.with_name("other.upload")
    other.write_text("of another")
    assert done.job is not None
    done.job.finished_at = timezone.now() - timedelta(days=31)
    done.job.save()
    assert filing.remove_old() == 1
    assert [path.name for path in stored.parent.iterdir()] == ["other.upload"]


def test_an_upgrade_takes_away_results_that_lost_their_ticket() -> None:
    brought()
    kept = {*SlaResult.objects.values_list("pk", flat=True)}
    lost = SlaResult.objects.order_by("pk")[0]
    lost.pk, lost.ticket_id = None, lost.ticket_id + 1_000_000
    lost.save(force_insert=True)
    assert SlaResult.objects.count() == len(kept) + 1
    with connection.cursor() as cursor:
        cursor.execute(import_module("metrics.migrations.0019_results_without_a_ticket").DELETE)
    assert {*SlaResult.objects.values_list("pk", flat=True)} == kept
