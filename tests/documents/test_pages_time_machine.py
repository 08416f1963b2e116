"""The time machine in the browser: marked plainly, as of then, and only for those who may read history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Document
from tests import factories

AsPerson = Any
pytestmark = pytest.mark.django_db
JANUARY, MARCH, JUNE = (datetime(2026, month, 1, 9, tzinfo=UTC) for month in (1, 3, 6))


@pytest.fixture
def three(ana: User, ben: User) -> Document:
    """SOP-0001: 14 days since January, 21 since March, 30 since June; it names a macro that was renamed in March."""
    macro = [
        factories.past(ana, ben, since=JANUARY, title="Money back", body="Soon.\n"),
        factories.past(ana, ben, since=MARCH, title="Refund approved", body="Soon.\n"),
    ]
    factories.published("macro", "refund", author=ana, reviewer=ben, versions=macro)
    past = [
        factories.past(
            ana, ben, since=since, title="Refunds", body=f"## Window\n\n{days} days. [[macro:refund]]\n"
        )
        for since, days in ((JANUARY, 14), (MARCH, 21), (JUNE, 30))
    ]
    return factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)


def test_it_shows_what_was_in_force_with_references_as_they_were(
    dev: User, three: Document, as_person: AsPerson
) -> None:
    page = as_person(dev).get("/sops/SOP-0001?at=2026-02-01T12:00Z").content.decode()
    assert "14 days" in page
    assert "30 days" not in page
    assert "Money back" in page
    assert "Refund approved" not in page
    assert "As it was on" in page
    assert "1 Feb 2026, 12:00 (Dublin)" in page


def test_its_links_stay_in_that_time(dev: User, three: Document, as_person: AsPerson) -> None:
    browser = as_person(dev)
    page = browser.get("/sops/SOP-0001?at=2026-02-01T12:00Z").content.decode()
    assert "/macros/refund?at=2026-02-01T12:00Z" in page
    assert "Money back" in browser.get("/macros/refund?at=2026-02-01T12:00Z").content.decode()
    assert "/macros/refund?at=" not in browser.get("/sops/SOP-0001").content.decode()


def test_it_leads_to_today_and_compares_with_it(dev: User, three: Document, as_person: AsPerson) -> None:
    browser = as_person(dev)
    page = browser.get("/sops/SOP-0001?at=2026-04-01").content.decode()
    assert 'href="/sops/SOP-0001/compare/2/3"' in page
    assert browser.get("/sops/SOP-0001/compare/2/3").status_code == 200
    assert "Compare with today" not in browser.get("/sops/SOP-0001?at=2026-07-01").content.decode()


def test_the_steps_lead_from_version_to_version(dev: User, three: Document, as_person: AsPerson) -> None:
    browser = as_person(dev)
    answer = browser.get("/sops/SOP-0001?at=2026-04-01")
    assert answer.context["before_url"] == "/sops/SOP-0001?at=2026-01-01T09:00Z"
    assert answer.context["after_url"] == "/sops/SOP-0001?at=2026-06-01T09:00Z"
    for name, days in (("before_url", "14 days"), ("after_url", "30 days")):
        assert days in browser.get(answer.context[name]).content.decode()


def test_before_the_first_version_it_says_so(dev: User, three: Document, as_person: AsPerson) -> None:
    answer = as_person(dev).get("/sops/SOP-0001?at=2020-01-01")
    assert answer.status_code == 200
    assert "It was not in force yet." in answer.content.decode()
    assert "/sops/SOP-0001?at=2026-01-01T09:00Z" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "at=nonsense",
        "at=2026-02-30",
        "at=%00",
        "at=2026-03-01&zone=Mars",
        "at=" + "9" * 3000,
        "at=2190-01-01",
    ],
)
def test_a_value_that_is_no_time_is_named_with_the_form(
    dev: User, three: Document, as_person: AsPerson, query: str
) -> None:
    answer = as_person(dev).get(f"/sops/SOP-0001?{query}")
    assert answer.status_code == 400
    assert 'name="at"' in answer.content.decode()
    assert answer.context["reason"]


def test_a_time_is_read_in_the_zone_beside_it(dev: User, three: Document, as_person: AsPerson) -> None:
    """In Manila it is eight hours later: nine in the morning there is before the version began."""
    query = "at=2026-03-01T09:00&zone=Asia/Manila"
    page = as_person(dev).get(f"/sops/SOP-0001?{query}").content.decode()
    assert "14 days" in page
    assert "1 Mar 2026, 09:00 (Manila)" in page


def test_an_empty_time_is_today(dev: User, three: Document, as_person: AsPerson) -> None:
    page = as_person(dev).get("/sops/SOP-0001?at=").content.decode()
    assert "30 days" in page
    assert 'class="past"' not in page


def test_what_is_scheduled_is_for_writers_only(
    ana: User, dev: User, three: Document, as_person: AsPerson
) -> None:
    tomorrow = f"/sops/SOP-0001?at={timezone.now() + timedelta(days=1):%Y-%m-%d}T23:00Z"
    assert "As it will be on" in as_person(ana).get(tomorrow).content.decode()
    assert as_person(dev).get(tomorrow).status_code == 400


def test_an_earlier_audience_hides_what_it_hid(
    ana: User, ben: User, dev: User, harbor_payments: Team, as_person: AsPerson
) -> None:
    narrow = {"audience": "teams", "audience_teams": [harbor_payments.slug], "body": "Secret.\n"}
    past = [
        factories.past(ana, ben, since=JANUARY, title="Fraud signs", **narrow),
        factories.past(ana, ben, since=MARCH, title="Signs"),
    ]
    factories.published("sop", "SOP-0009", author=ana, reviewer=ben, versions=past)
    factories.published("sop", "SOP-0010", author=ana, reviewer=ben, since=JANUARY, body="[[sop:SOP-0009]]\n")
    browser = as_person(dev)
    hidden = browser.get("/sops/SOP-0009?at=2026-02-01")
    assert (hidden.status_code, hidden.content) == (404, browser.get("/sops/no-such?at=2026-02-01").content)
    assert "Fraud signs" not in browser.get("/sops/SOP-0010?at=2026-02-01").content.decode()
    assert "Fraud signs" not in browser.get("/sops/SOP-0009?at=2026-04-01").content.decode()


def test_nobody_signed_in_is_asked_to(client: Client, ana: User, ben: User) -> None:
    factories.published("article", "refunds", author=ana, reviewer=ben, audience="public", since=JANUARY)
    assert client.get("/help/refunds").status_code == 200
    assert client.get("/help/refunds?at=2026-02-01").status_code == 302


def test_a_long_past_costs_no_more(
    dev: User, ana: User, ben: User, three: Document, as_person: AsPerson
) -> None:
    past = [
        factories.past(ana, ben, since=JANUARY + timedelta(days=n), body=f"Day {n}.\n") for n in range(30)
    ]
    factories.published("sop", "SOP-0030", author=ana, reviewer=ben, versions=past)
    browser, costs = as_person(dev), []
    for key in ("SOP-0001", "SOP-0030"):
        browser.get(f"/sops/{key}?at=2026-01-10")
        with CaptureQueriesContext(connection) as taken:
            assert browser.get(f"/sops/{key}?at=2026-01-10").status_code == 200
        costs.append(len(taken))
    assert costs[1] <= costs[0]
