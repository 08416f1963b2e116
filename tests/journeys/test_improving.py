"""From a ticket's review to its dispute, and from a costly label to an initiative: in a browser, by axe's rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from metrics import rollups
from metrics.models import Rollup, Week
from metrics.quality.models import Calibration, Review
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.axe import PHONE
from tests.journeys.seat import Seat
from tests.metrics.quality import making
from tests.spans import spans_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]
LAST = date(2026, 6, 28)


def test_a_ticket_is_reviewed_by_keyboard_and_disputed(
    sit_down: SitDown, gia: User, finn: User, harbor_payments: Team
) -> None:
    review = making.given(making.scorecard(gia), making.ticket("T-1", harbor_payments), gia)
    seat = sit_down(gia)
    seat.page.goto("/metrics/quality/queue")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Review the first").click()
    expect(seat.page.get_by_role("group", name="Greets")).to_be_visible()
    for key in ("j", "1", "j", "2", "j", "0"):
        seat.page.keyboard.press(key)
    expect(seat.page.locator("[data-critical-fail]")).to_be_visible()
    seat.page.keyboard.press("n")
    expect(seat.page.locator("[data-score]")).to_have_text("100\u202f%")
    expect(seat.page.locator("[data-decided]")).to_have_text("3")
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Finish this review").click()
    seat.page.wait_for_url("**/queue")
    lead = sit_down(finn, viewport=PHONE)
    lead.page.goto(f"/metrics/quality/reviews/{review.pk}")
    lead.page.get_by_text("Dispute this review").click()
    lead.page.get_by_label("What is wrong").fill("It was not solved.")
    lead.page.get_by_role("button", name="Dispute it").click()
    expect(lead.page.get_by_text("It was not solved.")).to_be_visible()
    lead.assert_accessible()
    assert Review.objects.get(pk=review.pk).disputes.count() == 1


def test_what_two_scored_unlike_and_what_a_leaver_had_can_be_read(
    sit_down: SitDown, gia: User, finn: User, harbor_payments: Team
) -> None:
    card, ticket = making.scorecard(gia), making.ticket("T-1", harbor_payments)
    round_ = Calibration.objects.create(name="November", version=card.versions.get(), created_by=gia)
    for person, score in ((gia, 1), (finn, 0)):
        making.done(card, ticket, person, [score, 2, 1], calibration=round_)
    making.done(card, ticket, gia, [1, 2, 1])
    leaver = factories.user("Lee Vance", "analyst", team=harbor_payments, is_active=False)
    making.given(card, making.ticket("T-2", harbor_payments), leaver)
    seat = sit_down(gia, viewport=PHONE, color_scheme="dark")
    for page in (f"calibrations/{round_.pk}", "reviews?show=iqs", f"given/{leaver.pk}"):
        seat.page.goto(f"/metrics/quality/{page}")
        seat.assert_accessible()


def test_a_costly_label_becomes_an_initiative(sit_down: SitDown, ana: User, payments: Team) -> None:
    parts = {
        "created_n": 400, "measured_n": 400, "handled_n": 400, "handle_s": 240000, "handle_square": 2e8,
        "good_n": 80, "bad_n": 20, "solved_n": 300, "reopen_known_n": 300, "reopened_n": 30,
    }  # fmt: skip
    for day in (LAST - timedelta(days=7), LAST + timedelta(days=28)):
        told = {"source": making.source(), "team": payments, "label": "refund", **parts}
        Rollup.objects.create(day=day, **told)
        for span in spans_of(day):
            Week.objects.create(**span, **told)
    rollups.refresh_facets()
    seat = sit_down(ana)
    seat.page.goto("/metrics/improving?until=2026-06-28&period=28")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Make an initiative for refund").click()
    seat.page.get_by_label("Target").fill("90")
    seat.page.get_by_label("Due").fill("2026-12-31")
    seat.page.get_by_role("button", name="Propose it and freeze the baseline").click()
    expect(seat.page.get_by_text("cannot be told from chance")).to_be_visible()
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Begin").click()
    expect(seat.page.locator(".page-sub .state")).to_have_text("under way")
