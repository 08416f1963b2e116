"""Reading a long SOP, looking back in time, verifying, the ageing report, and a leaver's hand-over: at a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents.models import Document
from tests import factories
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def long(ana: User, ben: User) -> Document:
    """SOP-0042: 14 days since January 2026, 30 since June, in eight long sections; overdue for review."""
    past = [
        factories.past(
            ana,
            ben,
            since=datetime(2026, month, 1, 9, tzinfo=UTC),
            title="Refund of coins",
            body="".join(f"## Part {n}\n\n{f'Within {days} days. ' * 60}\n\n" for n in range(1, 9)),
        )
        for month, days in ((1, 14), (6, 30))
    ]
    document = factories.published("sop", "SOP-0042", author=ana, reviewer=ben, versions=past)
    document.review_by = timezone.localdate() - timedelta(days=100)
    document.save(update_fields=["review_by"])
    return document


def test_the_section_that_is_read_is_lit_and_has_a_link(sit_down: SitDown, dev: User, long: Document) -> None:
    seat = sit_down(dev)
    seat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seat.page.goto("/sops/SOP-0042")
    lit = seat.page.locator(".contents a[aria-current]")
    seat.page.locator("h2#part-5").evaluate("head => head.scrollIntoView()")
    expect(lit).to_have_text("Part 5")
    seat.page.get_by_role("button", name="Copy the link to this section: Part 5").click()
    seat.page.wait_for_function(
        "address => navigator.clipboard.readText().then(text => text === address)",
        arg=f"{seat.address}/sops/SOP-0042#part-5",
    )
    seat.assert_accessible()


def test_verified_in_one_click_and_taken_back(sit_down: SitDown, ben: User, long: Document) -> None:
    seat = sit_down(ben)
    long.owner = ben
    long.save(update_fields=["owner"])
    seat.page.goto("/")
    seat.page.get_by_role("link", name="SOP-0042 Refund of coins").click()
    expect(seat.page.locator("#verify")).to_be_in_viewport()
    seat.assert_accessible()
    seat.page.get_by_label("Note (optional)").fill("Asked legal.")
    seat.page.locator("#verify").get_by_role("button").click()
    expect(seat.page.locator("#verify")).to_have_count(0)
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Take back").click()
    expect(seat.page.locator("#verify")).to_be_visible()


def test_back_to_what_was_in_force_and_on_to_today(sit_down: SitDown, dev: User, long: Document) -> None:
    seat = sit_down(dev)
    seat.page.goto("/sops/SOP-0042")
    seat.page.get_by_text("More", exact=True).first.click()
    seat.page.get_by_role("link", name="As it was on a day…").click()
    seat.page.get_by_label("As it was on").fill("2026-03-01T12:00")
    seat.page.get_by_role("button", name="Show it").click()
    expect(seat.page.locator(".past-when")).to_contain_text("As it was on 1 Mar 2026, 12:00 (Dublin)")
    expect(seat.page.locator("article")).to_contain_text("Within 14 days.")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Compare with today").click()
    expect(seat.page).to_have_url(re.compile(r"/compare/1/2$"))
    seat.page.goto("/sops/SOP-0042?at=2026-03-01")
    seat.page.get_by_role("link", name="v2, the one after").click()
    expect(seat.page.locator("article")).to_contain_text("Within 30 days.")
    seat.page.get_by_role("link", name="Go to today").click()
    expect(seat.page).to_have_url(f"{seat.address}/sops/SOP-0042")
    seat.page.goto("/sops/SOP-0042?at=2020-01-01")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Read the first version, v1").click()
    expect(seat.page.locator("article")).to_contain_text("Within 14 days.")


def test_the_ageing_report_and_several_verified(
    sit_down: SitDown, ana: User, ben: User, long: Document
) -> None:
    factories.published("macro", "refund", author=ana, reviewer=ben, title="Refund approved")
    seat = sit_down(ben)
    seat.page.goto("/sops/ageing")
    expect(seat.page.locator("#ageing-chart canvas")).to_be_visible()
    seat.assert_accessible()
    seat.page.get_by_label("Tick all on this page").check()
    seat.page.get_by_role("button", name="Verify those ticked…").click()
    expect(seat.page.get_by_role("heading", level=1)).to_have_text("Are these 2 documents still right?")
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Verify 2 documents").click()
    expect(seat.page.get_by_text("2 documents verified.")).to_be_visible()
    seat.page.goto("/sops/SOP-0042/stewardship")
    expect(seat.page.get_by_role("complementary")).to_contain_text("Ben Okafor")
    seat.assert_accessible()


def test_a_leavers_documents_go_to_a_colleague(
    sit_down: SitDown, ana: User, hal: User, long: Document
) -> None:
    factories.user("Ines Duarte", "author")
    seat = sit_down(hal)
    seat.page.goto(f"/people/{ana.pk}")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Hand over…").first.click()
    expect(seat.page.get_by_role("link", name="Refund of coins")).to_be_visible()
    seat.assert_accessible()
    seat.page.get_by_label("goes to").select_option("Ines Duarte")
    seat.page.get_by_role("button", name="Hand over from Ana").click()
    expect(seat.page.get_by_text("1 thing of Ana Lim was handed over.")).to_be_visible()
    seat.assert_accessible()
    seat.page.goto("/sops/SOP-0042")
    expect(seat.page.locator(".strip")).to_contain_text("Ines Duarte")
    seat.page.goto(f"/people/{ana.pk}/hand-over")
    seat.page.get_by_role("button", name="Hand back").click()
    expect(seat.page.get_by_role("link", name="Refund of coins")).to_be_visible()
