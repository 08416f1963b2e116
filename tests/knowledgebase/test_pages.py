"""The help center, as customers and as staff meet it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles(ana: User, ben: User) -> None:
    made: dict[str, Any] = {"author": ana, "reviewer": ben, "audience": "public"}
    factories.published("article", "payout", title="My payout", data={"category": "Creators"}, **made)
    factories.published("article", "refund", title="Refunds", data={"category": "Payments"}, **made)
    factories.published("article", "misc", title="Anything else", data={}, **made)
    body = "Staff: [[sop:SOP-0001]].\n"
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, title="Inner rule")
    factories.published("article", "linked", title="Linked", body=body, data={"category": "Payments"}, **made)


def test_an_empty_help_center_says_so(client: Client, db: None) -> None:
    assert "No articles yet" in client.get("/help").content.decode()


def test_articles_stand_under_their_categories(articles: None, client: Client) -> None:
    page = client.get("/help").content.decode()
    places = [page.index(word) for word in ("Creators", "My payout", "Payments", "Refunds")]
    assert places == sorted(places)
    assert "Other" in page


def test_a_customer_sees_the_date_and_nobody_of_the_staff(articles: None, client: Client) -> None:
    page = client.get("/help/refund").content.decode()
    assert "In force since" in page
    assert "Ana Lim" not in page
    assert "Ben Okafor" not in page
    assert "/history" not in page


def test_a_customer_never_learns_the_title_of_an_inner_rule(articles: None, client: Client) -> None:
    page = client.get("/help/linked").content.decode()
    assert "Inner rule" not in page
    assert "not available" in page


@pytest.mark.parametrize("path", ["/knowledge", "/knowledge/new", "/knowledge/refund/history", "/sops"])
def test_a_customer_is_asked_to_log_in_for_everything_else(articles: None, client: Client, path: str) -> None:
    assert client.get(path).status_code == 302


def test_staff_read_it_in_the_desk_with_its_strip(articles: None, dev: User, as_person: Any) -> None:
    page = as_person(dev).get("/help/refund").content.decode()
    assert "published by" in page
    assert 'class="rail"' in page
