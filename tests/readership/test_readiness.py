"""Readiness: who of those who have to read has read, by team, site and vendor, as far as the viewer sees people."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import confirming, exporting, persons, planning, readiness, trends
from sopdesk.readership.days import today
from sopdesk.readership.models import MustRead
from sopdesk.readership.reading import reading_of
from tests import factories
from tests.readership.conftest import TEXT, ask, edited

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
AsPerson = Callable[[User], Client]


@pytest.fixture
def agents(harbor_payments: Team, payments: Team) -> list[User]:
    """Four agents at the vendor Harbor, two of our own in Dublin."""
    vendor = [factories.user(f"Vendor {n}", "agent", team=harbor_payments) for n in range(4)]
    return [*vendor, *(factories.user(f"Own {n}", "agent", team=payments) for n in range(2))]


@pytest.fixture
def partly(agents: list[User], must_read: MustRead) -> MustRead:
    """Read by one of four at Harbor, by one of two in Dublin."""
    for person in (agents[0], agents[4]):
        read(must_read, person)
    return MustRead.objects.standing().get(pk=must_read.pk)


def read(row: MustRead, person: User, **answers: Any) -> None:
    confirming.confirm(row, reader=person, seen_hash=reading_of(row, person).hash, **answers)


def counts(groups: list[readiness.Group]) -> dict[str, tuple[int, int, int]]:
    return {row.name: (row.tally.read, row.tally.n, row.tally.overdue) for row in groups}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("team", {"Harbor Payments": (1, 4, 0), "Payments": (1, 2, 0)}),
        ("site", {"Harbor": (1, 4, 0), "Dublin": (1, 2, 0)}),
        ("vendor", {"Harbor": (1, 4, 0), "In-house": (1, 2, 0)}),
    ],
)
def test_it_is_counted_in_groups(
    partly: MustRead, ana: User, group: str, expected: dict[str, tuple[int, int, int]]
) -> None:
    found = readiness.by_group([partly], readiness.people_seen(ana), group)
    assert counts(found) == expected
    total = readiness.together(found)
    assert (total.read, total.n, total.due, total.share) == (2, 6, 4, pytest.approx(1 / 3))


def test_after_its_day_what_is_unread_is_overdue(partly: MustRead, ana: User) -> None:
    MustRead.objects.update(due_on=today() - timedelta(days=1))
    User.objects.update(created_at=partly.opened_at - timedelta(days=30))
    row = MustRead.objects.standing().get()
    found = readiness.by_group([row], readiness.people_seen(ana), "site")
    assert counts(found) == {"Harbor": (1, 4, 3), "Dublin": (1, 2, 1)}


def test_a_lead_sees_the_own_site_alone(partly: MustRead, finn: User, as_person: AsPerson, ana: User) -> None:
    seen = readiness.people_seen(finn)
    assert counts(readiness.by_group([partly], seen, "team")) == {"Harbor Payments": (1, 5, 0)}
    page = as_person(finn).get(f"/readiness/{partly.pk}/people").content.decode()
    assert "Vendor 0" in page
    assert "Own 0" not in page
    exported = as_person(finn).get(f"/readiness/{partly.pk}/people?format=csv")
    assert "Own 0" not in b"".join(exported.streaming_content).decode()  # type: ignore[arg-type]
    narrowed = as_person(finn).get(f"/readiness/{partly.pk}?site=dublin").content.decode()
    assert "Own" not in narrowed


def test_a_lead_sees_nothing_of_a_text_that_is_now_for_others(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, finn: User, as_person: AsPerson
) -> None:
    browser = as_person(finn)
    assert "Refunds" in browser.get("/readiness").content.decode()
    narrow = {"audience": "teams", "audience_teams": ["payments"], "title": "Secret"}
    item = edited(refunds, ana, TEXT, **narrow)
    planning.plan(item.change, actor=ana, asks="no")
    publish(item.change)
    for url in ("/readiness", "/readiness?format=csv"):
        page = browser.get(url)
        shown = b"".join(page.streaming_content) if page.streaming else page.content  # type: ignore[attr-defined]
        assert b"Secret" not in shown
        assert b"SOP-0001" not in shown
    assert browser.get(f"/readiness/{must_read.pk}").status_code == 404
    assert not MustRead.objects.visible_to(finn).exists()
    assert MustRead.objects.visible_to(ana).exists()


def test_a_text_to_come_is_known_by_its_own_title(
    refunds: Document, approve: Step, publish: Step, ana: User, finn: User, as_person: AsPerson
) -> None:
    narrow = {"audience": "teams", "audience_teams": ["payments"], "title": "Secret"}
    publish(edited(refunds, ana, TEXT, **narrow).change)
    MustRead.objects.update(replaced=True)
    item = edited(refunds, ana, "Open.", audience="internal", audience_teams=[], title="For all")
    Change.objects.filter(pk=item.change_id).update(title="Open it")
    planning.plan(item.change, actor=ana, early=True)
    approve(item.change)
    for url in ("/readiness", "/must-read"):
        page = as_person(finn).get(url).content.decode()
        assert "For all" in page
        assert "Secret" not in page


def test_who_left_and_who_changed_team_count_where_they_are_now(
    partly: MustRead, agents: list[User], ana: User, payments: Team
) -> None:
    User.objects.filter(pk=agents[1].pk).update(is_active=False)
    User.objects.filter(pk=agents[0].pk).update(team=payments)
    found = readiness.by_group([partly], readiness.people_seen(ana), "team")
    assert counts(found) == {"Harbor Payments": (0, 2, 0), "Payments": (2, 3, 0)}


def test_what_is_counted_by_team_is_what_is_counted_by_person(partly: MustRead, ana: User) -> None:
    people = list(readiness.people_seen(ana).select_related("team"))
    single = [tally for _person, tally in persons.tallies(people, [partly])]
    together = readiness.totals([partly], readiness.people_seen(ana))[partly.pk]
    assert sum(tally.n for tally in single) == together.n == 6
    assert sum(tally.read for tally in single) == together.read == 2
    listed = list(persons.of(partly, readiness.people_seen(ana)))
    assert sum(getattr(person, "read_at", None) is not None for person in listed) == 2
    assert len(listed) == 6


def test_the_check_shows_who_passed_and_what_was_misread(
    draft: ChangeItem, refunds: Document, publish: Step, ana: User, agents: list[User]
) -> None:
    asked = [ask(draft.change, refunds, ana, words) for words in ("One?", "Two?")]
    publish(draft.change)
    row = MustRead.objects.standing().get()
    right = {question.pk: frozenset({1}) for question in asked}
    wrong = {**right, asked[1].pk: frozenset({0})}
    read(row, agents[0], answers=right)
    for answers in (wrong, right):
        read(row, agents[1], answers=answers)
    read(row, agents[2], answers=wrong)
    people = readiness.people_seen(ana)
    [vendor] = [
        each for each in readiness.by_group([row], people, "site", checks=True) if each.name == "Harbor"
    ]
    assert (vendor.tally.tried, vendor.tally.passed, vendor.tally.at_once) == (3, 2, 1)
    misread = [(each.question.words, each.n, each.wrong) for each in trends.first_answers(row, people)]
    assert misread == [("One?", 3, 0), ("Two?", 3, 2)]


def test_the_trend_ends_where_the_count_stands(partly: MustRead, ana: User) -> None:
    MustRead.objects.update(opened_at=partly.opened_at - timedelta(days=3))
    row = MustRead.objects.standing().get()
    days = trends.by_day(row, readiness.people_seen(ana), 6)
    assert [day.so_far for day in days] == [0, 0, 0, 2]
    assert trends.by_day(row, readiness.people_seen(ana), 0) == []


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2", "@x", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert exporting.neutralised(cell) == f"'{cell}"


def test_the_exports_hold_what_the_pages_show(partly: MustRead, ana: User, as_person: AsPerson) -> None:
    User.objects.filter(name="Vendor 0").update(name="=HYPERLINK(1)")
    browser = as_person(ana)
    for url, n in (
        ("/readiness", 1),
        (f"/readiness/{partly.pk}", 2),
        (f"/readiness/{partly.pk}/people", 6),
        ("/readiness/groups?by=vendor", 2),
        ("/readiness/people?kind=vendor", 4),
    ):
        answer = browser.get(url + ("&" if "?" in url else "?") + "format=csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
        rows = list(csv.reader(text.splitlines()))
        assert len(rows) == n + 1, url
        assert "'=HYPERLINK(1)" in text or "HYPERLINK" not in text


def test_filters_stand_in_the_address(partly: MustRead, ana: User, as_person: AsPerson) -> None:
    browser = as_person(ana)
    assert browser.get("/readiness?team=payments").context["rows"][0][1].n == 2
    assert browser.get("/readiness?q=nothing-like-it").context["rows"] == []
    assert browser.get("/readiness?state=overdue").context["rows"] == []
    assert len(browser.get("/readiness?state=all").context["rows"]) == 1
    unread = browser.get(f"/readiness/{partly.pk}/people?standing=unread&kind=vendor").context["rows"]
    assert len(unread) == 3
    assert browser.get("/readiness?team=no-such-team").status_code == 200
