"""Sections: they cover the source, and their anchors last."""

import pytest
from hypothesis import given

from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import render
from sopdesk.text.sections import Section, pin_anchors, split
from tests.examples import examples
from tests.text.strategies import documents, sources

SOURCE = (
    "Before.\n\n# Refunds\n\nAll of it.\n\n"
    "## Verify {#check}\n\nAsk for the order number.\n\n## Pay\n\nPay it back.\n"
)


def anchors(sections: tuple[Section, ...]) -> list[str]:
    return [section.anchor for section in sections]


@examples(250)
@given(sources)
def test_sections_joined_are_the_source_and_anchors_are_unique(source: str) -> None:
    try:
        sections = split(source)
    except TextRefused:
        return
    assert "".join(section.source for section in sections) == source
    assert len(set(anchors(sections))) == len(sections)
    assert sections == render(source).sections


def test_a_section_knows_its_place() -> None:
    top, refunds, verify, pay = split(SOURCE)
    assert (top.level, top.title, top.anchor, top.path) == (0, "", "top", ())
    assert (refunds.level, refunds.anchor, refunds.path) == (1, "refunds", ("Refunds",))
    assert (verify.anchor, verify.path) == ("check", ("Refunds", "Verify"))
    assert (pay.anchor, pay.plain) == ("pay", "Pay\nPay it back.")


def test_underlined_headings_are_sections_and_rules_are_not() -> None:
    assert anchors(split("Refunds\n=======\n\nText\n\n---\n\nPay\n---\n")) == ["refunds", "pay"]


def test_code_holds_no_headings() -> None:
    assert anchors(split("```\n## No\n```\n\n    ## No\n\n> ## No\n\n## Yes\n")) == ["top", "yes"]


def test_written_anchors_are_given_out_first() -> None:
    assert anchors(split("## Pay\n\n## Other {#pay}\n\n## Pay\n")) == ["pay-2", "pay", "pay-3"]


def test_a_title_in_any_script_has_an_anchor() -> None:
    source = "## 退款 规则\n\n## स्वागत है\n\n## ¡Ya!\n\n## !!!\n"
    assert anchors(split(source)) == ["退款-规则", "स्वागत-है", "ya", "section"]


def test_the_heading_top_does_not_take_the_place_of_the_beginning() -> None:
    assert anchors(split("a\n\n## Top\n")) == ["top", "top-2"]


def test_the_hash_follows_words_only() -> None:
    texts = ("## A\n\nb\n", "## A {#c}\r\n\r\nb  \r\n", "## A\n\nc\n")
    plain, pinned, changed = (split(text)[0].hash for text in texts)
    assert plain == pinned != changed


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Ask for the order number.", "Ask for the order number.", "check"),
        ("## Verify {#check}", "## Identify the buyer", "check"),
        ("## Pay\n", "## Pay the money back\n", "pay"),
        ("## Pay\n", "## Pay the money back ##\n", "pay"),
        ("## Pay\n", "Give it back\n------\n", "pay"),
    ],
)
def test_a_retitled_section_keeps_its_anchor(before: str, after: str, expected: str) -> None:
    pinned = pin_anchors(split(SOURCE), SOURCE.replace(before, after))
    assert anchors(split(pinned)) == ["top", "refunds", "check", "pay"]
    assert expected in anchors(split(pinned))


def test_a_new_section_of_the_same_title_does_not_take_the_anchor() -> None:
    old = "## Notes\n\nFirst words here.\n\n## End\n\nx\n"
    pinned = pin_anchors(split(old), "## Notes\n\nSomething else entirely.\n\n" + old)
    assert [(s.anchor, s.plain.split("\n")[-1]) for s in split(pinned)] == [
        ("notes-2", "Something else entirely."), ("notes", "First words here."), ("end", "x"),
    ]  # fmt: skip


def test_a_section_that_moved_and_was_retitled_keeps_its_anchor() -> None:
    old = "## A\n\nAlpha.\n\n## B\n\nBeta.\n\n## C\n\nGamma.\n"
    pinned = pin_anchors(split(old), "## Third\n\nGamma.\n\n## A\n\nAlpha.\n\n## B\n\nBeta.\n")
    assert anchors(split(pinned)) == ["c", "a", "b"]


def test_a_removed_section_leaves_no_anchor_behind() -> None:
    changed = SOURCE.replace("## Pay\n\nPay it back.\n", "## Appeal\n\nWrite to the board.\n")
    pinned = pin_anchors(split(SOURCE), changed)
    assert anchors(split(pinned)) == ["top", "refunds", "check", "appeal"]


@examples(150)
@given(documents)
def test_retitling_every_section_keeps_every_anchor(source: str) -> None:
    old = split(source)
    retitled = (
        source.replace("# Verify", "# Check").replace("# Refund", "# Repay").replace("# Close", "# Shut")
    )
    assert anchors(split(pin_anchors(old, retitled))) == anchors(old)


@examples(150)
@given(documents, documents)
def test_pinning_only_ever_adds_anchors(old: str, new: str) -> None:
    pinned = pin_anchors(split(old), new)
    assert [s.title for s in split(pinned)] == [s.title for s in split(new)]
    assert [s.hash for s in split(pinned)] == [s.hash for s in split(new)]
    assert pin_anchors(split(pinned), pinned) == pinned
