"""The drawn steps of an SOP, and going from change to change in a difference: by mouse, by keyboard, without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.models import ChangeItem, Document
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]
TABLE = "\n\n| Country | Limit |\n|---|---:|\n| DE | 50 |\n| FR | 60 |\n"


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    """Words, looks, a list and a table differ; a choice leads nowhere."""
    item = editing.start_change(refunds, actor=ana)
    body = item.body.replace("14 days", "**30 days**").replace("(#escalate)", "(#nobody)")
    body = body.replace("Hand over to a lead.", f"Hand over to a lead.{TABLE}").replace("coins", "gifts")
    return editing.save_draft(item, revision=item.revision, actor=ana, body=body)


def test_the_steps_are_drawn_sized_and_followed(sit_down: SitDown, dev: User, refunds: Document) -> None:
    seat = sit_down(dev)
    seat.page.goto("/sops/SOP-0001")
    expect(seat.page.locator('a[href="/sops/SOP-0001/flow"]')).to_have_count(1)
    seat.page.goto("/sops/SOP-0001/flow")
    drawing = seat.page.locator(".flow-svg")
    expect(drawing.locator(".flow-node")).to_have_count(3)
    expect(drawing.locator(".flow-edge")).to_have_count(2)
    expect(drawing).to_contain_text("The owner is")
    wide = drawing.get_attribute("width") or ""
    seat.page.locator("[data-flow-view]").focus()
    seat.page.keyboard.press("+")
    expect(drawing).not_to_have_attribute("width", wide)
    assert float(drawing.get_attribute("width") or 0) > float(wide)
    seat.page.keyboard.press("0")
    expect(drawing).to_have_attribute("width", wide)
    seat.assert_accessible()
    drawing.locator(".flow-outcome").first.click()
    seat.page.wait_for_url("**/sops/SOP-0001#refund")


def test_without_script_the_list_says_it_all(sit_down: SitDown, dev: User, refunds: Document) -> None:
    page = sit_down(dev, java_script_enabled=False).page
    page.goto("/sops/SOP-0001/flow")
    expect(page.locator(".flow-drawing")).to_be_hidden()
    expect(page.locator(".flow-list > li")).to_have_count(3)
    page.locator(".flow-list").get_by_role("link", name="Escalate").first.click()
    expect(page).to_have_url(re.compile("#step-escalate$"))


def test_a_flaw_of_the_draft_is_marked_in_the_drawing(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    seat.page.goto(f"/sops/drafts/{draft.change_id}/{draft.pk}")
    expect(seat.page.locator(".flow-missing")).to_contain_text("#nobody")
    expect(seat.page.locator(".flow-flawed").first).to_be_attached()
    seat.assert_accessible()


def test_keys_go_from_change_to_change(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    seat = sit_down(ana)
    seat.page.goto(f"/changes/{draft.change_id}")
    changes = seat.page.locator("[data-diff] [data-change]").count()
    place = seat.page.locator("[data-diff-place]").first
    expect(place).to_have_text(f"{changes} changes")
    seat.page.keyboard.press("n")
    expect(place).to_have_text(f"1 of {changes} changes")
    expect(seat.page.locator(".is-here")).to_be_focused()
    seat.page.keyboard.press("p")
    expect(place).to_have_text(f"{changes} of {changes} changes")
    seat.page.get_by_role("button", name="Next change").first.click()
    expect(place).to_have_text(f"1 of {changes} changes")


@pytest.mark.parametrize("view", ["inline", "side"])
def test_a_difference_with_everything_in_it_is_accessible(
    sit_down: SitDown, ana: User, draft: ChangeItem, view: str
) -> None:
    seat = sit_down(ana)
    seat.page.goto(f"/changes/{draft.change_id}?view={view}")
    expect(seat.page.locator(".diff")).to_contain_text("plain → bold")
    for fold in seat.page.locator(".diff-fold:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()
    seat.assert_accessible()
