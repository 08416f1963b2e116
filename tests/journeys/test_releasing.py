"""Bringing up to date, publishing at once and retiring, in a browser; axe looks at each page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, retiring, reviewing, urgent
from sopdesk.documents.models import Change, ChangeItem, Document
from tests.factories import PASSWORD
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


def opened(seat: Seat, path: str) -> None:
    answer = seat.page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    seat.assert_accessible()


def drafted(document: Document, author: User, old: str, new: str) -> ChangeItem:
    item = editing.start_change(document, actor=author)
    body = item.body.replace(old, new)
    return editing.save_draft(item, revision=item.revision, actor=author, body=body)


def published(item: ChangeItem, author: User, reviewer: User) -> Change:
    change = reviewing.propose(item.change, actor=author)
    change = reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))
    return publishing.publish(change, actor=reviewer)


def test_an_overtaken_draft_is_brought_up_to_date(
    sit_down: SitDown, ana: User, ben: User, refunds: Document
) -> None:
    mine = drafted(refunds, ana, "14 days", "30 days")
    published(drafted(refunds, ana, "14 days", "21 days"), ana, ben)
    seat = sit_down(ana)
    opened(seat, f"/changes/{mine.change_id}")
    seat.page.get_by_role("link", name="Bring up to date…").first.click()
    expect(seat.page.get_by_role("main")).to_contain_text("21 days")
    expect(seat.page.get_by_role("main")).to_contain_text("30 days")
    seat.assert_accessible()


def test_what_cannot_wait_is_published_and_reviewed_afterwards(
    sit_down: SitDown, ana: User, ben: User, carla: User, refunds: Document
) -> None:
    item = drafted(refunds, ana, "14 days", "30 days")
    seat = sit_down(ben)
    opened(seat, f"/changes/{item.change_id}/publish-urgently")
    seat.page.get_by_label("Why").first.fill("Refunds are refused wrongly.")
    seat.page.get_by_label("Your password").fill(PASSWORD)
    seat.page.get_by_role("main").get_by_role("button", name="Publish").first.click()
    change = Change.objects.get(pk=item.change_id)
    expect(seat.page).to_have_url(f"{seat.address}/changes/{change.pk}")
    assert Change.objects.get(pk=change.pk).is_unreviewed
    opened(sit_down(carla), f"/changes/{change.pk}")
    opened(sit_down(ana), "/sops/SOP-0001")
    assert change in urgent.unreviewed()


def test_a_document_is_retired_and_says_so(
    sit_down: SitDown, ana: User, ben: User, dev: User, refunds: Document
) -> None:
    author = sit_down(ana)
    opened(author, "/sops/SOP-0001/retire")
    item = retiring.start_retirement(refunds, actor=ana)
    opened(author, f"/changes/{item.change_id}")
    published(item, ana, ben)
    reader = sit_down(dev)
    opened(reader, "/sops/SOP-0001")
    expect(reader.page.get_by_role("main")).to_contain_text("retired")
    opened(author, "/sops?state=retired")
