"""The search box in a real browser: by keyboard alone, read out rightly, in both themes, wide and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from sopdesk.accounts.models import User
from tests import axe
from tests import browser as browsers
from tests.axe import WIDE
from tests.search.conftest import Publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def _rules(publish: Publish) -> None:
    publish(
        "SOP-0042", "Refund of in-app purchases",
        "## Verify the account owner\n\nAsk for the receipt. A refund needs both.\n\n## Refund\n\nGive the refund.\n",
    )  # fmt: skip
    publish("SOP-0007", "Account recovery", "## Identity\n\nNo refund is due here.\n")
    publish("refund-approved", "Refund approved", "Your refund is on its way.", kind="macro")
    publish("how-refunds-work", "How refunds work", "A refund takes days.", kind="article", audience="public")


@contextmanager
def browsing(address: str, browser: Client | None = None) -> Iterator[Page]:
    """A page in Chromium, signed in as the given browser is. No database here while it is open."""
    cookie = browser.cookies["sessionid"].value if browser and browser.session.get(SESSION_KEY) else ""
    with sync_playwright() as playwright:
        context = browsers.launch(playwright).new_context(viewport=WIDE, reduced_motion="reduce")
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        if cookie:
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(address + reverse("search:page"))
        yield page


def assert_accessible(page: Page, name: str) -> None:
    """Axe finds nothing in either theme, wide or on a phone; SOPDESK_SHOTS names a folder for pictures of it."""
    if folder := os.environ.get("SOPDESK_SHOTS"):
        for size, theme, _rules in axe.EVERY_LOOK:
            axe.look_like(page, size, theme)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}-{theme}.png")
    found = dict(axe.wrong(page, axe.EVERY_LOOK))
    assert not found, found


@pytest.mark.usefixtures("_rules")
def test_an_agent_finds_and_opens_a_rule_without_a_mouse(live_server: Any, dev: User, as_person: Any) -> None:
    with browsing(live_server.url, as_person(dev)) as page:
        page.keyboard.press("/")
        box = page.get_by_role("combobox", name="Search everything")
        expect(box).to_be_focused()
        page.keyboard.type("refnud", delay=20)
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        box.fill("receipt")
        expect(options).to_have_count(1)
        page.keyboard.press("ArrowDown")
        chosen = page.get_by_role("option", selected=True)
        expect(chosen).to_have_id(box.get_attribute("aria-activedescendant") or "")
        page.keyboard.press("c")
        expect(page.get_by_role("status").filter(has_text="Link copied")).to_have_count(1)
        assert page.evaluate("navigator.clipboard.readText()").endswith(
            "/sops/SOP-0042#verify-the-account-owner"
        )
        page.keyboard.press("Enter")
        page.wait_for_url("**/sops/SOP-0042#verify-the-account-owner")


@pytest.mark.usefixtures("_rules")
def test_the_box_is_accessible_and_closes_by_escape(live_server: Any, dev: User, as_person: Any) -> None:
    with browsing(live_server.url, as_person(dev)) as page:
        box = page.get_by_role("combobox")
        box.fill("refund")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert_accessible(page, "box")
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(box).to_have_value("refund")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=refund")
        assert_accessible(page, "page")
        page.goto(f"{live_server.url}/search?q=nothing-holds-this")
        assert_accessible(page, "empty")


@pytest.mark.usefixtures("_rules")
def test_anybody_searches_the_public_articles(live_server: Any) -> None:
    with browsing(live_server.url) as page:
        page.get_by_role("combobox").fill("refund")
        expect(page.get_by_role("option")).to_have_count(1)
        assert_accessible(page, "public-box")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=refund")
        assert_accessible(page, "public-page")
