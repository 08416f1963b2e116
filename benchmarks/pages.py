"""Server time of the pages on the demo data, as the people who use them, against the limit of 100 ms at p95."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import Client

from benchmarks.measures import Measure, milliseconds, percentile
from sopdesk.accounts.models import User
from sopdesk.demo.people import DOMAIN
from sopdesk.documents.models import Change

ROUNDS = 40
LIMIT_P95 = 100.0
PAGES = {
    "ana.lim": [
        "/",
        "/sops",
        "/sops/SOP-0001",
        "/sops/SOP-0001/history",
        "/sops/SOP-0001/compare/1/4",
        "/sops/SOP-0001?at=2026-03-01T12:00Z",
        "/sops/ageing",
        "/changes",
    ],
    "ben.okafor": ["/", "the change in review"],
    "eve.santos": ["/", "/sops/SOP-0006", "/macros", "/search?q=refund+window", "/help/refunds-for-coins"],
    "carla.reyes": [
        "/compliance",
        "/compliance/gdpr",
        "/compliance/duties/gdpr-art-12-3",
        "/audit",
        "/people",
    ],
    "gia.moretti": [
        "/",
        "/metrics?period=28",
        "/metrics?period=365",
        "/metrics/csat?period=365",
        "/metrics/sla?period=365&by=site",
        "/metrics/speed?period=365&by=label",
        "/metrics/aht?period=365&by=sop",
        "/metrics/resolution-quality?period=365&by=channel",
        "/metrics/backlog?period=91",
        "/metrics/volume?period=365&by=priority",
        "/metrics/tickets",
        "/imports",
    ],
    "finn.delgado": ["/", "/metrics"],
}


def measure() -> Iterator[Measure]:
    """p95 of each page, without the network; then the p95 of all.

    Outside Django's test environment, which would copy the context of every template that is rendered.
    """
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        call_command("demo", stdout=StringIO())
        # The server starts when the demo is there, and freezes what it has read.
        import_module("sopdesk.wsgi")
        everything: list[float] = []
        for person, pages in PAGES.items():
            browser = Client()
            browser.force_login(
                User.objects.get(email=f"{person}@{DOMAIN}"),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
            for page in pages:
                times = _times(browser, _address(page))
                everything += times
                yield Measure(f"{page} ({person}), p95", percentile(times, 0.95), "ms", LIMIT_P95)
        yield Measure("all pages, p95", percentile(everything, 0.95), "ms", LIMIT_P95)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _address(page: str) -> str:
    if page.startswith("/"):
        return page
    return f"/changes/{Change.objects.filter(state=Change.State.IN_REVIEW).latest('pk').pk}"


def _times(browser: Client, address: str) -> list[float]:
    """Milliseconds of each of the rounds, after three to warm up. A page that does not answer 200 is an error."""
    for _ in range(3):
        status = browser.get(address).status_code
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
    return [milliseconds(partial(browser.get, address)) for _ in range(ROUNDS)]
