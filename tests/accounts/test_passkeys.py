"""A passkey in a real browser: added in the profile, then enough to sign in by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from sopdesk.accounts.models import User
from tests.browser import launch
from tests.factories import PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def page(dev: User, live_server: Any) -> Iterator[Page]:
    """A browser with a key in it, which always says yes. No database here while it is open."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator", {"options": {**KEY, "automaticPresenceSimulation": True}}
        )
        yield page
        browser.close()


def test_a_passkey_is_added_and_signs_in(dev: User, live_server: Any, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/accounts/login/?next=/profile")
    page.get_by_label("Email").fill(dev.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()

    page.get_by_role("link", name="Second factor").click()
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/**recovery-codes/**")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/?next=/profile")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()
    assert complaints == []
