"""QA results from a file: what is taken, what is rejected and why, and the same again changes nothing."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from metrics.containers import FileRefused
from metrics.filters import Period
from metrics.privacy import holding
from metrics.quality import bringing, iqs, scorecards, taking
from metrics.quality.errors import QualityRefused
from metrics.quality.models import QualityImport, Review, Scorecard
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
HEAD = "Ticket,Reviewer,Date,Comment,Greets,Solves it,Verifies the owner\n"
GOOD = "T1,Gia Rossi,2026-11-12,Fine,yes,2,1\nT2,Nora (QA Ltd),2026-11-13 10:00,,no,1,n/a\n"


@pytest.fixture
def card(gia: User, payments: Team) -> Scorecard:
    for number in ("T1", "T2", "T3"):
        making.ticket(number, payments, assignee="Dev")
    return making.scorecard(gia)


def draft(card: Scorecard, gia: User, text: str | bytes = HEAD + GOOD) -> QualityImport:
    blocks = [text.encode() if isinstance(text, str) else text]
    return bringing.receive(blocks, name="qa.csv", source=making.source(), scorecard=card, actor=gia)


def test_rows_become_reviews_that_count(card: Scorecard, gia: User) -> None:
    done = making.brought(draft(card, gia), actor=gia)
    assert (done.added, done.rejected) == (2, 0)
    first, second = Review.objects.order_by("external_id")
    assert (first.score, first.reviewer, first.agent, first.note) == (1, gia, "Dev", "Fine")
    assert (second.reviewer, second.reviewer_name) == (None, "Nora (QA Ltd)")
    assert second.score == pytest.approx(1.5 / 4)
    rows = iqs.reviews(gia, Period(date(2026, 11, 1), date(2026, 11, 20)))
    assert iqs.overall(rows).figure.n == 2
    assert Entry.objects.get(event="quality:imported").facts["added"] == 2


def test_the_same_again_changes_nothing_and_a_mended_row_replaces(card: Scorecard, gia: User) -> None:
    making.brought(draft(card, gia), actor=gia)
    again = making.brought(draft(card, gia), actor=gia)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    mended = making.brought(draft(card, gia, HEAD + GOOD.replace("yes,2,1", "yes,0,1")), actor=gia)
    assert (mended.changed, mended.same, Review.objects.count()) == (1, 1, 2)
    assert Review.objects.get(external_id="T1").score == pytest.approx(0.5)


def test_the_review_of_a_held_ticket_stays_as_it_is(card: Scorecard, gia: User, carla: User) -> None:
    making.brought(draft(card, gia), actor=gia)
    hold = holding.place(person="", reason="Dispute", external_id="T1", actor=carla)
    other = HEAD + GOOD.replace("Fine", "Never said").replace("no,1", "no,2")
    done = making.brought(draft(card, gia, other), actor=gia)
    assert (done.changed, done.same, done.rejected) == (1, 0, 1)
    [row] = done.rejected_rows
    assert (row["column"], row["value"]) == ("Ticket", "T1")
    assert "A legal hold keeps this ticket" in row["reason"]
    kept = Review.objects.get(external_id="T1")
    assert (kept.note, kept.score, kept.brought_by == done) == ("Fine", 1, False)
    same = making.brought(draft(card, gia, HEAD + GOOD.replace("T2,Nora", "T1,Nora")), actor=gia)
    assert (same.added, same.same, same.rejected) == (1, 1, 0), "what changes nothing, and a first review"
    holding.end(hold, because="settled", actor=carla)
    assert making.brought(draft(card, gia, other), actor=gia).changed == 1
    assert Review.objects.get(external_id="T1", reviewer=gia).note == "Never said"


def test_after_a_new_version_the_row_is_still_the_same_review(card: Scorecard, gia: User) -> None:
    making.brought(draft(card, gia), actor=gia)
    rows = [
        {name: getattr(one, name) for name in scorecards.COLUMNS}
        for one in card.versions.get().criteria.all()
    ]
    scorecards.revise(card, actor=gia, based_on=1, criteria=[{**row, "weight": 1} for row in rows])
    making.brought(draft(card, gia), actor=gia)
    assert Review.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("T9,Gia Rossi,2026-11-12,,1,1,1", "Ticket", "no ticket of this number"),
        (",Gia Rossi,2026-11-12,,1,1,1", "Ticket", "empty"),
        ("T3,,2026-11-12,,1,1,1", "Reviewer", "empty"),
        ("T3,dev,2026-11-12,,1,1,1", "Reviewer", "their own"),
        ("T3,Gia Rossi,12.11.26,,1,1,1", "Date", "no day"),
        ("T3,Gia Rossi,2026-02-30,,1,1,1", "Date", "no day"),
        ("T3,Gia Rossi,0001-01-01,,1,1,1", "Date", "no day"),
        ("T3,Gia Rossi,9999-12-31,,1,1,1", "Date", "no day"),
        ("T3,Gia Rossi,2026-11-12,,1,3,1", "Solves it", "from 0 to 2"),
        ("T3,Gia Rossi,2026-11-12,,1,-1,1", "Solves it", "from 0 to 2"),
        ("T3,Gia Rossi,2026-11-12,,1,½,1", "Solves it", "from 0 to 2"),
        ("T1,gia rossi,2026-11-12,,1,1,1", "Ticket", "earlier row"),
        ('T3,Gia Rossi,2026-11-12,"x,1,1,1', "", "quote"),
        ("T3,Gia Rossi", "", "cells"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(
    row: str, column: str, why: str, card: Scorecard, gia: User
) -> None:
    done = making.brought(draft(card, gia, HEAD + GOOD + row + "\n"), actor=gia)
    [rejected] = done.rejected_rows
    assert (done.added, rejected["line"], rejected["column"]) == (2, 4, column)
    assert why in rejected["reason"]


def test_the_rejected_rows_come_back_to_be_mended(card: Scorecard, gia: User) -> None:
    bad = "T3,Gia Rossi,2026-11-12,=cmd(),1,9,1\n"
    done = making.brought(draft(card, gia, HEAD + GOOD + bad), actor=gia)
    text = "".join(bringing.as_csv(done))
    [head, row] = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head[:4] == ["rejected_line", "rejected_column", "rejected_value", "rejected_reason"]
    assert "'=cmd()" in row
    again = making.brought(draft(card, gia, text.replace(",9,", ",2,")), actor=gia)
    assert (again.added, again.rejected) == (1, 0)
    assert Review.objects.get(external_id="T3").note == "=cmd()"


@pytest.mark.parametrize(
    "text", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04broken", b"a,b\0c\n1,2\n"]
)
def test_what_is_no_table_is_refused(text: bytes, card: Scorecard, gia: User) -> None:
    with pytest.raises(FileRefused):
        draft(card, gia, text)
    assert not QualityImport.objects.exists()


def test_a_file_is_brought_in_once(card: Scorecard, gia: User) -> None:
    made = draft(card, gia)
    bringing.bring(made, actor=gia)
    with pytest.raises(QualityRefused):
        bringing.bring(made, actor=gia)


def test_in_the_browser(card: Scorecard, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    text = HEAD.replace("Ticket", "Case") + GOOD + "T9,Gia Rossi,2026-11-12,,1,1,1\n"
    file = SimpleUploadedFile("qa.csv", text.encode())
    said = {"scorecard": card.pk, "source": making.source().pk, "file": file}
    answer = browser.post(reverse("quality:import_new"), said)
    assert "Choose the columns" in browser.get(answer.url).content.decode()
    mapping = dict(QualityImport.objects.get().mapping)
    assert browser.post(answer.url, mapping).status_code == 422
    browser.post(answer.url, {**mapping, "ticket": "Case"})
    page = browser.get(answer.url).content.decode()
    assert "2 rows can be taken" in page
    browser.post(f"{answer.url}/bring")
    assert "being brought in" in browser.get(answer.url).content.decode()
    part = browser.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" in part
    assert "<html" not in part
    making.run_job(QualityImport.objects.get())
    page = browser.get(answer.url).content.decode()
    assert "no ticket of this number" in page
    assert b"T9" in b"".join(browser.get(f"{answer.url}/rejected").streaming_content)
    assert browser.get(reverse("quality:imports")).status_code == 200
    assert browser.post(f"{answer.url}/discard").status_code == 404
    broken = {**said, "file": SimpleUploadedFile("x.csv", b"\n")}
    assert browser.post(reverse("quality:import_new"), broken).status_code == 422


def test_many_rows_go_in_chunks_and_a_ticket_twice_is_told_across_them(
    card: Scorecard, gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "ROWS", 1)
    made = bringing.bring(draft(card, gia, HEAD + GOOD + "T1,gia rossi,2026-11-14,,1,1,1\n"), actor=gia)
    assert made.job_id is not None
    running.run(made.job_id)
    job = Job.objects.get(pk=made.job_id)
    assert (job.progress_done, job.progress_total, Review.objects.count()) == (1, 3, 1)
    done = making.run_job(made)
    assert (done.state, done.added, done.rejected) == ("done", 2, 1)
    assert "earlier row" in done.rejected_rows[0]["reason"]


def test_a_job_that_failed_gives_the_draft_back(
    card: Scorecard, gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "ROWS", 1)
    made = bringing.bring(draft(card, gia), actor=gia)
    assert made.job is not None
    running.run(made.job.pk)
    taking.give_back(made.job)
    again = making.brought(QualityImport.objects.get(), actor=gia)
    assert (again.added, again.same, again.state) == (1, 1, "done")
