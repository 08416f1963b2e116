"""Pages as a browser shows them: accessible, within their width, in both directions and themes, under the policy."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import axe
from tests import browser as browsers

PAGES = ["/styleguide", "/styleguide/reading", "/styleguide/form", "/styleguide/public", "/no-such-page"]
WIDE, PHONE = (1280, 900), (390, 844)


class Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing: tests speak for themselves."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # One for the module and no longer: while it runs, Django takes this thread for an asynchronous one.
    with sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(signed_in: Client) -> Iterator[str]:
    """The style guide on a port of its own, without a database."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(
    chromium: Browser, url: str, size: tuple[int, int], *, language: str = "en"
) -> tuple[Page, list[str]]:
    """A page and what its console complained of."""
    viewport = {"width": size[0], "height": size[1]}
    context = chromium.new_context(viewport=viewport, locale=language, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_cookies([{"name": "theme", "value": "light", "url": url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, complaints


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_either_theme_wide_or_on_a_phone(
    chromium: Browser, address: str, path: str
) -> None:
    page, _complaints = opened(chromium, address + path, WIDE)
    found = dict(axe.wrong(page, axe.EVERY_LOOK))
    page.context.close()
    assert not found, found


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_its_window(chromium: Browser, address: str, path: str, language: str) -> None:
    page, _complaints = opened(chromium, address + path, WIDE, language=language)
    assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
    for size in (WIDE, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.context.close()


def test_the_policy_stops_nothing_of_ours(chromium: Browser, address: str) -> None:
    page, complaints = opened(chromium, f"{address}/styleguide", WIDE)
    page.locator(".chart canvas").wait_for()
    page.locator(".chart").hover()
    assert complaints == []
    page.context.close()


def test_slash_goes_to_the_search_and_menus_close_by_escape(chromium: Browser, address: str) -> None:
    page, _complaints = opened(chromium, f"{address}/styleguide/reading", WIDE)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.locator(".user-menu > summary").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    page.context.close()


def test_the_first_tab_offers_to_skip_to_the_content(chromium: Browser, address: str) -> None:
    page, _complaints = opened(chromium, f"{address}/styleguide/reading", WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_auto_follows_the_system_without_any_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/styleguide/form")
    page.screenshot()
    background = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert background == "rgb(19, 21, 26)"
    context.close()


def test_a_form_with_errors_puts_them_under_the_keyboard(chromium: Browser, address: str) -> None:
    page, _complaints = opened(chromium, f"{address}/styleguide/form", WIDE)
    page.get_by_role("button", name="Propose this change").click()
    page.wait_for_function("document.activeElement.innerText.includes('Nothing was saved yet')")
    assert axe.violations(page, axe.STRICT) == []
    page.context.close()


def test_on_paper_stands_the_text_with_its_version_and_nothing_else(chromium: Browser, address: str) -> None:
    page, _complaints = opened(chromium, f"{address}/styleguide/reading", WIDE)
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    page.emulate_media(media="print")
    for gone in (".rail", ".bar", ".page-aside", ".contents", ".page-actions", ".phone-bar"):
        assert page.locator(gone).is_hidden(), gone
    assert page.locator(".print-foot").is_visible()
    assert (
        page.locator(".print-foot").evaluate("foot => getComputedStyle(foot).display") == "table-footer-group"
    )
    assert page.locator("h1").evaluate("title => getComputedStyle(title).color") == "rgb(23, 26, 32)"
    page.context.close()
