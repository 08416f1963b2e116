"""Somebody from outside comments on the one change they review, and reads the answers, nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting
from sopdesk.discussion.models import Thread
from sopdesk.documents import outside
from sopdesk.documents.models import Change, ChangeItem, OutsideReviewer
from sopdesk.letters.models import Letter

pytestmark = pytest.mark.django_db
WHERE = "nora@counsel.example"


@pytest.fixture
def nora(change: Change, ben: User) -> OutsideReviewer:
    return outside.invite(change, name="Nora Weber", email=WHERE, function="", days=7, actor=ben)


@pytest.fixture
def link(nora: OutsideReviewer) -> str:
    found = re.search(r"/review/[\w-]{43}", Letter.objects.get(key=f"invited:{nora.pk}").body)
    assert found is not None
    return found.group()


@pytest.fixture
def confirmed(link: str, client: Client) -> Client:
    client.post(f"{link}/code")
    body = Letter.objects.filter(key__startswith="code:").latest("pk").body
    code = re.search(r"\d{6}", body)
    assert code is not None
    client.post(f"{link}/confirm", {"code": code.group()})
    return client


def test_a_comment_from_outside_is_told_and_answered(
    confirmed: Client, link: str, draft: ChangeItem, thread: Thread, ana: User, as_person: Any
) -> None:
    Letter.objects.filter(to=ana.email).delete()
    place = f"{draft.document_id}:refund"
    typed = {"place": place, "quote": "30 days", "body": "Not lawful.", "must_resolve": "on"}
    assert confirmed.post(f"{link}/comment", typed).status_code == 302
    theirs = Thread.objects.exclude(pk=thread.pk).get()
    assert (theirs.by.name, theirs.quote, theirs.must_resolve) == ("Nora Weber", "30 days", True)
    assert Letter.objects.filter(to=ana.email, subject__startswith="Nora Weber").exists()
    commenting.reply(theirs, author=ana, body="It is for [[sop:SOP-0001]] only.")
    shown = confirmed.get(link).content.decode()
    assert "It is for" in shown
    assert "Why so long?" not in shown
    letter = Letter.objects.get(to=WHERE, key__startswith="discussion:")
    assert "It is for" not in letter.body
    assert confirmed.post(f"{link}/comment", {"thread": theirs.pk, "body": "Then it is."}).status_code == 302
    assert theirs.comments.count() == 3
    assert (
        "Nora Weber from outside reads" in as_person(ana).get(f"/changes/{theirs.change_id}").content.decode()
    )


def test_others_threads_are_not_theirs_to_answer(confirmed: Client, link: str, thread: Thread) -> None:
    confirmed.post(f"{link}/comment", {"thread": thread.pk, "body": "Let me in."})
    assert thread.comments.count() == 1
    assert Thread.objects.filter(outside__isnull=False).get().document is None


@pytest.mark.parametrize("typed", [{"body": ""}, {"body": "Kept.", "quote": "nowhere", "place": "PLACE"}])
def test_what_cannot_be_taken_is_kept(
    confirmed: Client, link: str, draft: ChangeItem, typed: dict[str, str]
) -> None:
    sent = {name: value.replace("PLACE", f"{draft.document_id}:refund") for name, value in typed.items()}
    answer = confirmed.post(f"{link}/comment", sent)
    assert answer.status_code in (409, 422)
    assert typed["body"] in answer.content.decode()
    assert not Thread.objects.exists()


def test_without_a_code_nothing_is_shown_but_ones_own_words(
    client: Client, link: str, thread: Thread
) -> None:
    answer = client.post(f"{link}/comment", {"body": "My own words."})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "My own words." in shown
    for secret in ("Refund", "Verify", "Why so long?"):
        assert secret not in shown
    assert client.post("/review/" + "a" * 43 + "/comment", {"body": "Hi"}).status_code == 404


def test_words_alone_are_found_in_the_only_text(confirmed: Client, link: str, refunds: Any) -> None:
    assert confirmed.post(f"{link}/comment", {"body": "Why?", "quote": "30 days"}).status_code == 302
    thread = Thread.objects.get()
    assert (thread.document_id, thread.anchor) == (refunds.pk, "refund")
