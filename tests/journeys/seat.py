"""Somebody at a browser: the pages they open, and what these complain about."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests import axe, factories
from tests.axe import WIDE
from tests.browser import PATIENCE_MS

# A refused form is an answer, not a fault; Chromium logs its status all the same.
ANSWERS = re.compile(r"Failed to load resource: the server responded with a status of (403|404|409|422)\b")
# htmx logs a preview that a newer one replaced; that is what it was asked to do.
REPLACED = re.compile(r"htmx:(afterRequest|sendAbort), ")
WATCH = """
window.ran = [];
window.reports = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = (...said) => { window.ran.push(name); };
addEventListener("securitypolicyviolation", (event) => {
  window.reports.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""


class Seat:
    """A context of its own: cookies, size, theme. `page` is its first tab."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address, **{"viewport": WIDE, "reduced_motion": "reduce", **context}
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(WATCH)
        self.complaints: list[str] = []
        self.under_way: set[Request] = set()
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab of the same browser."""
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("request", lambda request: self.under_way.add(request))
        page.on("requestfinished", lambda request: self.under_way.discard(request))
        page.on("requestfailed", lambda request: self.under_way.discard(request))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def bring(self, session: str) -> None:
        """Sit down already signed in."""
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.address}])

    def log_in(self, person: Any) -> None:
        """By the real form, with the password."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(person.email)
        self.page.get_by_label("Password").first.fill(factories.PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
        self.page.wait_for_url(f"{self.address}/")

    def leave(self) -> None:
        """Nothing may have been complained about in the whole journey.

        What was asked for is waited for, and nothing more is asked: an answer must not meet the emptying of the tables.
        """
        complaints = list(self.complaints)
        self.context.route("**/*", lambda route: route.abort())
        for _wait in range(100):
            if not self.under_way or not self.context.pages:
                break
            self.context.pages[0].wait_for_timeout(50)
        self.context.close()
        assert not complaints, complaints

    def ran(self, page: Page | None = None) -> list[str]:
        """Scripts that ran and reports of the content security policy on the page as it stands."""
        found: list[str] = (page or self.page).evaluate("[...window.ran, ...window.reports]")
        return found

    def assert_accessible(self) -> None:
        """Axe finds nothing, and nothing is wider than the window: wide and light, on a phone and dark."""
        found = dict(axe.wrong(self.page, axe.TWO_LOOKS))
        assert not found, found

    def _console(self, message: ConsoleMessage) -> None:
        expected = ANSWERS.search(message.text) or REPLACED.match(message.text)
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"{message.type}: {message.text}")
