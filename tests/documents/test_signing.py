"""Signatures: proven at the moment of signing, whole, bound to what was read, told when an edit makes them void."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import assigning, describing, editing, publishing, reviewing, signing
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Approval, Change, ChangeItem, Document
from sopdesk.documents.since import changed_since
from sopdesk.letters.models import Letter
from sopdesk.web import desk
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
MARK = "my own precious words"


@pytest.fixture
def reviewer(ben: User, as_person: Any) -> Client:
    browser: Client = as_person(ben)
    return browser


def sign(browser: Client, change: Change, **sent: object) -> Any:
    seen = {"seen_hash": reviewing.current_hash(change), "agrees": "on", "password": PASSWORD, "note": MARK}
    return browser.post(reverse("changes:approve", args=[change.pk]), {**seen, **sent})


def test_a_signature_says_who_what_for_whom_and_how(reviewer: Client, proposed: Change, ben: User) -> None:
    assert sign(reviewer, proposed, functions=["operations"]).status_code == 302
    approval = Approval.objects.get(change=proposed)
    assert (approval.name, approval.functions, approval.signed_with) == (ben.name, ["operations"], "password")
    assert approval.content_hash == reviewing.current_hash(proposed)
    assert approval.meaning == (
        "I read exactly this and approve it for Operations. I confirm that it is material: its readers have to read it "
        "again."
    )
    facts = Entry.objects.get(event="change:approved").facts
    assert facts == {"hash": approval.content_hash, "functions": ["operations"], "signed_with": "password"}
    page = reviewer.get(reverse("changes:read", args=[proposed.pk])).content.decode()
    assert approval.meaning in page
    assert "signed by password" in page


@pytest.mark.parametrize(
    "sent", [{"password": ""}, {"password": "wrong"}, {"agrees": ""}, {"credential": "{}"}]
)
def test_without_a_proof_nothing_is_signed_and_the_note_stays(
    reviewer: Client, proposed: Change, sent: dict[str, str]
) -> None:
    answer = sign(reviewer, proposed, **sent)
    assert answer.status_code == 422
    assert MARK in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not proposed.approvals.exists()
    refused = Entry.objects.filter(event="change:signature_refused").count()
    assert refused == (1 if sent.get("password") or sent.get("credential") else 0)


def test_guessing_is_slowed_down_even_with_the_right_password(reviewer: Client, proposed: Change) -> None:
    for _n in range(5):
        assert "not your password" in sign(reviewer, proposed, password="guess").content.decode()
    answer = sign(reviewer, proposed)
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    assert Entry.objects.filter(event="change:signature_refused").count() == 5


def test_a_passkey_signs_instead_of_the_password(reviewer: Client, proposed: Change) -> None:
    accepted = patch("sopdesk.accounts.proving.AuthenticateWebAuthnForm.is_valid", return_value=True)
    with accepted:
        assert sign(reviewer, proposed, password="", credential="{}").status_code == 302
    assert Approval.objects.get(change=proposed).signed_with == "passkey"
    assert "signed by passkey" in reviewer.get(reverse("changes:read", args=[proposed.pk])).content.decode()


@pytest.mark.parametrize(
    "credential", ['{"id": 1}', '{"rawId": 1}', "[]", "1", '"x"', '{"rawId": "é", "response": {}}', "no json"]
)
def test_what_is_no_answer_of_a_passkey_is_refused(
    reviewer: Client, proposed: Change, credential: str
) -> None:
    reviewer.post(reverse("changes:passkey"))
    answer = sign(reviewer, proposed, password="", credential=credential)
    assert answer.status_code == 422
    assert MARK in answer.content.decode()
    assert Entry.objects.filter(event="change:signature_refused").count() == 1
    assert not proposed.approvals.exists()


def test_a_challenge_is_for_reviewers_and_not_kept(reviewer: Client, ana: User, as_person: Any) -> None:
    answer = reviewer.post(reverse("changes:passkey"))
    assert answer.json()["publicKey"]["challenge"]
    assert "no-store" in answer["Cache-Control"]
    assert as_person(ana).post(reverse("changes:passkey")).status_code == 404


def test_what_was_signed_is_kept_whole(approved: Change, draft: ChangeItem) -> None:
    approval = Approval.objects.get(change=approved)
    item = signing.as_signed(approval)[draft.document_id]
    item.base_version_id = draft.base_version_id
    said = {name: approval.seen[name] for name in ("title", "why", "material")}
    assert change_hash(Change(pk=approved.pk, **said), [item]) == approval.content_hash


def test_the_signatures_of_a_version_are_those_that_stood(
    approved: Change, ben: User, carla: User, refunds: Document
) -> None:
    again = Change.objects.get(pk=approved.pk)
    reviewing.approve(again, actor=carla, seen_hash=reviewing.current_hash(again), functions=["legal"])
    publishing.publish(again, actor=ben)
    version = refunds.versions.order_by("-number").first()
    assert version is not None
    found = signing.signatures(version)
    assert [(each.name, each.functions) for each in found] == [(ben.name, ()), (carla.name, ("Legal",))]
    assert {each.content_hash for each in found} == {reviewing.current_hash(again)}


def test_an_edit_tells_everybody_whose_approval_it_voids(
    approved: Change, draft: ChangeItem, ana: User, ben: User, as_person: Any
) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="## Verify\n\nWithin 31 days.\n")
    approval = Approval.objects.get(change=approved)
    letter = Letter.objects.get(to=ben.email)
    since = reverse("changes:since", args=[approved.pk, approval.pk])
    assert letter.subject == "Your approval is void: Refunds"
    assert since in letter.body
    assert approval.voided_by == ana
    assert Entry.objects.get(event="change:approvals_voided").facts == {"of": [ben.name]}
    page = as_person(ben).get(since).content.decode()
    assert "What changed since Ben Okafor approved" in page
    assert "31" in page
    assert Letter.objects.filter(to=ana.email, subject__startswith="Your approval").count() == 0


def test_an_edit_says_whose_approval_it_voids_before_and_after(
    approved: Change, ana: User, as_person: Any
) -> None:
    author = as_person(ana)
    url = reverse("changes:describe", args=[approved.pk])
    assert "voids the approval of <bdi>Ben Okafor" in author.get(url).content.decode()
    sent = {"revision": approved.revision, "title": "Refunds", "why": "New", "material": "on", "zone": "UTC"}
    page = author.post(url, sent, follow=True).content.decode()
    assert "Void now: the approval of Ben Okafor" in page


def test_what_changed_since_names_what_came_and_went(
    approved: Change, draft: ChangeItem, ana: User, ben: User
) -> None:
    approval = Approval.objects.get(change=approved)
    change = Change.objects.get(pk=approved.pk)
    assert changed_since(change, approval).is_same
    describing.describe_change(change, actor=ana, title="Refunds", why="New.", material=False)
    editing.create_document(kind_of("macro"), title="Late", actor=ana, change=change)
    editing.remove_document(draft, actor=ana)
    since = changed_since(Change.objects.get(pk=change.pk), approval)
    assert [field.label for field in since.fields] == ["Why", "Size"]
    assert sorted(part.standing for part in since.parts) == ["added", "removed"]
    approval.seen = {}
    assert not changed_since(change, approval).is_known


def test_who_approved_what_was_edited_finds_it_on_the_desk(
    approved: Change, draft: ChangeItem, ana: User, ben: User
) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="Edited.")
    assigning.claim(Change.objects.get(pk=approved.pk), actor=ben)
    assert [task.verb for task in desk.waiting_for(ben)] == ["Review again"]


def test_the_history_and_the_page_of_a_version_name_its_signers(
    approved: Change, ben: User, dev: User, as_person: Any
) -> None:
    publishing.publish(Change.objects.get(pk=approved.pk), actor=ben)
    history = as_person(dev).get("/sops/SOP-0001/history").content.decode()
    assert history.count("approved by <bdi>Ben Okafor</bdi>") == 2
    page = as_person(dev).get("/sops/SOP-0001").content.decode()
    assert "Approved by" in page
    assert f"/changes/{approved.pk}" not in page
