"""A lead at the figures: every tab reads well, is reached by keyboard, and its picture can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from metrics.dashboards.tabs import TABS
from metrics.models import Source
from sopdesk.accounts.models import Team, User
from tests.axe import PHONE, WIDE
from tests.journeys.seat import Seat
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import HEAD, rows
from tests.metrics.test_from_tickets import HEAD as OF_AGENTS
from tests.metrics.test_from_tickets import row as of_agents

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
DAYS = "since=2026-05-01&until=2026-05-31"
TICKS = """async (asked) => {
    const { scaled } = await import("/static/js/chart-units.js");
    return asked.map(([low, high, fromZero]) => {
        const { min, max, interval, axisLabel } = scaled("duration", [low, null, high], fromZero);
        const places = Array.from({ length: Math.round((max - min) / interval) + 1 }, (_, at) => min + at * interval);
        return places.map((each) => axisLabel.formatter(each).replace("\u202f", " ")).join(" | ");
    });
}"""


def test_a_lead_reads_every_tab_and_takes_a_picture_along(
    sit_down: Callable[..., Seat], payments: Team, harbor_payments: Team, finn: User
) -> None:
    bring(HEAD + rows(40, payments.slug) + rows(40, harbor_payments.slug, label="payout"))
    seat = sit_down(finn)
    for key in TABS:
        seat.page.goto(f"/metrics/{key}?{DAYS}&by=label" if key else f"/metrics?{DAYS}")
        expect(seat.page.locator("[hx-trigger=load]")).to_have_count(0)
        seat.assert_accessible()
    seat.page.goto(f"/metrics/csat?{DAYS}")
    seat.page.get_by_role("button", name="CSAT (good or bad) as a picture (PNG)").focus()
    asked = [
        [464, 478, False],
        [480, 480, True],
        [60, 90, False],
        [100, 7300, False],
        [200_000, 400_000, True],
    ]
    assert seat.page.evaluate(TICKS, asked) == [
        "7.5 min | 8 min",
        "0 | 2 min | 4 min | 6 min | 8 min",
        "60 s | 65 s | 70 s | 75 s | 80 s | 85 s | 90 s",
        "0 | 0.5 h | 1 h | 1.5 h | 2 h | 2.5 h",
        "0 | 1 day | 2 days | 3 days | 4 days | 5 days",
    ]
    assert seat.page.locator("[data-picture-of] [data-picture]:visible").count() == 3, "tile, trend and lines"
    with seat.page.expect_download() as taken:
        seat.page.keyboard.press("Enter")
    assert taken.value.suggested_filename == "csat.png"
    tile = seat.page.get_by_role("region", name="CSAT (good or bad)", exact=True)
    tile.get_by_role("link", name="CSAT (good or bad)", exact=True).click()
    expect(seat.page.get_by_role("heading", level=1)).to_contain_text("tickets")
    seat.assert_accessible()


def test_a_view_is_saved_found_and_sent(sit_down: Callable[..., Seat], finn: User) -> None:
    seat = sit_down(finn)
    seat.page.goto(f"/metrics/csat?{DAYS}")
    seat.page.get_by_text("Views", exact=True).click()
    seat.page.get_by_text("Save this view…").click()
    seat.page.get_by_label("Name").fill("May at Harbor")
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Save the view").click()
    expect(seat.page.get_by_text("stands under Views")).to_be_visible()
    seat.page.goto("/metrics/views")
    seat.assert_accessible()
    seat.page.get_by_role("link", name="Send by mail… May at Harbor").click()
    seat.assert_accessible()
    seat.page.get_by_role("button", name="Send it from now on").click()
    expect(seat.page.get_by_text("will be sent by mail")).to_be_visible()
    seat.assert_accessible()


def test_filters_fold_on_a_phone_and_open_when_the_window_becomes_wide(
    sit_down: Callable[..., Seat], finn: User
) -> None:
    """As on a tablet that is turned: a wide window has no line to open them by."""
    page = sit_down(finn).page
    page.set_viewport_size(PHONE)
    page.goto("/metrics")
    period = page.get_by_label("Period", exact=True)
    expect(period).to_be_hidden()
    page.set_viewport_size(WIDE)
    expect(period).to_be_visible()
    page.set_viewport_size(PHONE)
    expect(period).to_be_visible()


# The first place below the legend over which the pointer is of this kind.
SEEN = """([id, sought]) => {
    const place = document.getElementById(id), [wide, high] = [place.clientWidth, place.clientHeight];
    const canvas = place.querySelector("canvas"), box = canvas.getBoundingClientRect();
    for (let y = 56; y < high - 40; y += 4) for (let x = 4; x < wide; x += 4) {
        const at = { clientX: box.left + x, clientY: box.top + y, bubbles: true };
        canvas.parentElement.dispatchEvent(new MouseEvent("mousemove", at));
        if (canvas.parentElement.style.cursor === sought) return [x, y];
    }
    return null;
}"""


@pytest.mark.parametrize(
    ("where", "chart"),
    [("volume", "trend"), ("csat", "trend"), ("volume", "dots"), ("csat", "dots"), ("volume", "hours")],
)
def test_a_click_on_a_point_goes_where_the_table_leads(
    sit_down: Callable[..., Seat], payments: Team, harbor_payments: Team, gia: User, where: str, chart: str
) -> None:
    bring(HEAD + rows(300, payments.slug) + rows(300, harbor_payments.slug, label="payout"))
    seat = sit_down(gia)
    seat.page.goto(f"/metrics/{where}?{DAYS}&site=harbor&against=rest=site&by=label")
    picture = seat.page.locator(f"#{chart}")
    picture.scroll_into_view_if_needed()
    expect(seat.page.locator("[hx-trigger=load]")).to_have_count(0)
    place = seat.page.evaluate(SEEN, [chart, "pointer"])
    assert place, "no point leads anywhere"
    linked = seat.page.locator(f"table[data-links-of={chart}] a").evaluate_all("all => all.map(a => a.href)")
    picture.click(position={"x": 1, "y": 1})
    assert "/metrics/tickets" not in seat.page.url
    picture.click(position={"x": place[0], "y": place[1]})
    seat.page.wait_for_url("**/metrics/tickets?**")
    assert seat.page.url in linked


def test_ways_out_of_a_refusal_fit_on_a_small_phone(
    sit_down: Callable[..., Seat], payments: Team, hal: User
) -> None:
    bring(OF_AGENTS + "".join(of_agents(n, payments.slug) for n in range(60)))
    Source.objects.update(figures_frozen_before=date(2026, 6, 1))
    seat = sit_down(hal)
    seat.page.set_viewport_size({"width": 320, "height": 640})
    seat.page.goto(f"/metrics/csat?{DAYS}&against=label=other&agent=ann&priority=low")
    ways = seat.page.locator(".notice .btn")
    expect(ways).to_have_text(
        ["Leave out the choice of Agent", "Leave out Priority and compare with nothing"]
    )
    assert ways.evaluate_all("all => all.every((each) => each.scrollWidth <= each.clientWidth)")
    seat.assert_accessible()
