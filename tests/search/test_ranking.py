"""What is found, in which order, and with which words lit."""

from __future__ import annotations

import pytest

from sopdesk.accounts.models import User
from sopdesk.search.searching import search
from tests.search.conftest import Publish, found, keys, lit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _some_rules(publish: Publish) -> None:
    publish("SOP-0042", "Refund of in-app purchases", "## Verify\n\nAsk for the receipt and the identity.\n")
    publish("SOP-0007", "Account recovery", "## Identity\n\nCheck it. No refund is due for a café.\n")
    publish("SOP-0420", "Creator payouts", "## Hold\n\nA payout on hold and/or a policy of 3.5%.\n")
    publish("refund-approved", "Refund approved", "Your refund is on its way.", kind="macro")


@pytest.mark.parametrize("typed", ["SOP-0042", "sop 42", "sop42", "SOP 0042"])
def test_a_key_comes_first(typed: str, dev: User) -> None:
    assert found(typed, dev)[0] == "SOP-0042"


def test_a_slug_in_words_is_a_key(dev: User) -> None:
    assert found("refund approved", dev)[0] == "refund-approved"


def test_titles_come_before_texts(dev: User) -> None:
    assert set(found("refund", dev)[:2]) == {"refund-approved", "SOP-0042"}
    assert found("refund", dev)[-1] == "SOP-0007"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("recov", "SOP-0007"), ("identit", "SOP-0007"), ("cafe", "SOP-0007"), ("CAFÉ", "SOP-0007"),
        ('"receipt and the identity"', "SOP-0042"),
        ("refund -receipt -approved", "SOP-0007"),
        ("hold and/or policy", "SOP-0420"), ("policies", "SOP-0420"),
        ("zzz or payouts", "SOP-0420"), ("3.5%", "SOP-0420"),
    ],
)  # fmt: skip
def test_words_are_found_as_people_type_them(typed: str, expected: str, dev: User) -> None:
    assert expected in found(typed, dev)


def test_a_phrase_must_stand_as_typed(dev: User) -> None:
    assert found('"identity receipt"', dev) == []


@pytest.mark.parametrize(
    ("typed", "meant"), [("refnud", "refund"), ("recepit", "receipt"), ("acount recovry", "account recovery")]
)
def test_a_slip_is_put_right(typed: str, meant: str, dev: User) -> None:
    results = search(typed, viewer=dev)
    assert results.respelt is not None
    assert results.respelt.text == meant
    assert results.documents


def test_when_no_document_holds_all_words_the_most_telling_ones_count(dev: User) -> None:
    results = search("how long does a payout for a receipt from the moon take", viewer=dev)
    assert not results.documents
    assert {"SOP-0042", "SOP-0420"} <= {document.key for document in results.also}


def test_a_document_shows_its_best_sections_only(publish: Publish, dev: User) -> None:
    sections = "".join(f"## Part {number}\n\nQuokka number {number}.\n\n" for number in range(9))
    publish("SOP-0900", "Animals", sections)
    [document] = search("quokka", viewer=dev).documents
    assert len(document.passages) == 3
    [other] = search("creator payouts", viewer=dev).documents
    assert len(other.passages) == 1


def test_a_result_says_where_it_stands_and_since_when(dev: User) -> None:
    [document] = search("receipt", viewer=dev).documents
    assert document.number == 1
    assert document.published_by == "Ben Okafor"
    assert document.url == "/sops/SOP-0042"
    [passage] = document.passages
    assert passage.url == "/sops/SOP-0042#verify"
    assert lit(passage.text) == ["receipt"]
    assert lit(search("cafe", viewer=dev).documents[0].passages[0].text) == ["café"]


def test_kinds_are_counted_and_chosen(dev: User) -> None:
    results = search("refund", viewer=dev, kind="macro")
    assert keys(results) == ["refund-approved"]
    assert {count.kind.name: count.documents for count in results.counts} == {"sop": 2, "macro": 1}
    assert results.total == 1
    assert search("refund", viewer=dev, kind="no-such").total == 3


def test_pages_go_through_all_documents_once(publish: Publish, dev: User) -> None:
    for number in range(12):
        publish(f"SOP-1{number:03}", f"Wombat {number}", "## Step\n\nWombat.\n")
    pages = [found("wombat", dev, page=page, size=5) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert len({key for page in pages for key in page}) == 12


def test_chinese_arabic_and_hindi_are_found(publish: Publish, dev: User) -> None:
    publish("SOP-2001", "退款政策说明", "## 步骤\n\n核实客户身份后退款。\n", identity={"locale": "zh"})
    publish("SOP-2002", "سياسة الاسترداد", "## خطوة\n\nتحقق من هوية العميل.\n", identity={"locale": "ar"})
    publish("SOP-2003", "शिक्षा नीति", "## चरण\n\nपहचान की जाँच करें।\n", identity={"locale": "hi"})
    assert found("退款", dev) == ["SOP-2001"]
    assert found("客户身份", dev) == ["SOP-2001"]
    assert found("هوية", dev) == ["SOP-2002"]
    assert found("शिक्षा", dev) == ["SOP-2003"]


def test_the_rule_comes_before_the_label_of_the_same_name(publish: Publish, dev: User) -> None:
    publish("payout", "Payout", "Money for a creator.", kind="label")
    assert found("payout", dev)[:2] == ["SOP-0420", "payout"]
