"""The pages: what they show, how they refuse, and that they cost the same for one row and for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, ChangeItem, Document, Version
from sopdesk.readership import opening, planning
from sopdesk.readership.days import today
from sopdesk.readership.models import Gate, LastRead, MustRead, Question, ReadPlan, Receipt
from sopdesk.readership.reading import reading_of
from tests import factories
from tests.readership.conftest import ask, edited

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
AsPerson = Callable[[User], Client]


def body(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_an_agent_goes_from_the_desk_to_confirmed(
    must_read: MustRead, dev: User, as_person: AsPerson
) -> None:
    browser = as_person(dev)
    assert "Must-read: 1 document, 1 min" in body(browser.get("/"))
    page = body(browser.get(f"/must-read/{must_read.pk}"))
    assert "I have read this" in page
    assert "what changed since v1" in page
    answer = browser.post(
        f"/must-read/{must_read.pk}/confirm", {"seen_hash": reading_of(must_read, dev).hash}, follow=True
    )
    assert "Confirmed: you have read it." in body(answer)
    assert "You have read everything" in body(answer)
    assert Receipt.objects.count() == 1
    assert "Must-read: 1 document" not in body(browser.get("/"))


def test_a_choice_leads_to_its_section_wherever_that_stands(
    refunds: Document, publish: Step, ana: User, dev: User, as_person: AsPerson
) -> None:
    asked = "## Verify {#verify}\n\nHow?\n\n- [By card](#card)\n- [In cash](#cash)\n\n"
    text = f"{asked}## Card {{#card}}\n\nWait.\n\n## Cash {{#cash}}\n\n"
    publish(edited(refunds, ana, f"{text}Pay.\n").change)
    publish(edited(refunds, ana, f"{text}Pay at once.\n".replace("How?", "How did they pay?")).change)
    [row] = MustRead.objects.live()
    Receipt.objects.create(
        must_read=MustRead.objects.exclude(pk=row.pk).get(),
        reader=dev,
        content_hash=refunds.versions.get(number=2).content_hash,
        at=timezone.now(),
    )
    page = body(as_person(dev).get(f"/must-read/{row.pk}"))
    assert 'href="/sops/SOP-0001#card"' in page
    assert 'href="#cash"' in page
    assert 'id="cash"' in page


def test_what_is_overdue_is_said_in_red(must_read: MustRead, dev: User, as_person: AsPerson) -> None:
    User.objects.update(created_at=timezone.now() - timedelta(days=30))
    MustRead.objects.update(due_on=today() - timedelta(days=1))
    browser = as_person(dev)
    assert "1 overdue" in body(browser.get("/"))
    assert "Must-read, overdue" in body(browser.get("/sops/SOP-0001"))


def test_a_confirmation_of_another_text_is_refused_with_the_page(
    must_read: MustRead, dev: User, as_person: AsPerson
) -> None:
    answer = as_person(dev).post(f"/must-read/{must_read.pk}/confirm", {"seen_hash": "x"})
    assert answer.status_code == 409
    assert "Nothing was confirmed" in body(answer)


def test_a_wrong_answer_leads_to_the_section(
    draft: ChangeItem, refunds: Document, publish: Step, ana: User, dev: User, as_person: AsPerson
) -> None:
    first, second = (ask(draft.change, refunds, ana, words) for words in ("One?", "Two?"))
    publish(draft.change)
    row, browser = MustRead.objects.get(), as_person(dev)
    assert "There are 2 questions on it." in body(browser.get(f"/must-read/{row.pk}"))
    seen = reading_of(row, dev).hash
    typed = {"seen_hash": seen, f"q{first.pk}": "1", f"q{second.pk}": "0"}
    answer = browser.post(f"/must-read/{row.pk}/check", typed)
    assert answer.status_code == 422
    page = body(answer)
    assert "1 of 2 right" in page
    assert "It says 30." in page
    assert f"/must-read/{row.pk}#part-verify" in page
    assert page.count("checked") == 2, "what was ticked stays"
    answer = browser.post(f"/must-read/{row.pk}/check", {**typed, f"q{second.pk}": "1"}, follow=True)
    assert "Passed and confirmed" in body(answer)
    assert (
        browser.post(f"/must-read/{row.pk}/check", {f"q{first.pk}": "²", "seen_hash": seen}).status_code
        == 422
    )


def test_a_text_to_come_is_marked_and_shown_nowhere_else(
    draft: ChangeItem, approve: Step, ana: User, dev: User, as_person: AsPerson
) -> None:
    planning.plan(draft.change, actor=ana, early=True)
    approve(draft.change)
    row, browser = MustRead.objects.get(), as_person(dev)
    page = body(browser.get(f"/must-read/{row.pk}"))
    assert "Not in force yet." in page
    assert "30" in page
    assert "30 days" not in body(browser.get("/sops/SOP-0001"))
    assert browser.get("/sops/SOP-0001/versions/2").status_code == 404
    assert browser.get(f"/changes/{draft.change_id}").status_code == 404


def test_an_author_plans_asks_and_gates_by_the_page(
    draft: ChangeItem, refunds: Document, ana: User, as_person: AsPerson
) -> None:
    url, browser = f"/changes/{draft.change_id}/reading", as_person(ana)
    assert browser.get(url).status_code == 200
    typed = {"asks": "yes", "due_days": "3", "early": "on", "pass_mark": "80"}
    assert browser.post(f"{url}/plan", typed).status_code == 302
    assert ReadPlan.objects.values_list("asks", "due_days", "early", "pass_mark").get() == (
        "yes",
        3,
        True,
        80,
    )
    question = {
        "place": f"{refunds.pk}#verify",
        "words": "How many days?",
        "text_1": "14",
        "text_2": "30",
        "right_2": "on",
    }
    assert browser.post(f"{url}/questions/new", question).status_code == 302
    found = Question.objects.get()
    assert (found.anchor, found.right) == ("verify", frozenset({1}))
    refused = browser.post(f"{url}/questions/{found.pk}", {**question, "right_1": "on"})
    assert (refused.status_code, "Only one answer can be right" in body(refused)) == (422, True)
    latest = f"{today() + timedelta(days=4)}T09:00"
    gate = {"gate-share": "90", "gate-by": "site", "gate-latest": latest, "gate-zone": "Europe/Dublin"}
    assert browser.post(f"{url}/gate", gate).status_code == 302
    assert Gate.objects.get().latest.isoformat().startswith(f"{today() + timedelta(days=4)}T09:00")
    assert "Publish when 90 %" in body(browser.get(f"/changes/{draft.change_id}"))
    late = browser.post(f"{url}/gate", {**gate, "gate-latest": "2020-01-01T09:00"})
    assert (late.status_code, "has passed" in body(late)) == (422, True)
    assert browser.post(f"{url}/gate/remove").status_code == 302
    assert browser.post(f"{url}/questions/{found.pk}/remove").status_code == 302
    assert not Question.objects.exists()


def test_a_reviewer_reads_the_plan_and_may_override(
    draft: ChangeItem, approve: Step, ana: User, ben: User, dev: User, as_person: AsPerson
) -> None:
    browser, url = as_person(ben), f"/changes/{draft.change_id}/reading"
    as_person(ana).post(
        f"{url}/gate",
        {"gate-share": "90", "gate-by": "site", "gate-latest": "2027-06-01T09:00", "gate-zone": "UTC"},
    )
    approve(draft.change)
    assert "Save the plan" not in body(browser.get(url))
    refused = browser.post(f"/changes/{draft.change_id}/publish")
    assert (refused.status_code, "gate is closed" in body(refused)) == (409, True)
    assert browser.post(f"{url}/gate/override", {"reason": ""}).status_code == 422
    assert browser.post(f"{url}/gate/override", {"reason": "The law."}).status_code == 302
    assert Change.objects.get(pk=draft.change_id).state == "published"
    assert "The law." in body(browser.get(f"/changes/{draft.change_id}"))


def test_an_author_closes_and_moves(must_read: MustRead, ana: User, as_person: AsPerson) -> None:
    browser, url = as_person(ana), f"/readiness/{must_read.pk}"
    later = today() + timedelta(days=20)
    assert browser.post(f"{url}/move", {"due_on": str(later)}).status_code == 302
    assert browser.post(f"{url}/move", {"due_on": "2020-01-01"}).status_code == 409
    assert browser.post(f"{url}/close", {"why": "It is over."}).status_code == 302
    assert "It is over." in body(browser.get(url))
    assert "Ask nobody any more" not in body(browser.get(url))


def cost(browser: Client, url: str) -> int:
    """How many queries a page takes, the second time it is asked for."""
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        browser.get(url)
    return len(taken)


@pytest.fixture
def more(ana: User, ben: User, dev: User) -> Callable[[int], None]:
    """Opens so many more must-reads, each read by a new agent of another team and known to Dev in an older version."""

    def opened(count: int) -> None:
        for _number in range(count):
            versions = [
                factories.past(ana, ben, since=timezone.now() - timedelta(days=days), body=f"Day {days}.\n")
                for days in (3, 2)
            ]
            key = f"SOP-{Document.objects.count() + 100:04d}"
            document = factories.published("sop", key, author=ana, reviewer=ben, versions=versions)
            change = document.versions.get(number=2).change
            opening.open_for(change)
            row = MustRead.objects.get(change=change)
            reader = factories.user("", "agent", team=factories.team())
            Receipt.objects.create(
                must_read=row, reader=reader, content_hash=row.content_hash, at=timezone.now()
            )
            first = document.versions.get(number=1)
            LastRead.objects.create(user=dev, document=document, version=first, at=first.since)

    return opened


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("dev", "/"),
        ("dev", "/must-read"),
        ("dev", "/must-read/changed"),
        ("dev", "/must-read/watching"),
        ("dev", "/sops"),
        ("ana", "/readiness"),
        ("ana", "/readiness/groups"),
        ("ana", "/readiness/people"),
        ("ana", "/readiness/{last}"),
        ("ana", "/readiness/{last}/people"),
    ],
)
def test_a_page_costs_the_same_with_one_must_read_and_with_many(
    more: Callable[[int], None], as_person: AsPerson, ana: User, dev: User, who: str, url: str
) -> None:
    browser = as_person({"ana": ana, "dev": dev}[who])
    more(1)
    address = url.format(last=MustRead.objects.latest("pk").pk)
    one = cost(browser, address)
    more(8)
    assert cost(browser, address) == one
    assert Version.objects.count() == 18
