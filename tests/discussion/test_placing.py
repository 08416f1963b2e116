"""A thread follows its section and its words through every edit, and says so when they are gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sopdesk.discussion.locating import Quote
from sopdesk.discussion.placing import Standing, cut, line_of, place, place_before

BASE = """Intro.

## Verify {#verify}

Ask for the receipt.

## Refund {#refund}

Paid within 14 days of the order. Tell the customer so.

## Close

Write a note.
"""
QUOTE = Quote("within 14 days", "Paid ", " of the order.")
base = cut(BASE)


def words_at(text: str, anchor: str = "refund", quote: Quote = QUOTE) -> tuple[str, str, str]:
    stand = place(anchor, quote, cut(text), base)
    shown = text[stand.start : stand.end] if stand.start is not None else ""
    return stand.standing, stand.anchor, shown


def test_it_stands_at_its_words() -> None:
    assert words_at(BASE) == (Standing.WORDS, "refund", "within 14 days")


def test_it_follows_its_section_wherever_that_moves() -> None:
    moved = BASE.replace("Intro.", "Intro, longer than before.\n\n## New\n\nwithin 14 days of nothing.")
    assert words_at(moved)[:2] == (Standing.WORDS, "refund")


def test_a_section_without_a_written_anchor_is_followed_through_retitling() -> None:
    retitled = BASE.replace("## Close", "## Close the ticket")
    stand = place("close", Quote(""), cut(retitled), base)
    assert (stand.standing, stand.anchor, stand.title) == (
        Standing.SECTION,
        "close-the-ticket",
        "Close the ticket",
    )


def test_words_that_moved_to_another_section_are_followed() -> None:
    moved = BASE.replace("Paid within 14 days of the order. ", "").replace(
        "receipt.", "receipt, within 14 days."
    )
    assert words_at(moved) == (Standing.WORDS, "verify", "within 14 days")


def test_words_that_were_edited_are_near() -> None:
    edited = BASE.replace("within 14 days", "within 30 days")
    quote = Quote("Paid within 14 days of the order.")
    assert words_at(edited, quote=quote) == (Standing.NEAR, "refund", "Paid within 30 days of the order")


def test_words_that_are_gone_leave_the_thread_at_the_section() -> None:
    gone = BASE.replace("Paid within 14 days of the order.", "See the macro.")
    assert words_at(gone) == (Standing.CHANGED, "refund", "")


def test_a_section_that_is_gone_leaves_it_where_the_difference_shows_it() -> None:
    gone = BASE[: BASE.index("## Refund")]
    assert words_at(gone) == (Standing.GONE, "refund", "")
    assert words_at(gone, anchor="never-in-force") == (Standing.GONE, "", "")


def test_the_document_as_a_whole_is_a_place_too() -> None:
    assert place("", Quote(""), base, None).standing == Standing.DOCUMENT


def test_words_taken_out_stand_in_the_text_before() -> None:
    now = cut(BASE.replace("within 14 days", "at once"))
    assert place_before("refund", QUOTE, now, base).standing == Standing.WORDS
    assert place_before("refund", Quote("never written"), now, base).standing == Standing.CHANGED
    assert place_before("nowhere", QUOTE, now, base).standing == Standing.GONE


def test_a_text_that_is_refused_is_one_section() -> None:
    refused = cut("Bad \u202e text, within 14 days.")
    assert place("top", QUOTE, refused, None).standing == Standing.WORDS


@given(st.text(alphabet="# ab\n-{}", max_size=120))
def test_the_sections_of_a_text_are_the_text(source: str) -> None:
    text = cut(source)
    assert "".join(text.of(anchor) for anchor in text.parts) == source
    assert all(text.part_at(part.start) == part for part in text.parts.values() if part.end > part.start)


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=20))
def test_every_thread_stands_somewhere(source: str, words: str, anchor: str) -> None:
    stand = place(anchor, Quote(words), cut(source), base)
    assert stand.anchor in {"", *cut(source).parts, *base.parts}
    assert stand.start is None or line_of(source, stand.start) >= 1
