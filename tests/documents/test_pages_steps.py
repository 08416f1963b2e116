"""The page of a change: what it offers, and what becomes of what was typed when a step is refused."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Version
from tests.factories import PASSWORD

AsPerson = Any
pytestmark = pytest.mark.django_db
MARK = "my own precious words"


@pytest.fixture
def reviewer(ben: User, as_person: AsPerson) -> Client:
    browser: Client = as_person(ben)
    return browser


@pytest.fixture
def author(ana: User, as_person: AsPerson) -> Client:
    browser: Client = as_person(ana)
    return browser


def signed(seen: str, **more: object) -> dict[str, object]:
    """What the form of an approval sends."""
    return {"seen_hash": seen, "agrees": "on", "password": PASSWORD, **more}


def step(change: Change, name: str) -> str:
    return reverse(f"changes:{name}", args=[change.pk])


def test_the_whole_way_by_its_buttons(author: Client, reviewer: Client, draft: ChangeItem) -> None:
    change = draft.change
    assert author.post(step(change, "propose"), {"note": ""}).status_code == 302
    page = reviewer.get(step(change, "read"))
    seen = page.context["approve_form"].initial["seen_hash"]
    assert reviewer.post(step(change, "approve"), signed(seen)).status_code == 302
    assert reviewer.post(step(change, "publish")).status_code == 302
    assert Version.objects.in_force().get().number == 2


@pytest.mark.parametrize("view", ["inline", "side", "martian"])
def test_the_difference_is_the_page(reviewer: Client, proposed: Change, view: str) -> None:
    page = reviewer.get(f"{step(proposed, 'read')}?view={view}").content.decode()
    assert "<del>" in page
    assert "<ins>" in page


def test_unchanged_sections_are_folded_into_one_line(reviewer: Client, proposed: Change, ana: User) -> None:
    item = proposed.items.get()
    body = "".join(f"## Step {n}\n\nWords {n}.\n\n" for n in range(12))
    saved = editing.save_draft(item, revision=item.revision, actor=ana, body=body)
    reviewing.approve(
        proposed, actor=User.objects.get(name="Ben Okafor"), seen_hash=reviewing.current_hash(proposed)
    )
    publishing.publish(proposed, actor=User.objects.get(name="Ben Okafor"))
    again = editing.start_change(saved.document, actor=ana)
    editing.save_draft(again, revision=again.revision, actor=ana, body=body.replace("Words 5", "New words 5"))
    page = reviewer.get(step(again.change, "read"))
    assert re.findall(r"(\d+) unchanged sections", page.content.decode()) == ["5", "6"]


def test_approving_what_was_edited_meanwhile_keeps_the_note_and_can_be_done_again(
    reviewer: Client, proposed: Change, ana: User
) -> None:
    seen = reviewing.current_hash(proposed)
    item = proposed.items.get()
    editing.save_draft(item, revision=item.revision, actor=ana, body="Other words.")
    refused = reviewer.post(step(proposed, "approve"), signed(seen, note=MARK))
    assert refused.status_code == 409
    assert MARK in refused.content.decode()
    fresh = refused.context["approve_form"]["seen_hash"].value()
    assert reviewer.post(step(proposed, "approve"), signed(fresh, note=MARK)).status_code == 302


def test_your_own_change_cannot_be_approved_and_says_why(author: Client, proposed: Change, ana: User) -> None:
    ana.roles = ["author", "reviewer"]
    ana.save()
    page = author.get(step(proposed, "read")).content.decode()
    assert "somebody else reviews it" in page
    sent = signed(reviewing.current_hash(proposed), note=MARK)
    refused = author.post(step(proposed, "approve"), sent)
    assert refused.status_code == 409
    assert "You took part" in refused.content.decode()


@pytest.mark.parametrize("sent", [{}, {"note": ""}, {"note": "  "}, {"note": "n" * 4001}, {"note": "a\x00"}])
def test_sending_back_asks_for_a_usable_reason(
    reviewer: Client, proposed: Change, sent: dict[str, str]
) -> None:
    answer = reviewer.post(step(proposed, "request_changes"), sent)
    assert answer.status_code == 422
    assert sent.get("note", "").strip("\x00") in answer.content.decode()
    proposed.refresh_from_db()
    assert proposed.state == "in_review"


BAD_TIMES: list[dict[str, str]] = [
    {}, {"at": "", "zone": ""},
    {"at": "soon", "zone": "Europe/Dublin"}, {"at": "2020-01-01T09:00", "zone": "Europe/Dublin"},
    {"at": "2027-01-01T09:00", "zone": "Mars/Olympus"}, {"at": "0001-01-01T00:00", "zone": "Europe/Dublin"},
    {"at": "9999-12-31T23:59", "zone": "Pacific/Kiritimati"}, {"at": "9999-12-31T23:59", "zone": "Pacific/Niue"},
    {"at": "2027-03-28T01:30", "zone": "Europe/Dublin"}, {"at": "2027-01-01T09:00\x00", "zone": "UTC\x00"},
]  # fmt: skip


@pytest.mark.parametrize("sent", BAD_TIMES)
def test_a_time_that_cannot_be_is_refused_beside_what_was_typed(
    reviewer: Client, approved: Change, sent: dict[str, str]
) -> None:
    answer = reviewer.post(step(approved, "schedule"), sent)
    assert answer.status_code in (409, 422)
    assert sent.get("at", "").strip("\x00") in answer.content.decode()
    approved.refresh_from_db()
    assert approved.state == "approved"


def test_a_time_is_meant_in_the_chosen_zone(reviewer: Client, approved: Change) -> None:
    sent = {"at": f"{timezone.now().year + 1}-07-01T09:00", "zone": "Europe/Dublin"}
    assert reviewer.post(step(approved, "schedule"), sent).status_code == 302
    approved.refresh_from_db()
    assert approved.effective_at == datetime.fromisoformat(f"{sent['at']}+01:00")
    assert "Unschedule to edit" in reviewer.get(step(approved, "read")).content.decode()
    assert reviewer.post(step(approved, "unschedule")).status_code == 302


@pytest.mark.parametrize(
    "sent", [{}, {"kind": "sop"}, {"kind": "martian", "key": "x"}, {"kind": "sop", "key": "a\x00"}]
)
def test_a_document_that_is_not_there_cannot_be_added(
    author: Client, draft: ChangeItem, sent: dict[str, str]
) -> None:
    assert author.post(step(draft.change, "add"), sent).status_code == 422


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"title": ""},
        {"title": "t", "why": "w" * 4001},
        {"title": "t" * 201, "why": MARK},
        {"title": "t", "why": "a\x00"},
    ],
)
def test_a_description_that_cannot_be_taken_comes_back(
    author: Client, draft: ChangeItem, sent: dict[str, str]
) -> None:
    answer = author.post(step(draft.change, "describe"), sent)
    assert answer.status_code == 422
    assert sent.get("why", "").strip("\x00") in answer.content.decode()


def test_a_closed_change_is_described_no_more_and_keeps_the_words(
    author: Client, approved: Change, ben: User
) -> None:
    publishing.publish(approved, actor=ben)
    answer = author.post(step(approved, "describe"), {"revision": 1, "title": "New", "why": MARK})
    assert answer.status_code == 422
    assert MARK in answer.content.decode()


def test_rebasing_asks_for_the_draft_that_was_read(author: Client, draft: ChangeItem, ana: User) -> None:
    url = reverse("changes:item_rebase", args=[draft.change_id, draft.pk])
    assert author.post(url).status_code == 422
    seen = {"revision": draft.revision, "base": draft.base_version_id}
    assert author.post(url, {**seen, "revision": draft.revision - 1}).status_code == 409
    assert author.post(url, {**seen, "base": ""}).status_code == 409
    assert author.post(url, seen).status_code == 302


def test_a_step_that_was_taken_already_says_so(reviewer: Client, approved: Change) -> None:
    assert reviewer.post(step(approved, "publish")).status_code == 302
    second = reviewer.post(step(approved, "publish"))
    assert second.status_code == 409
    assert "nothing has changed" in second.content.decode()
    assert Version.objects.count() == 2


def test_withdrawing_asks_once_and_keeps_the_note(author: Client, draft: ChangeItem) -> None:
    url = step(draft.change, "withdraw")
    assert "Withdraw the change" in author.get(url).content.decode()
    assert author.post(url, {"note": "n" * 4001}).status_code == 422
    assert author.post(url, {"note": MARK}).status_code == 302
    assert MARK in author.get(step(draft.change, "read")).content.decode()


def test_an_empty_change_names_what_to_do(author: Client, draft: ChangeItem) -> None:
    author.post(reverse("changes:item_remove", args=[draft.change_id, draft.pk]))
    page = author.get(step(draft.change, "read"))
    assert page.status_code == 200
    refused = author.post(step(draft.change, "propose"))
    assert refused.status_code == 409
    assert "no document" in refused.content.decode()
