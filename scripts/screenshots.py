"""Takes the pictures of the README and the guides: `make screenshots`, or `scripts/screenshots.py --only desk`.

Without `--url` it makes a database of its own on the server in use (`sopdesk_screenshots`), fills it with the demo and
serves it until the pictures are taken, so that nothing on your own desk shows up in them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as BrowserError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings.development")
django.setup()

from sopdesk import embedded  # noqa: E402 - the project is no installed package
from sopdesk.demo.people import DOMAIN, PASSWORD  # noqa: E402
from sopdesk.embedded import layout  # noqa: E402
from sopdesk.embedded.running import free_port  # noqa: E402
from sopdesk.web.probe import answers  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
DATABASE = "sopdesk_screenshots"
START_SECONDS = 60
WIDE, TALL, PHONE = (1280, 800), (1280, 1180), (390, 780)
WORDS = "refund window"
# A year of one label, so that the change of June shows.
REFUNDS = "/metrics/aht?period=365&label=refund-request"
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
Prepare = Callable[[Page], None]


def _stay(page: Page) -> None:
    """The page as it opens."""


def _open_first(page: Page) -> None:
    """The first change of the list."""
    page.locator("main tbody th a").first.click()
    page.wait_for_url(re.compile(r"/changes/[0-9]+$"))


def _open_side_by_side(page: Page) -> None:
    _open_first(page)
    page.goto(f"{page.url}?view=side")


def _open_draft(page: Page) -> None:
    _open_first(page)
    page.locator("main a[href*='/items/']").first.click()
    page.wait_for_url("**/items/*")


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type(WORDS, delay=20)
    expect(page.locator(f"[data-search-panel] [data-q='{WORDS}'] [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def _upload(page: Page) -> None:
    """A small file with two rows that cannot be taken, up to the question which column is which."""
    page.locator("input[type=file]").set_input_files(
        {"name": "tickets-october.csv", "mimeType": "text/csv", "buffer": _ticket_file().encode()}
    )
    page.locator("input[name=source]").fill("Lumio Desk")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/mapping")


def _check(page: Page) -> None:
    _upload(page)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/check")


def _ticket_file() -> str:
    rows = [
        "external_id,status,created_at,channel,team,labels,first_public_reply_at,last_solved_at,rating,rating_scale"
    ]
    for number in range(800):
        at = f"2026-10-{number % 28 + 1:02}T{number % 9 + 9:02}:{number % 60:02}"
        rating = "good" if number % 4 else "bad"
        of = f"L{200_000 + number},solved,{at}:00Z,email,harbor-payments,refund-request"
        rows.append(f"{of},{at}:20Z,{at}:50Z,{rating},good_bad")
    rows[77] = rows[77].replace("2026-10", "2026-31")
    rows[312] = rows[312].replace("solved", "sovled")
    return "\n".join(rows)


@dataclass(frozen=True)
class Shot:
    """One picture: its name, who looks (None: nobody signed in), where, and what to do there first."""

    name: str
    person: str | None
    path: str
    prepare: Prepare = _stay
    size: tuple[int, int] = WIDE
    theme: str = "light"


SHOTS = (
    Shot("desk", "ana.lim", "/"),
    Shot("desk-dark", "ana.lim", "/", theme="dark"),
    Shot("desk-phone", "dev.patel", "/", size=PHONE),
    Shot("desk-lead", "finn.delgado", "/"),
    Shot("sop", "dev.patel", "/sops/SOP-0001"),
    Shot("sop-dark", "dev.patel", "/sops/SOP-0001", theme="dark"),
    Shot("sop-phone", "eve.santos", "/sops/SOP-0001", size=PHONE),
    Shot("editor", "marta.kowalska", "/changes?state=draft", _open_draft),
    Shot("change", "ben.okafor", "/changes?state=in_review", _open_side_by_side),
    Shot("change-dark", "ben.okafor", "/changes?state=in_review", _open_side_by_side, theme="dark"),
    Shot("search", "dev.patel", "/", _search),
    Shot("search-phone", "dev.patel", "/", _search, size=PHONE),
    Shot("dashboard", "gia.moretti", REFUNDS, size=TALL),
    Shot("dashboard-dark", "gia.moretti", REFUNDS, size=TALL, theme="dark"),
    Shot("metrics", "gia.moretti", "/metrics?period=91", size=TALL),
    Shot("metrics-speed-dark", "gia.moretti", "/metrics/speed?period=91&by=label", size=TALL, theme="dark"),
    Shot("metrics-phone", "finn.delgado", "/metrics/sla?period=28", size=PHONE),
    Shot("import", "gia.moretti", "/imports/new", _check),
    Shot("import-columns", "gia.moretti", "/imports/new", _upload),
    Shot("compliance", "carla.reyes", "/compliance"),
    Shot("duty", "carla.reyes", "/compliance/duties/gdpr-art-12-3"),
    Shot("help-phone", None, "/help", size=PHONE),
    Shot("help-phone-dark", None, "/help", size=PHONE, theme="dark"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a desk with the demo that runs already, such as http://localhost:8000")
    parser.add_argument("--only", default="", help="take only pictures whose name begins with this")
    parser.add_argument("--keep", action="store_true", help="use the database of the last run again")
    options = parser.parse_args()
    shots = [shot for shot in SHOTS if shot.name.startswith(options.only)]
    OUT.mkdir(parents=True, exist_ok=True)
    if options.url:
        return take(shots, options.url)
    with own_desk(keep=options.keep) as url:
        return take(shots, url)


def take(shots: list[Shot], url: str) -> int:
    """Take the pictures; the number of those that could not be taken."""
    failed = 0
    with sync_playwright() as playwright:
        browser = _browser(playwright)
        sessions = Sessions(browser, url)
        for shot in shots:
            try:
                _picture(sessions, shot)
            except (BrowserError, AssertionError) as error:
                failed += 1
                print(f"FAILED  {shot.name}: {str(error).splitlines()[0]}", file=sys.stderr)
        browser.close()
    return failed


class Sessions:
    """One log-in a person, kept for all their pictures."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self._cookies: dict[str, list[dict[str, object]]] = {}

    def page(self, shot: Shot) -> Page:
        """A page of the picture's size and theme, signed in as its person."""
        width, height = shot.size
        dark = "dark" if shot.theme == "dark" else "light"
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.url, locale="en-IE",
            timezone_id="Europe/Dublin", color_scheme=dark, reduced_motion="reduce",  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "theme", "value": shot.theme, "url": self.url}])
        page = context.new_page()
        if shot.person is None:
            return page
        if shot.person not in self._cookies:
            _log_in(page, f"{shot.person}@{DOMAIN}")
            self._cookies[shot.person] = [
                dict(cookie) for cookie in context.cookies() if cookie["name"] != "theme"
            ]
        context.add_cookies(self._cookies[shot.person])  # type: ignore[arg-type]
        return page


def _log_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button.btn-primary, form button.btn-primary").first.click()
    page.wait_for_url(lambda address: "/login" not in address)


def _picture(sessions: Sessions, shot: Shot) -> None:
    page = sessions.page(shot)
    response = page.goto(shot.path)
    if response is None or not response.ok:
        raise AssertionError(f"{shot.path} answered {response.status if response else 'nothing'}")
    shot.prepare(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    target = OUT / f"{shot.name}.png"
    page.screenshot(path=target, animations="disabled", caret="hide")
    page.context.close()
    print(f"{shot.name:<18} {target.stat().st_size // 1000:>4} KB")


def _browser(playwright: Playwright) -> Browser:
    """The system's Chromium, else the one that Playwright installed."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


@contextmanager
def own_desk(*, keep: bool) -> Iterator[str]:
    """A desk with the demo in a database of its own; the address it is served at."""
    embedded.ensure()
    address = _database(embedded.urls().database, keep=keep)
    redis = f"{embedded.urls().redis.rsplit('/', 1)[0]}/2"  # away from a running desk's worker
    environment = {**os.environ, "DATABASE_URL": address, "REDIS_URL": redis}
    for command in (["migrate", "--verbosity", "0"], ["demo", "--once"]):
        _run(environment, "manage.py", *command)
    host, port = "127.0.0.1", free_port("127.0.0.1", 8700)
    web = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"]
    log = layout.log_file("screenshots").open("wb")
    server = subprocess.Popen(
        [sys.executable, *web, "sopdesk.wsgi:application"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        url = f"http://localhost:{port}"
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"http://{host}:{port}/healthz", "localhost"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The desk did not start; {log.name} says why.")
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _database(server: str, *, keep: bool) -> str:
    """The libpq address of our own database beside the one in use, made anew unless `keep`."""
    parts = {name: str(value) for name, value in conninfo_to_dict(server).items() if value is not None}
    name = sql.Identifier(DATABASE)
    with psycopg.connect(make_conninfo(**{**parts, "dbname": "postgres"}), autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if there and not keep:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        if not (there and keep):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return make_conninfo(**{**parts, "dbname": DATABASE})


def _run(environment: Mapping[str, str], *command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
