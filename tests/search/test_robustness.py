"""Whatever is typed: never an error, never markup, never more queries for more rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.search.searching import search
from tests.search.conftest import Publish

pytestmark = pytest.mark.django_db

NASTY = [
    "'\"&|!():*\\", "'; DROP TABLE search_passage; --", "%", "_", "\\", "%s %(x)s {0}", "x" * 10_000, "a " * 5_000,
    "\0", "re\0fund", "😀", "👩‍👩‍👧 refund", "שלום עולם", "\u202erefund\u202c", "\ue000refund\ue001", "((((((",
    "<->", "!!a", "a:*B", "<script>alert(1)</script>", '"', '""', "-", "--", '-"', "or", "or or", "to be or not to be",
    "İ", "①", "'''''", "http://example.com/?a=b&c=d", "user@example.com", "1e999", "-0042", "0", "٣", "a\u0300\u0301",
    "\u200b",
]  # fmt: skip


@pytest.mark.parametrize("typed", NASTY)
def test_no_line_breaks_the_search(typed: str, publish: Publish, dev: User, as_person: Any) -> None:
    publish("SOP-0001", "Refund", "## Step\n\nRefund the customer.\n")
    browser = as_person(dev)
    for page in ("search:page", "search:suggest"):
        response = browser.get(
            reverse(page),
            {"q": typed.encode("utf-8", "surrogatepass"), "kind": typed[:50], "page": typed[:9]},
        )
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


def test_broken_unicode_does_not_break_the_search(client: Any) -> None:
    assert client.get(f"{reverse('search:page')}?q=%ED%A0%80%FF%C0%80refund").status_code == 200
    assert search("\ud800 refund", viewer=AnonymousUser()).total == 0


WORDS = st.sampled_from(["refund", '"', "-", "or", "(", "'", "re", "退", "SOP-1"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.lists(WORDS, max_size=9).map(" ".join))
def test_no_text_at_all_breaks_the_search(typed: str) -> None:
    results = search(typed, viewer=AnonymousUser())
    assert results.total == 0


def test_highlights_are_escaped(publish: Publish, dev: User, as_person: Any) -> None:
    publish(
        "SOP-0001",
        'A <b>bold</b> & "quoted" refund',
        "## `<img src=x onerror=alert(1)>`\n\n`<script>` refund `</script>`\n",
    )
    for page in ("search:page", "search:suggest"):
        body = as_person(dev).get(reverse(page), {"q": "refund bold img"}).content.decode()
        assert "<b>" not in body
        assert "<img src=x" not in body
        assert "<script>" not in body
        assert "&lt;<mark>img</mark>" in body or "<mark>img</mark>" in body


def test_signs_of_highlighting_cannot_be_smuggled_in(publish: Publish, dev: User) -> None:
    publish("SOP-0001", "Refund \ue000forged\ue001", "## Step\n\nRefund \ue000forged\ue001 text.\n")
    [document] = search("refund", viewer=dev).documents
    assert [segment.text for segment in document.title if segment.lit] == ["Refund"]


def test_the_number_of_queries_does_not_grow(publish: Publish, dev: User, as_person: Any) -> None:
    browser = as_person(dev)
    publish("SOP-0001", "Numbat 1", "## Step\n\nNumbat.\n")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("search:page"), {"q": "numbat"})
        return len(captured)

    queries()
    few = queries()
    for number in range(2, 20):
        publish(f"SOP-{number:04}", f"Numbat {number}", "## Step\n\nNumbat.\n")
    assert queries() == few


def test_a_very_long_section_is_indexed(publish: Publish, dev: User) -> None:
    words = "\n\n".join(
        " ".join(f"word{n}x" for n in range(start, start + 500)) for start in range(0, 15_000, 500)
    )
    publish("SOP-0001", "Long", f"## Step\n\n{words}\n")
    assert search("word14999x", viewer=dev).total == 1
