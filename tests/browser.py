"""A Chromium for the tests that look at pages: the one on this machine, or Debian's where it may be installed.

Its shell without windows is first, for it takes half the processor time of the whole program. A missing browser is
installed when that is allowed (root, apt-get). Otherwise its tests fail in CI and are skipped elsewhere, loudly.
CHROMIUM names another executable.
"""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Playwright, expect

from sopdesk.embedded import layout
from sopdesk.embedded.locks import exclusive

INSTALL_SECONDS = 900
# How long a page or an element is waited for: a busy machine is slow, which is no fault of the page.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    # Threads that compile beside the page cost a tenth more than they save: no page here lives for long.
    "--js-flags=--single-threaded",
]


def launch(playwright: Playwright) -> Browser:
    """A running Chromium. Skips the test, or fails it in CI, where there is none."""
    return playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)


def executable() -> str:
    """The path of a Chromium on this machine."""
    found = _found() or _installed()
    if found:
        return found
    message = f"No Chromium: install it (Debian: apt-get install {SHELL}) or name it in CHROMIUM."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    print(f"\n*** BROWSER TESTS SKIPPED. {message} ***", file=sys.stderr)
    pytest.skip(message)


def _found() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def _installed() -> str | None:
    """Debian's Chromium, installed now where that is allowed; of several test processes only the first installs it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    with exclusive(layout.VAR / "browser.lock", patience=INSTALL_SECONDS):
        if not _found():
            print("\n*** No Chromium: installing Debian's. ***", file=sys.stderr)
            _apt_get("update")
            _apt_get("install", "-y", "--no-install-recommends", SHELL, "fonts-dejavu-core")
    return _found()


def _apt_get(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "-q", *arguments],
        env=environment, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=INSTALL_SECONDS,
    )  # fmt: skip
