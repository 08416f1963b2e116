"""Carla answers a customer: a hold, what is held, an erasure; and sees who had a text shown. By axe on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from metrics.models import Ticket, TicketText
from sopdesk.accounts.models import Team, User
from tests.access_world_privacy import ANN, ticket
from tests.journeys.seat import Seat
from tests.metrics.bringing import source

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def ann(payments: Team, settings: Settings, tmp_path: Path) -> Ticket:
    settings.MEDIA_ROOT, settings.ERASED_LEDGER = tmp_path, tmp_path / "erased.jsonl"
    made = ticket(source(), "A1", payments)
    TicketText.objects.create(ticket=made, subject="Call [phone]", body="I still wait for my refund.")
    return made


def test_a_customer_is_held_found_and_erased(sit_down: SitDown, carla: User, ann: Ticket) -> None:
    seat = sit_down(carla)
    page = seat.page
    page.goto(f"/metrics/tickets/{ann.pk}")
    seat.assert_accessible()
    page.get_by_label("Why do you need the text?").fill("The customer asks for it")
    page.get_by_role("button", name="Show the text").click()
    expect(page.get_by_text("I still wait for my refund.")).to_be_visible()

    page.goto("/metrics/privacy")
    seat.assert_accessible()
    page.get_by_role("link", name="Views of texts").click()
    expect(page.get_by_role("cell", name="The customer asks for it")).to_be_visible()
    seat.assert_accessible()

    page.get_by_role("link", name="Legal holds").click()
    page.get_by_role("link", name="Place a hold").first.click()
    page.get_by_label("Reason").fill("Dispute 7")
    page.get_by_label("Ticket number").fill("A1")
    seat.assert_accessible()
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_role("cell", name="Dispute 7")).to_be_visible()

    _find(seat)
    expect(page.get_by_text("A legal hold keeps tickets of this person")).to_be_visible()
    page.get_by_role("link", name="Hold").first.click()
    page.get_by_role("link", name="End…").click()
    page.get_by_label("Reason").fill("settled")
    page.get_by_role("button", name="End the hold").click()

    _find(seat)
    expect(page.get_by_label("I have checked")).to_be_visible()
    seat.assert_accessible()
    page.get_by_label("I have checked").check()
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("Erased from 1 ticket.")).to_be_visible()
    seat.assert_accessible()
    assert not TicketText.objects.exists()


def _find(seat: Seat) -> None:
    seat.page.goto("/metrics/privacy/persons")
    seat.page.get_by_label("E-mail address").fill(ANN)
    seat.page.get_by_role("button", name="Find what is held").click()
