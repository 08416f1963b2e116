"""Reviewing in real browsers: two signatures, one from outside, an edit that voids; axe looks at every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing, outside, reviewing
from sopdesk.documents.models import Approval, Change, Document, ReviewRule
from sopdesk.letters.models import Letter
from tests.factories import PASSWORD
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def proposed(refunds: Document, ana: User) -> Change:
    item = editing.start_change(refunds, actor=ana)
    body = item.body.replace("14 days", "30 days")
    editing.save_draft(item, revision=item.revision, actor=ana, body=body)
    return reviewing.propose(item.change, actor=ana)


def sign(page: Page) -> None:
    sheet = page.locator(".step-approve")
    sheet.locator("summary").click()
    sheet.get_by_label("It is material").check()
    sheet.get_by_label("Your password").fill(PASSWORD)
    sheet.get_by_role("button", name="Approve exactly this", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Approved")


def test_two_functions_sign_and_an_edit_voids_both(
    sit_down: SitDown, proposed: Change, ana: User, ben: User, carla: User
) -> None:
    ReviewRule.objects.create(kind="sop", functions=["operations", "compliance"], note="Rules.")
    first, second, author = sit_down(ben), sit_down(carla), sit_down(ana)
    first.page.goto(f"/changes/{proposed.pk}")
    first.page.get_by_role("button", name="I’ll review this").click()
    expect(first.page.locator("#messages")).to_contain_text("Yours to review")
    first.page.locator(".step-approve > summary").click()
    first.assert_accessible()
    first.page.keyboard.press("Escape")
    sign(first.page)
    expect(first.page.locator(".change-strip")).to_contain_text("in review")
    second.page.goto("/changes?waiting=me")
    second.assert_accessible()
    second.page.get_by_role("link", name="Refund").first.click()
    sign(second.page)
    expect(second.page.locator(".change-strip")).to_contain_text("approved")
    second.assert_accessible()
    author.page.goto(f"/changes/{proposed.pk}/describe")
    expect(author.page.get_by_role("note")).to_contain_text("Ben Okafor")
    author.page.get_by_label("Why").fill("Another reason.")
    author.page.get_by_role("button", name="Save title and reason").click()
    expect(author.page.locator("#messages")).to_contain_text("Carla Weiss")
    approval = Approval.objects.get(change=proposed, reviewer=ben)
    first.page.goto(f"/changes/{proposed.pk}/since/{approval.pk}")
    expect(first.page.get_by_role("main")).to_contain_text("Another reason.")
    first.assert_accessible()


def test_a_wrong_password_keeps_what_was_typed(sit_down: SitDown, proposed: Change, ben: User) -> None:
    seat = sit_down(ben)
    seat.page.goto(f"/changes/{proposed.pk}")
    sheet = seat.page.locator(".step-approve")
    sheet.locator("summary").click()
    sheet.get_by_label("It is material").check()
    sheet.get_by_label("Note").fill("Precious words.")
    sheet.get_by_label("Your password").fill("not this one")
    sheet.get_by_role("button", name="Approve exactly this", exact=True).click()
    expect(sheet.locator(".errorlist").first).to_contain_text("not your password")
    expect(sheet.get_by_label("Note")).to_have_value("Precious words.")
    seat.assert_accessible()


def test_somebody_from_outside_reads_and_signs(sit_down: SitDown, proposed: Change, ben: User) -> None:
    nora = outside.invite(proposed, name="Nora", email="nora@counsel.example", days=7, actor=ben)
    letter = Letter.objects.get(key=f"invited:{nora.pk}").body
    seat = sit_down()
    page = seat.page
    page.goto(re.search(r"/review/\S+", letter).group())  # type: ignore[union-attr]
    seat.assert_accessible()
    page.get_by_role("button", name="Send me the code").click()
    seat.assert_accessible()
    code = Letter.objects.filter(key__startswith=f"code:{nora.pk}:").get().body[:6]
    page.get_by_label("Code from the mail").fill(code)
    page.get_by_role("button", name="See the change").click()
    expect(page.locator("ins", has_text="30")).to_be_visible()
    seat.assert_accessible()
    page.get_by_label("It is material").check()
    page.get_by_role("button", name="Approve exactly this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert proposed.approvals.get().outside == nora


def test_the_rules_are_kept_by_administrators(sit_down: SitDown, hal: User) -> None:
    ReviewRule.objects.all().delete()
    ReviewRule.history.all().delete()  # so that one alone can be brought back
    seat = sit_down(hal)
    seat.page.goto("/review-rules")
    seat.page.get_by_role("link", name="Add a rule").first.click()
    seat.assert_accessible()
    seat.page.get_by_label("Compliance").check()
    seat.page.get_by_role("button", name="Add the rule").click()
    expect(seat.page.get_by_role("row").filter(has_text="Compliance")).to_be_visible()
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Delete…").click()
    seat.page.get_by_role("button", name="Delete the rule").click()
    seat.page.get_by_role("button", name="Bring back").click()
    expect(seat.page.locator("#messages")).to_contain_text("back as it was")
