"""A page takes the same number of queries however much stands on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.models import Document
from tests import factories

pytestmark = pytest.mark.django_db


def cost(browser: Client, url: str) -> int:
    """How many queries a page takes, the second time it is asked for."""
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as taken:
        browser.get(url)
    return len(taken)


@pytest.fixture
def write(ana: User, ben: User) -> Callable[..., Document]:
    """Puts a document in force; its owner is somebody new each time, so that owners are fetched for many."""

    def written(kind: str, key: str, body: str = "Words.\n", **content: Any) -> Document:
        author = factories.user("", "author")
        return factories.published(kind, key, author=author, reviewer=ben, title=key, body=body, **content)

    return written


@pytest.mark.parametrize(
    ("kind", "url"), [("sop", "/sops"), ("macro", "/macros"), ("label", "/labels"), ("article", "/knowledge")]
)
def test_a_list_costs_the_same_with_one_row_and_with_fifty(
    ana: User, as_person: Any, write: Callable[..., Document], kind: str, url: str
) -> None:
    browser = as_person(ana)
    write(kind, "first")
    one = cost(browser, url)
    for number in range(49):
        write(kind, f"more-{number}")
    assert cost(browser, url) == one
    assert len(browser.get(url).context["listing"].rows) == 50


def test_the_list_of_changes_costs_the_same(
    ana: User, as_person: Any, write: Callable[..., Document]
) -> None:
    browser = as_person(ana)
    editing.start_change(write("sop", "SOP-0001"), actor=ana)
    one = cost(browser, "/changes")
    for number in range(2, 27):
        document = write("sop", f"SOP-{number:04d}")
        item = editing.start_change(document, actor=ana)
        editing.add_document(item.change, write("macro", f"macro-{number}"), actor=ana)
    assert cost(browser, "/changes") == one


def test_the_help_center_costs_the_same(client: Client, write: Callable[..., Document]) -> None:
    write("article", "first", audience="public", data={"category": "A"})
    one = cost(client, "/help")
    for number in range(20):
        write("article", f"more-{number}", audience="public", data={"category": f"C{number % 5}"})
    assert cost(client, "/help") == one


def test_reading_costs_the_same_with_one_reference_and_with_fifty(
    ana: User, dev: User, as_person: Any, write: Callable[..., Document]
) -> None:
    """References out of the text, and documents that refer to it."""
    for number in range(50):
        write("macro", f"macro-{number}")
    write("sop", "SOP-0001", body="[[macro:macro-0]]\n")
    write("sop", "SOP-0002", body="".join(f"- [[macro:macro-{number}]]\n" for number in range(50)))
    write("sop", "SOP-0003", body="[[sop:SOP-0001]]\n")
    for number in range(4, 54):
        write("sop", f"SOP-{number:04d}", body="[[sop:SOP-0002]]\n")
    for person in (ana, dev):
        browser = as_person(person)
        assert cost(browser, "/sops/SOP-0001") == cost(browser, "/sops/SOP-0002")


def test_history_costs_the_same_with_one_version_and_with_twenty(
    ana: User, ben: User, as_person: Any, versions_of: Callable[[str, int], Document]
) -> None:
    versions_of("SOP-0001", 2)
    versions_of("SOP-0002", 20)
    browser = as_person(ana)
    assert cost(browser, "/sops/SOP-0001/history") == cost(browser, "/sops/SOP-0002/history")


def test_a_change_costs_the_same_with_two_documents_and_with_twelve(
    ana: User, ben: User, as_person: Any, write: Callable[..., Document]
) -> None:
    costs = []
    for name, documents in (("few", 2), ("many", 12)):
        first = editing.start_change(write("sop", f"SOP-{name}"), actor=ana)
        for number in range(documents - 1):
            editing.add_document(first.change, write("macro", f"{name}-{number}"), actor=ana)
        costs.append(cost(as_person(ben), f"/changes/{first.change_id}"))
    assert costs[0] == costs[1]
