"""Every page of documents and changes by axe's rules for WCAG 2.2 AA: wide and on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Document
from tests import factories
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    item = editing.start_change(refunds, actor=ana)
    body = (
        item.body.replace("14 days", "30 days")
        + "\n:::warning\nMind it.\n:::\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    return editing.save_draft(item, revision=item.revision, actor=ana, body=body)


@pytest.fixture
def published(draft: ChangeItem, ana: User, ben: User) -> Change:
    return publishing.publish(approved(draft, ana, ben), actor=ben)


def approved(draft: ChangeItem, ana: User, ben: User) -> Change:
    change = reviewing.propose(draft.change, actor=ana, note="Please look.")
    return reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change), note="Fine.")


def look(seat: Seat, *paths: str) -> None:
    for path in paths:
        answer = seat.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        seat.assert_accessible()


def test_lists_and_empty_lists(sit_down: SitDown, ana: User, refunds: Document) -> None:
    look(
        sit_down(ana), "/sops", "/sops?q=nothing-like-it&page=7", "/labels", "/changes?state=open&sort=-state"
    )


def test_reading_and_history(sit_down: SitDown, ana: User, dev: User, published: Change) -> None:
    look(sit_down(dev), "/sops/SOP-0001", "/sops/SOP-0001/versions/1", "/macros/refund-approved")
    look(
        sit_down(ana),
        "/sops/SOP-0001/history",
        "/sops/SOP-0001/compare/1/2",
        "/sops/SOP-0001/compare/1/2?view=side",
    )


def test_the_help_center(sit_down: SitDown, ana: User, ben: User) -> None:
    factories.published(
        "article", "refunds", author=ana, reviewer=ben, audience="public", title="Refunds",
        body="".join(f"## Part {n}\n\nWords.\n\n" for n in range(4)), data={"category": "Money"},
    )  # fmt: skip
    look(sit_down(), "/help", "/help/refunds")
    look(sit_down(ana), "/help/refunds", "/knowledge")


def test_labels(sit_down: SitDown, ana: User, ben: User) -> None:
    data = {
        "group": "contact-reason",
        "exclusive": True,
        "status": "active",
        "aliases": ["refund", "money-back"],
    }
    factories.published(
        "label", "refund-request", author=ana, reviewer=ben, title="Refund request", data=data
    )
    look(sit_down(ana), "/labels/refund-request", "/labels/new")


def test_a_change_in_every_state(sit_down: SitDown, ana: User, ben: User, draft: ChangeItem) -> None:
    author, reviewer = sit_down(ana), sit_down(ben)
    page = f"/changes/{draft.change_id}"
    look(author, page, f"{page}/describe", f"{page}/withdraw")
    reviewing.propose(draft.change, actor=ana)
    reviewer.page.goto(page)
    reviewer.page.get_by_text("Request changes…").click()
    reviewer.assert_accessible()
    change = reviewing.request_changes(draft.change, actor=ben, note="Why?\n\nAnd since when?")
    look(author, page)
    publishing.schedule(approved(draft, ana, ben), at=timezone.now() + timedelta(days=1), actor=ben)
    look(reviewer, page, "/sops/SOP-0001/history")
    publishing.unschedule(change, actor=ben)
    reviewer.page.goto(f"{page}?view=side")
    reviewer.page.get_by_text("Schedule for a time…").click()
    reviewer.page.get_by_role("button", name="Schedule for this time").click()
    expect(reviewer.page.locator(".errorlist")).to_be_visible()
    reviewer.assert_accessible()


def test_the_editor_and_what_can_go_wrong_in_it(
    sit_down: SitDown, ana: User, hal: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    address = f"/changes/{draft.change_id}/items/{draft.pk}"
    seat.page.goto(address)
    seat.page.get_by_text("How to write it").click()
    seat.page.get_by_text("Who may read it, and its fields").click()
    seat.assert_accessible()
    seat.page.get_by_label("Title").fill("")
    seat.page.get_by_role("button", name="Save the draft").click()
    expect(seat.page.get_by_role("alert").first).to_be_visible()
    seat.assert_accessible()
    seat.page.goto(address)
    fresh = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(fresh, revision=fresh.revision, actor=ana, body="Somebody else's words.")
    seat.page.get_by_label("Text (Markdown)").fill("My words.")
    seat.page.get_by_role("button", name="Save the draft").click()
    expect(seat.page.get_by_label("Your text, not stored yet")).to_be_visible()
    seat.assert_accessible()


def test_choosing_between_drafts_and_a_document_without_a_version(
    sit_down: SitDown, ana: User, hal: User, draft: ChangeItem
) -> None:
    hal.roles = ["author"]
    hal.save()
    seat = sit_down(hal)
    seat.page.goto("/sops/SOP-0001")
    seat.page.get_by_role("button", name="Edit in a draft").click()
    expect(seat.page.get_by_role("heading", level=1)).to_contain_text("is open already")
    seat.assert_accessible()
    seat.page.goto("/sops/new")
    seat.page.get_by_label("Title").fill("Gift cards")
    seat.page.get_by_role("button", name="Start the draft").click()
    expect(seat.page.get_by_role("heading", level=1)).to_contain_text("Draft of SOP-0002")
    seat.assert_accessible()
    look(seat, "/sops/SOP-0002")
