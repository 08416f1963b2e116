"""Verifying, owning, the ageing report and its letters, handing over: in the browser."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import publishing, reminding
from sopdesk.documents.models import Change, Document, Verification
from sopdesk.letters.models import Letter
from tests import factories

AsPerson = Any
pytestmark = pytest.mark.django_db
DUBLIN = ZoneInfo("Europe/Dublin")


def coming_monday() -> datetime:
    """Nine o'clock on the next Monday: what the tests publish is in force by then."""
    day = datetime.now(DUBLIN).date()
    day += timedelta(days=7 - day.weekday())
    return datetime.combine(day, time(9), DUBLIN)


MONDAY = coming_monday()


def due(document: Document, days: int) -> Document:
    """Its review date so many days ago; less than none for days to come."""
    document.review_by = timezone.localdate() - timedelta(days=days)
    document.save(update_fields=["review_by"])
    return document


def version_of(document: Document) -> int:
    return document.versions.in_force().get().pk


def test_one_click_verifies_and_another_takes_it_back(
    ben: User, refunds: Document, as_person: AsPerson
) -> None:
    browser = as_person(ben)
    due(refunds, 30)
    page = browser.get("/sops/SOP-0001").content.decode()
    assert "Unverified." in page
    assert 'id="verify"' in page
    browser.post("/sops/SOP-0001/verify", {"version": version_of(refunds), "note": "Read it."})
    said = Verification.objects.get()
    page = browser.get("/sops/SOP-0001").content.decode()
    assert "Unverified." not in page
    assert "Take back" in page
    browser.post("/sops/SOP-0001/verify/take-back", {"verification": said.pk})
    assert "Unverified." in browser.get("/sops/SOP-0001").content.decode()


def test_readers_see_that_it_is_unverified_but_no_button(
    dev: User, refunds: Document, as_person: AsPerson
) -> None:
    due(refunds, 30)
    browser = as_person(dev)
    page = browser.get("/sops/SOP-0001").content.decode()
    assert "Unverified." in page
    assert "/sops/SOP-0001/verify" not in page
    assert browser.post("/sops/SOP-0001/verify", {"version": version_of(refunds)}).status_code == 404
    assert "unverified" in browser.get("/sops").content.decode()
    assert "unverified" in browser.get("/search?q=refunds").content.decode()


def test_a_version_that_was_replaced_is_refused_and_the_note_kept(
    ben: User, refunds: Document, approved: Change, as_person: AsPerson
) -> None:
    old = version_of(refunds)
    publishing.publish(approved, actor=ben)
    answer = as_person(ben).post("/sops/SOP-0001/verify", {"version": old, "note": "Asked legal first."})
    assert answer.status_code == 409
    assert "v2 came in force" in answer.content.decode()
    assert "Asked legal first." in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "1", "note": "n" * 2000}])
def test_what_makes_no_sense_is_said_beside_the_form(
    ben: User, refunds: Document, as_person: AsPerson, sent: dict[str, str]
) -> None:
    assert as_person(ben).post("/sops/SOP-0001/verify", sent).status_code == 422


def test_a_reviewer_verifies_there_but_names_no_owner(
    ben: User, refunds: Document, as_person: AsPerson
) -> None:
    browser, url = as_person(ben), reverse("sops:stewardship", args=["SOP-0001"])
    page = browser.get(url).content.decode()
    assert "Verify v1 as still right" in page
    assert "Save owner and review" not in page
    assert browser.post(url, {"owner": ben.pk, "review_months": 3}).status_code == 404


def test_owner_and_interval_are_changed_on_their_page(
    ana: User, ben: User, refunds: Document, as_person: AsPerson
) -> None:
    browser = as_person(ana)
    url = reverse("sops:stewardship", args=["SOP-0001"])
    assert browser.post(url, {"owner": ben.pk, "review_months": 99}).status_code == 422
    browser.post(url, {"owner": ben.pk, "review_months": 12})
    refunds.refresh_from_db()
    assert (refunds.owner, refunds.review_months) == (ben, 12)
    assert "Ben Okafor" in browser.get(url).content.decode()


@pytest.fixture
def aged(ana: User, ben: User) -> list[Document]:
    """Five SOPs: one fresh, one due, three overdue for 10, 100 and 400 days; Ben owns the last."""
    made = []
    for number, days in enumerate((-200, -5, 10, 100, 400), start=1):
        data = {"topics": ["refund" if number % 2 else "privacy"]}
        key = f"SOP-000{number}"
        made.append(
            due(
                factories.published("sop", key, author=ana, reviewer=ben, title=f"Rule {number}", data=data),
                days,
            )
        )
    made[-1].owner = ben
    made[-1].save(update_fields=["owner"])
    return made


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", "12345"),
        ("state=overdue", "345"),
        ("state=due", "2"),
        ("state=older", "5"),
        ("topic=privacy", "24"),
        ("only=unverified&state=fresh", "1"),
        ("only=orphaned", ""),
        ("kind=macro", ""),
        ("kind=sop&q=rule+3", "3"),
        ("state=martian&by=martian&page=%00", "12345"),
    ],
)
def test_the_report_narrows_by_its_address(
    ana: User, aged: list[Document], as_person: AsPerson, query: str, keys: str
) -> None:
    listing = as_person(ana).get(f"/sops/ageing?{query}").context["listing"]
    assert {row.key for row in listing.rows} == {f"SOP-000{number}" for number in keys}


@pytest.mark.parametrize("by", ["owner", "team", "topic", "kind"])
def test_the_picture_counts_every_document(
    ana: User, aged: list[Document], as_person: AsPerson, by: str
) -> None:
    context = as_person(ana).get(f"/sops/ageing?by={by}").context
    assert sum(group.total for group in context["groups"]) == 5
    assert sum(sum(series["values"]) for series in context["chart"]["series"]) == 5
    assert context["total"].overdue == 3


def test_the_report_as_csv_runs_no_formula(
    ana: User, ben: User, aged: list[Document], as_person: AsPerson
) -> None:
    factories.published("sop", "SOP-0009", author=ana, reviewer=ben, title="=1+1")
    answer = as_person(ana).get("/sops/ageing.csv?state=overdue")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    assert [row["key"] for row in rows] == ["SOP-0005", "SOP-0004", "SOP-0003"]
    assert rows[0]["days_overdue"] == "400"
    everything = b"".join(as_person(ana).get("/sops/ageing.csv").streaming_content).decode()
    assert ",'=1+1," in everything


def test_several_are_listed_before_they_are_verified(
    ben: User, aged: list[Document], as_person: AsPerson
) -> None:
    browser = as_person(ben)
    chosen = [version_of(document) for document in aged[2:4]]
    page = browser.get("/sops/ageing/verify", {"version": chosen}).content.decode()
    assert "Rule 3" in page
    assert "Rule 4" in page
    assert not Verification.objects.exists()
    browser.post("/sops/ageing/verify", {"version": chosen, "note": "Autumn round."})
    assert set(Verification.objects.values_list("version_id", flat=True)) == set(chosen)
    assert browser.get("/sops/ageing/verify?version=%00&version=99999999999999999999").status_code == 200


def test_the_report_costs_the_same_with_five_and_with_forty(
    ana: User, ben: User, aged: list[Document], as_person: AsPerson
) -> None:
    browser, costs = as_person(ana), []
    for _round in range(2):
        browser.get("/sops/ageing")
        with CaptureQueriesContext(connection) as taken:
            browser.get("/sops/ageing")
        costs.append(len(taken))
        for number in range(35):
            author = factories.user("", "author")
            factories.published("sop", f"SOP-1{_round}{number:02}", author=author, reviewer=ben)
    assert costs[0] == costs[1]


def test_owners_get_one_letter_a_week(ana: User, ben: User, aged: list[Document]) -> None:
    assert reminding.remind_owners(MONDAY) == 2
    assert reminding.remind_owners(MONDAY + timedelta(days=5)) == 0
    assert reminding.remind_owners(MONDAY + timedelta(days=6, hours=23)) == 2
    letter = Letter.objects.filter(to=ana.email).first()
    assert letter is not None
    assert "Rule 4" in letter.body
    assert "Rule 5" not in letter.body  # Ben's
    assert "/sops/SOP-0004" in letter.body


def test_a_leaver_is_not_written_to(ben: User, aged: list[Document]) -> None:
    User.objects.get_queryset().filter(pk=ben.pk).update(is_active=False)
    reminding.remind_owners(MONDAY)
    assert not Letter.objects.filter(to=ben.email).exists()
