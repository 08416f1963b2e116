"""A rule's way from a draft to the agent who finds it: the product's main thread, in real browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, Document, Version
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.factories import PASSWORD
from tests.journeys.seat import Seat
from tests.journeys.tickets import tickets_csv

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


def edit_with_preview(page: Page, old: str, new: str) -> None:
    """Open the SOP's draft and change its text; the preview follows without a save."""
    page.goto("/sops/SOP-0001")
    page.get_by_role("button", name="Edit in a draft").click()
    text = page.locator(".cm-content")
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(old)
    typed = str(page.locator("textarea[name=body]").evaluate("field => field.value"))
    text.fill(typed.replace(old, new))
    expect(preview).to_contain_text(new)
    expect(preview).not_to_contain_text(old)
    assert not Version.objects.in_force().filter(body__contains=new).exists()


def propose(page: Page, why: str) -> str:
    """Save the draft, say why, hand it over; gives the change's address."""
    page.get_by_role("button", name="Propose this change…").click()
    page.get_by_role("link", name="Title and reason").click()
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Save title and reason").click()
    page.locator("summary", has_text="Propose this change").click()
    page.get_by_role("button", name="Propose this change", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Proposed")
    return page.url


def approve(page: Page, removed: str, added: str) -> None:
    """Read the difference and sign exactly that."""
    expect(page.locator("del", has_text=removed)).to_be_visible()
    expect(page.locator("ins", has_text=added)).to_be_visible()
    page.locator("summary", has_text="Approve exactly this").click()
    page.get_by_label("It is material").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Approve exactly this", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Approved")


def find(page: Page, words: str, text: str) -> None:
    """From anywhere: `/`, some words, the first answer."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.get_by_role("option").filter(has_text="SOP-0001").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sops/SOP-0001*")
    expect(page.get_by_role("article")).to_contain_text(text)


def import_tickets(page: Page) -> None:
    """Upload a file, look into it, start, and watch the progress while the real job runs."""
    page.goto("/imports/new")
    file = {"name": "tickets.csv", "mimeType": "text/csv", "buffer": tickets_csv().encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_label("Source").fill("Helpdesk")
    page.get_by_role("button", name="Upload and look into it").click()
    page.get_by_role("button", name="Check the first rows").click()
    page.get_by_role("button", name="Import the whole file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    job = Job.objects.get(kind="metrics.import_tickets")
    while running.run(job.pk):
        pass
    expect(page.get_by_role("main")).to_contain_text("done")
    expect(page.get_by_role("main")).to_contain_text("60")


def test_from_a_draft_to_the_reader_and_to_the_figures(
    sit_down: SitDown, ana: User, ben: User, dev: User, gia: User, refunds: Document
) -> None:
    author, reviewer, agent, analyst = (sit_down() for _person in range(4))
    author.log_in(ana)
    edit_with_preview(author.page, "14 days", "30 days")
    change = propose(author.page, "Customers ask for it.")

    reviewer.log_in(ben)
    reviewer.page.goto(change)
    approve(reviewer.page, "14", "30")
    reviewer.page.get_by_role("button", name="Publish now").click()
    expect(reviewer.page.locator("#messages")).to_contain_text("in force now")

    agent.log_in(dev)
    find(agent.page, "refund window", "The refund window is 30 days")
    strip = agent.page.get_by_role("group", name="About this version")
    expect(strip).to_contain_text("v2")
    expect(strip).to_contain_text("published by")
    expect(strip).to_contain_text("Ben Okafor")
    expect(strip).to_contain_text(f"in force since {timezone.localtime():%-d %b %Y}")

    analyst.log_in(gia)
    import_tickets(analyst.page)
    analyst.page.get_by_role("link", name="See its figures").click()
    main = analyst.page.get_by_role("main")
    for tile in ("CSAT (4 and 5 of 5)", "SLA, first reply", "SLA, resolution", "AHT"):
        expect(main.get_by_role("region", name=tile, exact=True)).to_contain_text("n 60")
    expect(main).to_contain_text("75.0")
    analyst.page.get_by_role("navigation", name="Figures").get_by_role("link", name="AHT").click()
    payments = analyst.page.get_by_role("row").filter(has_text="Payments")
    expect(payments).to_contain_text("6:30")
    expect(payments).to_contain_text("60")


def test_a_change_can_be_scheduled_for_a_time(
    sit_down: SitDown, ana: User, ben: User, dev: User, refunds: Document
) -> None:
    author, reviewer, agent = sit_down(), sit_down(), sit_down()
    author.log_in(ana)
    edit_with_preview(author.page, "14 days", "30 days")
    change = propose(author.page, "From a date on.")
    reviewer.log_in(ben)
    reviewer.page.goto(change)
    approve(reviewer.page, "14", "30")
    at = timezone.localtime() + timedelta(days=3)
    reviewer.page.get_by_text("Schedule for a time…").click()
    reviewer.page.get_by_label("In force from").fill(f"{at:%Y-%m-%dT09:00}")
    reviewer.page.get_by_label("Time zone").select_option("Europe/Dublin")
    reviewer.page.get_by_role("button", name="Schedule for this time").click()
    expect(reviewer.page.locator("#messages")).to_contain_text("Scheduled")
    expect(reviewer.page.get_by_role("main")).to_contain_text(f"{at:%-d %b %Y}, 09:00 (Dublin)")
    agent.log_in(dev)
    find(agent.page, "refund window", "The refund window is 14 days")
    at_that_minute = Change.objects.get(pk=change.rsplit("/", 1)[1]).effective_at
    assert at_that_minute is not None
    assert "30 days" in Version.objects.in_force(at_that_minute).get(document=refunds).body
