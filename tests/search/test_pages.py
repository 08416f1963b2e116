"""The page and the suggestions as a browser gets them, and the note of what was asked."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.search import remembering, tasks
from sopdesk.search.models import SearchQuery
from tests.search.conftest import Publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes are written at once instead of by a worker."""

    def at_once(args: tuple[Any, ...], **_options: Any) -> None:
        tasks.write_query(*args)

    monkeypatch.setattr(remembering.write_query, "apply_async", at_once)


def test_the_page_works_without_javascript(publish: Publish, dev: User, as_person: Any) -> None:
    publish("SOP-0042", "Refunds", "## Verify\n\nAsk for the receipt.\n")
    body = as_person(dev).get(reverse("search:page"), {"q": "receipt"}).content.decode()
    assert 'href="/sops/SOP-0042#verify"' in body
    assert "<mark>receipt</mark>" in body
    assert 'name="q" value="receipt"' in body
    assert "kind=sop" in body


@pytest.mark.parametrize("typed", ["", "  ", "nothing-holds-this"])
def test_an_empty_page_says_what_to_do(typed: str, dev: User, client: Any, as_person: Any) -> None:
    for browser in (client, as_person(dev)):
        response = browser.get(reverse("search:page"), {"q": typed})
        assert b"empty-state" in response.content


def test_a_chosen_kind_without_results_offers_all_kinds(publish: Publish, dev: User, as_person: Any) -> None:
    publish("SOP-0042", "Refunds", "## Verify\n\nAsk for the receipt.\n")
    body = as_person(dev).get(reverse("search:page"), {"q": "receipt", "kind": "macro"}).content.decode()
    assert 'href="/search?q=receipt"' in body
    assert "Search all kinds" in body


@pytest.mark.usefixtures("notes")
def test_a_settled_question_is_noted_without_the_person(publish: Publish, dev: User, as_person: Any) -> None:
    as_person(dev).get(reverse("search:suggest"), {"q": "rec"})
    as_person(dev).get(reverse("search:page"), {"q": "receipt of jo@example.com, +353 1 234 5678"})
    [note] = SearchQuery.objects.all()
    assert note.what == "receipt of [@] […]"
    assert (note.team, note.staff, note.documents) == (dev.team, True, 0)
    assert {field.name for field in SearchQuery._meta.fields} == {
        "id", "what", "kind", "team", "staff", "documents", "opened_kind", "opened_key", "at",
    }  # fmt: skip


@pytest.mark.usefixtures("notes")
def test_an_opened_result_is_noted_with_its_question(dev: User, as_person: Any) -> None:
    asked = uuid.uuid4()
    sent = {
        "asked": str(asked),
        "q": "receipt",
        "documents": "3",
        "opened_kind": "sop",
        "opened_key": "SOP-0042",
    }
    for _again in range(2):
        assert as_person(dev).post(reverse("search:opened"), sent).status_code == 204
    note = SearchQuery.objects.get()
    assert (note.pk, note.opened_key, note.documents) == (asked, "SOP-0042", 3)


@pytest.mark.usefixtures("notes")
def test_nonsense_about_an_opened_result_is_not_noted(client: Any) -> None:
    assert client.post(reverse("search:opened"), {"asked": "x", "q": "\0"}).status_code == 204
    assert client.get(reverse("search:opened")).status_code == 405
    assert not SearchQuery.objects.exists()
