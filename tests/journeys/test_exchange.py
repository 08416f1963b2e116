"""Files in, drafts out of them, and a list taken along: at a browser, by axe, in the dark and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents.models import ChangeItem, Document
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.axe import PHONE
from tests.exchange.conftest import zipped
from tests.exchange.word_files import PICTURE, paragraph, table, word
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


def work() -> None:
    """What a worker does."""
    for job in Job.objects.unfinished():
        while running.run(job.pk):
            pass


@pytest.fixture
def policies(tmp_path: Path, settings: Any) -> Path:
    """A zip with a rule, a Word file, and a text that is refused."""
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "policies.zip"
    files = {
        "gift.md": b"---\ntitle: Gift cards\ncolour: blue\n---\n\n## Check\n\nAsk for the code.\n",
        "word.docx": word(
            paragraph("Chargebacks", "Heading1"), table(("Case", "Days"), ("Late", "14")), PICTURE
        ),
        "bad.md": "one\u202etwo".encode(),
    }
    path.write_bytes(zipped(files))
    return path


def test_from_a_zip_to_drafts(sit_down: SitDown, ana: User, policies: Path) -> None:
    seat = sit_down(ana)
    seat.page.goto("/sops")
    seat.page.locator("#main summary", has_text="More").click()
    seat.page.get_by_role("link", name="Import files…").click()
    seat.assert_accessible()
    seat.page.locator("input[type=file]").set_input_files(policies)
    seat.page.get_by_role("button", name="Upload and look into it").click()
    seat.assert_accessible()
    work()
    expect(seat.page.get_by_text("Gift cards")).to_be_visible()
    expect(seat.page.get_by_text("changes the direction")).to_be_visible()
    seat.assert_accessible()
    start = seat.page.get_by_role("button", name="Write 2 drafts")
    seat.page.get_by_label("Import word.docx").uncheck()
    expect(seat.page.get_by_role("button", name="Write 1 draft")).to_be_enabled()
    seat.page.get_by_label("Import gift.md").uncheck()
    expect(seat.page.get_by_role("button", name="Write 0 drafts")).to_be_disabled()
    seat.page.get_by_label("Import gift.md").check()
    seat.page.get_by_label("Import word.docx").check()
    start.click()
    work()
    expect(seat.page.get_by_text("Drafts written")).to_be_visible()
    seat.assert_accessible()
    seat.page.set_viewport_size(PHONE)
    seat.assert_accessible()
    assert sorted(ChangeItem.objects.values_list("title", flat=True)) == ["Chargebacks", "Gift cards"]
    seat.page.get_by_role("link", name="Import of policies.zip").click()
    expect(seat.page).to_have_url(re.compile("/changes/"))


def test_a_list_is_taken_along(
    sit_down: SitDown, dev: User, refunds: Document, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    seat = sit_down(dev, color_scheme="dark")
    seat.page.goto("/sops")
    seat.page.locator("#main summary", has_text="More").click()
    seat.page.get_by_role("button", name="Export the list as PDF").click()
    expect(seat.page.get_by_role("heading", name="SOPs as PDF")).to_be_visible()
    seat.assert_accessible()
    work()
    link = seat.page.get_by_role("link", name=re.compile("Download the zip"))
    expect(link).to_be_visible()
    seat.assert_accessible()
    with seat.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.startswith("sop-pdf-")
    seat.page.goto("/exports")
    seat.assert_accessible()
