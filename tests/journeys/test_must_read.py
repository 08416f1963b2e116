"""From an approved change to a vendor that is ready: an agent reads ahead, a lead sees it, the gate publishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import gating, questions, tasks
from sopdesk.readership.models import MustRead
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    item = editing.start_change(refunds, actor=ana, title="Thirty days")
    body = item.body.replace("14 days", "30 days")
    return editing.save_draft(item, revision=item.revision, actor=ana, body=body)


@pytest.fixture
def gated(draft: ChangeItem, refunds: Document, ana: User, ben: User, eve: User, finn: User) -> Change:
    """Approved, with two questions, to be published when half of the vendor has read it."""
    for words in ("How many days?", "And before?"):
        right = words == "How many days?"
        choices = [{"text": "14", "right": not right}, {"text": "30", "right": right}]
        values = {"anchor": "verify", "several": False, "explanation": "It changed from 14 to 30."}
        questions.write(draft.change, actor=ana, document=refunds, words=words, choices=choices, **values)
    latest = timezone.now() + timedelta(days=9)
    gating.set_gate(draft.change, actor=ana, share=50, by="vendor", latest=latest)
    change = reviewing.propose(draft.change, actor=ana)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    tasks.settle()
    return change


def answer(seat: Seat, first: str, second: str) -> None:
    asked = seat.page.get_by_role("group")
    asked.filter(has_text="How many days?").get_by_label(first).check()
    asked.filter(has_text="And before?").get_by_label(second).check()
    seat.page.get_by_role("button", name="Check my answers").click()


def test_a_vendor_gets_ready_and_the_gate_publishes(
    sit_down: SitDown, gated: Change, refunds: Document, ana: User, eve: User, finn: User
) -> None:
    agent = sit_down(eve)
    agent.page.goto("/")
    agent.page.get_by_role("link", name="Must-read: 1 document, 1 min").click()
    agent.assert_accessible()
    agent.page.keyboard.press("n")
    expect(agent.page.get_by_role("main")).to_contain_text("Not in force yet.")
    expect(agent.page.locator("ins", has_text="30")).to_be_visible()
    agent.page.wait_for_load_state()  # keys are heard from then on
    agent.page.keyboard.press("j")
    expect(agent.page.locator("#part-verify")).to_be_focused()
    agent.assert_accessible()
    agent.page.get_by_role("link", name="I have read this: answer the questions").click()
    answer(agent, "14", "14")
    expect(agent.page.get_by_role("alert")).to_contain_text("1 of 2 right")
    agent.assert_accessible()
    answer(agent, "30", "14")
    expect(agent.page.locator("#messages")).to_contain_text("Passed and confirmed")
    expect(agent.page.get_by_role("main")).to_contain_text("You have read everything")

    lead = sit_down(finn)
    lead.page.goto("/readiness")
    lead.assert_accessible()
    lead.page.get_by_role("link", name="Refund of coins").click()
    expect(lead.page.get_by_role("row").filter(has_text="Harbor Payments")).to_contain_text("50")
    lead.assert_accessible()
    lead.page.get_by_role("link", name="Harbor Payments").click()
    expect(lead.page.get_by_role("row").filter(has_text="Eve Santos")).to_contain_text("2 tries")
    lead.assert_accessible()
    author = sit_down(ana)
    author.page.goto(f"/changes/{gated.pk}")
    expect(author.page.get_by_role("main")).to_contain_text("opens now")
    tasks.settle()
    author.page.reload()
    expect(author.page.get_by_role("main")).to_contain_text("In force since")
    agent.page.goto("/sops/SOP-0001")
    expect(agent.page.get_by_role("article")).to_contain_text("30 days")


def test_the_pages_of_plan_and_readiness_are_accessible(
    sit_down: SitDown, gated: Change, ana: User, finn: User
) -> None:
    author, row = sit_down(ana), MustRead.objects.get()
    for path in (
        f"/changes/{gated.pk}/reading",
        f"/changes/{gated.pk}/reading/questions/new",
        f"/readiness/{row.pk}",
        f"/readiness/{row.pk}/people",
        "/readiness/groups?by=vendor",
        "/readiness/people",
        "/must-read/watching",
        "/must-read/changed",
    ):
        answered = author.page.goto(path)
        assert answered is not None
        assert answered.status == 200, path
        author.assert_accessible()
