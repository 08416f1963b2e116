"""An analyst brings a file in: the page says at each choice what would become of the rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from metrics.models import Import, Ticket
from sopdesk.accounts.models import User
from tests.journeys.seat import Seat
from tests.metrics.bringing import finish

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TEXT = (
    "Nummer,Zustand,Prio,Erstellt,Mail,Team,Bewertung\n"
    + "".join(f"{n},{'Gelöst' if n % 3 else 'Offen'},P{1 + n % 4},2026-05-{1 + n % 28:02} 10:00,a{n}@x.example,"
              f"Payments,{1 + n % 5}\n" for n in range(200))
    + "999,Halb offen,P3,2026-05-04 12:00,c@x.example,Payments,2\n"
)  # fmt: skip


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: SOPDESK_PICTURES names a folder."""
    if folder := os.environ.get("SOPDESK_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_each_choice_shows_what_becomes_of_the_rows(
    gia: User, sit_down: Callable[..., Seat], tmp_path: Path
) -> None:
    seat = sit_down(gia)
    page = seat.page
    page.goto("/imports/new")
    page.get_by_label("File").set_input_files(
        {"name": "mai.csv", "mimeType": "text/csv", "buffer": TEXT.encode()}
    )
    page.get_by_label("Source").fill("Desk")
    page.get_by_role("button", name="Upload and look into it").click()
    page.get_by_label("Time zone").fill("Europe/Dublin")
    for label, header in (("ticket number", "Nummer"), ("status", "Zustand"), ("created", "Erstellt")):
        page.get_by_label(label, exact=True).select_option(header)
    live = page.locator("#import-live")
    expect(live).to_contain_text("1 row rejected")
    expect(live).to_contain_text("Halb offen")
    live.get_by_label("Halb offen is").select_option("pending")
    expect(live).to_contain_text("0 rows rejected")
    seat.assert_accessible()
    picture(page, "map")
    page.get_by_role("button", name="Check the first rows").click()
    page.get_by_role("button", name="Import the whole file").click()
    expect(page.get_by_role("heading", name="mai.csv")).to_be_visible()
    finish(Import.objects.get())
    page.reload()
    expect(page.get_by_text("Undo this import")).to_be_visible()
    picture(page, "report")
    page.get_by_text("Undo this import").click()
    picture(page, "undo")
    assert Ticket.objects.get(external_id="999").status == "pending"
