"""Macros and labels as people meet them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest

from macros.copying import text_to_send
from macros.forms import LabelForm
from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.kinds import kind_of
from sopdesk.text import markdown
from tests import factories


def sent(source: str) -> str:
    return text_to_send(str(markdown.render(source).html), lambda path: urljoin("https://desk.example", path))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{customer.name}},\n\nyour refund.\n", "Hi {{customer.name}},\n\nyour refund."),
        ("**Soon** [here](/help/refunds).", "Soon here (https://desk.example/help/refunds)."),
        ("See [our page](https://example.com/a?b=1&c=2)", "See our page (https://example.com/a?b=1&c=2)"),
        ("- one\n- two\n\nEnd.", "one\ntwo\n\nEnd."),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("", ""),
    ],
)
def test_a_macro_is_copied_as_plain_text_with_whole_addresses(source: str, text: str) -> None:
    assert sent(source) == text


@pytest.mark.django_db
def test_a_macro_page_gives_the_text_to_copy_with_its_references_filled(
    ana: User, ben: User, dev: User, as_person: Any
) -> None:
    made = {"author": ana, "reviewer": ben}
    factories.published("article", "refunds", title="How refunds work", audience="public", **made)
    data = {"set_status": "on_hold", "labels": ["refund-request"]}
    factories.published(
        "macro", "approved", title="Approved", body="Read [[article:refunds]].\n", data=data, **made
    )
    page = as_person(dev).get("/macros/approved").content.decode()
    assert "Read How refunds work (http://testserver/help/refunds)." in page
    assert "on hold" in page
    assert "Copy the text" in page


@pytest.mark.django_db
def test_a_label_that_was_merged_names_the_one_in_its_place(ana: User, ben: User, as_person: Any) -> None:
    data = {"group": "reason", "status": "merged", "merged_into": "refund-request", "aliases": ["money back"]}
    factories.published("label", "refunds", author=ana, reviewer=ben, data=data)
    page = as_person(ana).get("/labels/refunds").content.decode()
    assert 'href="/labels/refund-request"' in page
    assert "money back" in page


def test_aliases_keep_their_spaces_and_keys_do_not() -> None:
    form = LabelForm(
        {"group": "g", "status": "active", "aliases": "money back, refund_request\nmoney  back,,"}
    )
    assert form.is_valid()
    assert form.cleaned_data["aliases"] == ["money back", "refund_request"]
    again = LabelForm(initial=form.cleaned_data)
    assert again["aliases"].value() == "money back, refund_request"


@pytest.mark.parametrize("aliases", ["x" * 81, "a\x00b"])
def test_an_alias_that_cannot_be_is_named(aliases: str) -> None:
    assert not LabelForm({"group": "g", "status": "active", "aliases": aliases}).is_valid()


def test_merging_asks_for_the_label_in_its_place() -> None:
    form = LabelForm({"group": "g", "status": "merged"})
    assert not form.is_valid()
    assert "merged_into" in form.errors


@pytest.mark.django_db
def test_keys_come_from_titles_and_never_clash(ana: User) -> None:
    keys = [
        editing.create_document(kind_of("label"), title=title, actor=ana).document.key
        for title in ("Refund request", "Refund request", "退款", "x" * 200)
    ]
    assert keys[:3] == ["refund-request", "refund-request-2", "label"]
    assert len(keys[3]) <= 80
