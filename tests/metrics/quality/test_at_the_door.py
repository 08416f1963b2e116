"""What of people comes in with QA results: chosen columns alone, masked; and nothing of who was erased."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from metrics import uploads
from metrics.models import Source, Ticket
from metrics.privacy import erasing, holding, person_files, persons
from metrics.privacy.tasks import retain
from metrics.quality import bringing, files, taking
from metrics.quality.models import QualityImport, Review, Scorecard
from sopdesk.accounts.models import Team, User
from sopdesk.jobs.models import Job
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"
HEAD = "Ticket,Customer name,Reviewer,Date,Comment,Misc,Greets,Solves it,Verifies the owner\n"
GOOD = "T1,Ann Smith,Gia Rossi,2026-11-12,Call +353 87 123 4567 says Ann,Ann Smith,yes,2,1\n"
BAD = "T2,Ann Smith,Gia Rossi,2026-11-12,Write to ann@example.com,Ann Smith,ann@example.com,2 for ann@example.com,1\n"
BROKEN = "T2,Ann Smith,Gia Rossi\n"
NOTED = "T2,Bob Ray,Gia Rossi,2026-11-12,Well done,,yes,2,1\n"


@pytest.fixture
def card(gia: User, payments: Team) -> Scorecard:
    for number, who in (("T1", ANN), ("T2", "bob@example.com")):
        making.ticket(number, payments, assignee="Dev", requester_key=persons.find(who).hashes[0])
    Source.objects.update(provides=["requester"])
    return making.scorecard(gia)


def draft(card: Scorecard, gia: User, text: str = HEAD + GOOD + BAD + BROKEN) -> QualityImport:
    return bringing.receive([text.encode()], name="qa.csv", source=making.source(), scorecard=card, actor=gia)


def held() -> str:
    return json.dumps([*QualityImport.objects.values(), *Review.objects.values()], default=str)


def test_nothing_is_written_but_chosen_columns_and_masked(card: Scorecard, gia: User) -> None:
    made = draft(card, gia)
    assert "Gia Rossi" not in held()
    done = making.brought(made, actor=gia)
    assert (done.added, done.rejected) == (1, 2)
    for word in ("Smith", "4567", ANN):
        assert word not in held()
    assert Review.objects.get().note == "Call [phone] says Ann"
    [head, wrong, broken] = csv.reader(io.StringIO("".join(bringing.as_csv(done)).removeprefix("\ufeff")))
    chosen = ["Ticket", "Reviewer", "Date", "Comment", "Greets", "Solves it", "Verifies the owner"]
    assert head[4:] == chosen
    assert wrong[2] == "[email]"
    assert wrong[4:] == ["T2", "Gia Rossi", "2026-11-12", "Write to [email]", "[email]", "2 for [email]", "1"]
    assert broken[4:] == []


def test_samples_are_shown_as_the_door_lets_them_in(card: Scorecard, gia: User, as_person: Any) -> None:
    page = as_person(gia).get(reverse("quality:import_read", args=[draft(card, gia).pk])).content.decode()
    assert "Customer name ([person])" in page
    assert "Greets (yes, [email])" in page
    assert ANN not in page


def test_the_file_is_the_desks_alone_and_goes_when_it_is_in(
    card: Scorecard, gia: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    uploads.folder().chmod(0o755)
    made = draft(card, gia)
    path = uploads.folder() / made.stored
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with django_capture_on_commit_callbacks(execute=True):
        making.brought(made, actor=gia)
    assert not path.exists()
    thrown = draft(card, gia)
    with django_capture_on_commit_callbacks(execute=True):
        bringing.discard(thrown, actor=gia)
    assert not files.is_there(thrown)


def test_the_night_takes_what_a_worker_left_and_drafts_over_their_time(card: Scorecard, gia: User) -> None:
    done, old = making.brought(draft(card, gia), actor=gia), draft(card, gia)
    assert files.is_there(done)
    QualityImport.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    retain()
    assert not files.is_there(done)
    assert not files.is_there(old)
    assert [*QualityImport.objects.values_list("state", "stored")] == [("done", "")]


def test_a_file_that_is_gone_is_said(card: Scorecard, gia: User, as_person: Any) -> None:
    made = bringing.bring(draft(card, gia), actor=gia)
    files.remove(made)
    making.run_job(made)
    job = Job.objects.get(pk=made.job_id)
    assert (job.state, job.error) == (
        Job.State.FAILED,
        "The uploaded file is no longer there. Upload it again.",
    )
    taking.give_back(job)
    answer = as_person(gia).get(reverse("quality:import_read", args=[made.pk]))
    assert answer.status_code == 410
    assert "no longer there" in answer.content.decode()
    assert "Throw the file away" in answer.content.decode()


def test_notes_of_the_erased_do_not_come_back(
    card: Scorecard, gia: User, carla: User, as_person: Any
) -> None:
    text = HEAD + GOOD + NOTED
    making.brought(draft(card, gia, text), actor=gia)
    erasing.erase(persons.find(ANN), actor=carla)
    again = making.brought(draft(card, gia, text.replace(",yes,2", ",yes,1") + BAD), actor=gia)
    assert (again.changed, again.notes_left) == (2, 1)
    assert dict(Review.objects.values_list("external_id", "note")) == {"T1": "", "T2": "Well done"}
    page = as_person(gia).get(reverse("quality:import_read", args=[again.pk])).content.decode()
    assert "The note of 1 row is left out" in page


def test_a_note_that_is_left_out_takes_none_away(card: Scorecard, gia: User, carla: User) -> None:
    """Of a ticket without a customer, which may be of somebody else."""
    Ticket.objects.filter(external_id="T2").update(requester_key=None)
    making.brought(draft(card, gia, HEAD + NOTED), actor=gia)
    erasing.erase(persons.find(ANN), actor=carla)
    again = making.brought(draft(card, gia, HEAD + NOTED.replace(",yes,2", ",yes,1")), actor=gia)
    assert (again.changed, again.notes_left, Review.objects.get().note) == (1, 1, "Well done")


def test_where_no_customers_are_told_notes_come_in(card: Scorecard, gia: User, carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)
    Source.objects.update(provides=[])
    assert making.brought(draft(card, gia, HEAD + GOOD), actor=gia).notes_left == 0
    assert Review.objects.get().note


def test_notes_are_found_given_out_and_erased_also_of_rejected_rows(
    card: Scorecard, gia: User, carla: User
) -> None:
    done = making.brought(draft(card, gia, HEAD + GOOD + BAD + BAD.replace("T2", "T1")), actor=gia)
    person = persons.find(ANN)
    assert persons.held(person, carla).notes == 1
    with zipfile.ZipFile(person_files.make(person, actor=carla).path) as archive:
        [ticket] = json.loads(archive.read("data.json"))["tickets"]
    assert [words["note"] for words in ticket["notes_in_reviews"]] == [
        "Call [phone] says Ann",
        "Write to [email]",
    ]
    erasing.erase(person, actor=carla)
    done.refresh_from_db()
    assert [row["cells"][3] for row in done.rejected_rows] == ["Write to [email]", ""]
    assert persons.held(person, carla).notes == 0


def test_a_hold_keeps_the_file_of_a_draft(card: Scorecard, gia: User, carla: User) -> None:
    made = draft(card, gia)
    QualityImport.objects.update(at=timezone.now() - timedelta(days=31))
    holding.place(person="", reason="Dispute", source=made.source, actor=carla)
    retain()
    assert files.is_there(made)


def test_an_upgrade_takes_cells_out_of_rows_that_were_rejected(card: Scorecard, gia: User) -> None:
    done = making.brought(draft(card, gia), actor=gia)
    old = {"line": 3, "column": "Greets", "value": ANN, "reason": "No score.", "cells": ["T2", ANN]}
    QualityImport.objects.filter(pk=done.pk).update(rejected_rows=[old, {**old, "line": 4}])
    with connection.cursor() as cursor:
        cursor.execute(import_module("metrics.quality.migrations.0005_no_rows_of_files").STRIP)
    done.refresh_from_db()
    stripped = {**old, "value": "", "cells": []}
    assert done.rejected_rows == [stripped, {**stripped, "line": 4}]
    assert "No score." in "".join(bringing.as_csv(done))
