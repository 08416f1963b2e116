"""Each figure of quality leads to as many reviews as it says, and to their tickets, of the viewer's own scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from metrics import rollups
from metrics.dashboards import tickets
from metrics.dashboards.filters import read
from metrics.models import Ticket
from metrics.quality import behind as quality
from metrics.quality import tab
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
DAYS = "since=2026-11-02&until=2026-11-20"


@pytest.fixture(autouse=True)
def _reviews(gia: User, ana: User, ben: User, payments: Team, harbor_payments: Team) -> None:
    past = [factories.past(ana, ben, body="## Verify {#verify}\n\nAsk.\n")]
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    criteria = [{"name": "Asks", "is_critical": True, "sop_key": "SOP-0001", "sop_anchor": "verify"},
                {"name": "Writes", "top": 4}]  # fmt: skip
    card = making.scorecard(gia, criteria=criteria)
    for number, (team, market, scores) in enumerate((
        (payments, "IE", [0, 4]), (payments, "IE", [None, 2]), (payments, "DE", [1, 4]),
        (harbor_payments, "IE", [0, 1]), (harbor_payments, "IE", [1, 1]),
    )):  # fmt: skip
        ticket = making.ticket(f"T{number}", team, market=market)
        making.done(card, ticket, gia, scores, at=datetime(2026, 11, 12, 9, tzinfo=UTC))
    rollups.rebuild([date(2026, 11, 11)])
    rollups.refresh_facets()


def behind(browser: Client, url: str) -> set[str]:
    """The numbers of the tickets of a list, of reviews or of tickets."""
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return {row.external_id for row in answer.context["listing"].rows}


def figures(person: User, query: str) -> Iterable[tuple[int, str]]:
    """Each figure of the tab below IQS: how many reviews it is of, and where it leads."""
    section = tab.quality(read(query, user=person))
    assert section is not None
    yield section.context["failed"].n, section.context["failed"].url
    for _row, failed in section.context["teams"]:
        yield failed.n, failed.url
    for line in (*section.context["criteria"], *section.context["sections"]):
        yield line.row.figure.n, line.url
        if line.skipped_url:
            yield line.row.skipped, line.skipped_url


def listed(person: User, url: str) -> list[str]:
    """The numbers of the tickets that the page of this address lists."""
    page, query = url.split("?")
    chosen, shown = read(query, user=person), QueryDict(query)["show"]
    rows = (
        tickets.tickets(person, chosen, shown)
        if "tickets" in page
        else quality.reviews(person, chosen, shown)
    )
    return [row.external_id for row in rows]


def test_every_figure_leads_to_as_many(gia: User, finn: User, ana: User) -> None:
    for person, query in (
        (gia, f"{DAYS}&market=IE"),
        (gia, f"{DAYS}&site=harbor"),
        (finn, DAYS),
        (ana, DAYS),
    ):
        found = [(n, url, listed(person, url)) for n, url in figures(person, query)]
        assert [(n, url) for n, url, numbers in found if len(numbers) != n] == []
        assert len(found) >= 4
        page = "tickets" if person == ana else "quality/reviews"
        assert all(url.startswith(f"/metrics/{page}?") for _n, url, _numbers in found)
        assert person != finn or {*chain.from_iterable(numbers for *_, numbers in found)} == {"T3", "T4"}


def test_the_pages_list_them_and_say_of_what(gia: User, ana: User, as_person: Any) -> None:
    for person in (gia, ana):
        [(n, url)] = [found for found in figures(person, DAYS) if "section" in found[1]]
        assert len(behind(as_person(person), url)) == n == 4
    assert (
        "Scored on a criterion of"
        in as_person(gia).get(f"{url.replace('tickets', 'quality/reviews')}").content.decode()
    )


def test_iqs_leads_to_its_tickets_and_on_to_the_reviews(
    gia: User, finn: User, ana: User, as_person: Any
) -> None:
    for person, n in ((gia, 4), (finn, 2), (ana, 4)):
        [tile] = as_person(person).get(f"/metrics/quality?{DAYS}&market=IE").context["tiles"]
        answer = as_person(person).get(f"/metrics/tickets?{DAYS}&market=IE&show=iqs")
        assert (tile.figure.n, answer.context["listing"].total, answer.context["counted"]) == (
            n,
            n,
            f"{n} reviews",
        )
        assert ("Their reviews" in answer.content.decode()) == (person is not ana)
    assert len(behind(as_person(gia), f"/metrics/quality/reviews?{DAYS}&market=IE&show=iqs")) == 4


def test_a_review_whose_ticket_is_gone_still_counts_and_is_said(gia: User) -> None:
    Ticket.objects.filter(external_id="T0").delete()
    chosen = read(DAYS, user=gia)
    found = tickets.tickets(gia, chosen, "iqs")
    assert found.count() == 4
    assert tickets.counted_in(found, chosen, "iqs") == "5 reviews (1 is of a ticket that is no longer kept)"


def test_nonsense_is_of_no_review(gia: User, as_person: Any) -> None:
    for of in ("x", "section:", "criterion:x:y", f"na:{10**20}:a", "criterion:1:%00"):
        assert behind(as_person(gia), f"/metrics/quality/reviews?{DAYS}&show=iqs&of={of}") == set(), of
    assert behind(as_person(gia), f"/metrics/tickets?{DAYS}&show=iqs&of=x%00") == set()
