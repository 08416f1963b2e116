"""People at their browsers. Whatever a page complains about while they work fails the test at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, sync_playwright

from sopdesk.accounts.models import User
from sopdesk.documents.models import Document
from tests import browser as browsers
from tests import factories
from tests.journeys.seat import Seat

PATIENCE_SECONDS = 20
REFUNDS = """## Purpose

Give money back for coins.

## Verify the owner {#verify}

Ask for the receipt. The refund window is 14 days.

- [The owner is confirmed](#refund)
- [It cannot be confirmed](#escalate)

## Refund {#refund}

Use [[macro:refund-approved]].

Outcome: Refunded

## Escalate {#escalate}

Hand over to a lead.

Outcome: Handed over
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        # Playwright's own event loop runs in this thread; the tests' queries are not made inside it.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = browsers.launch(playwright)
        yield running
        running.close()


@pytest.fixture
def answered(transactional_db: None) -> Iterator[None]:
    """At its end every request is answered, those too that a browser gave up: none meets the emptying of the tables."""
    # Lists, because many threads of the server count here at once: appending is one step, adding one is not.
    begun, over = list[None](), list[None]()

    def began(**_: Any) -> None:
        begun.append(None)

    def ended(**_: Any) -> None:
        over.append(None)

    request_started.connect(began)
    request_finished.connect(ended)
    yield
    until = time.monotonic() + PATIENCE_SECONDS
    while len(over) < len(begun) and time.monotonic() < until:
        time.sleep(0.02)
    request_started.disconnect(began)
    request_finished.disconnect(ended)


@pytest.fixture
def sit_down(
    chromium: Browser, live_server: Any, as_person: Any, answered: None
) -> Iterator[Callable[..., Seat]]:
    """`sit_down(ana)`: a browser of her own, signed in; `sit_down()`: one that nobody signed in at."""
    with ExitStack() as seats:

        def seat(person: User | None = None, **context: Any) -> Seat:
            taken = Seat(chromium, live_server.url, **context)
            if person is not None:
                taken.bring(as_person(person).cookies["sessionid"].value)
            seats.callback(taken.leave)
            return taken

        yield seat


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    """SOP-0001 in force, with the macro that it uses."""
    factories.published(
        "macro",
        "refund-approved",
        author=ana,
        reviewer=ben,
        title="Refund approved",
        body="Hi {{customer.name}}!\n",
    )
    data = {"risk": "medium", "labels": [], "topics": []}
    return factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, title="Refund of coins", body=REFUNDS, data=data
    )
