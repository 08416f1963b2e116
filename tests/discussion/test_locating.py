"""Quoted words are found again in texts that were edited since, and never where they are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.discussion.locating import CONTEXT, Place, Quote, find, find_exact, quoted

TEXT = st.text(alphabet="ab 1*_\n|é界", max_size=120)
WORDS = st.text(alphabet="ab1é界", min_size=1, max_size=20)
SENTENCE = st.lists(
    st.sampled_from(["the", "refund", "is", "paid", "within", "days", "of", "order", "to", "card"]),
    min_size=6,
    max_size=24,
)

RULE = "Ask for the receipt. The refund is paid within 14 days of the order, to the card that was charged."


def found(words: str, text: str, **context: str) -> str | None:
    place = find(Quote(words, **context), text)
    return text[place.start : place.end] if place else None


@given(TEXT, WORDS, TEXT)
def test_words_that_stand_there_are_found_as_they_are(before: str, words: str, after: str) -> None:
    text = before + words + after
    place = find(Quote(words), text)
    assert place is not None
    assert place.exact
    assert text[place.start : place.end] == words


@given(TEXT, WORDS, TEXT)
def test_of_several_the_one_with_its_surroundings_is_found(before: str, words: str, after: str) -> None:
    text = before + words + after
    place = Place(len(before), len(before) + len(words))
    again = find(quoted(text, place), text)
    assert again is not None
    same = quoted(text, again) == quoted(text, place)
    assert again.start == place.start or same


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_asked_the_answer_lies_in_the_text(
    text: str, words: str, before: str, after: str
) -> None:
    place = find(Quote(words, before, after), text)
    assert place is None or (0 <= place.start < place.end <= len(text) and 0 < place.likeness <= 1)
    sure = find_exact(Quote(words, before, after), text)
    assert sure is None or text[sure.start : sure.end] == words


@given(SENTENCE, st.integers(0, 30), st.sampled_from(["soon", "x"]))
def test_one_word_put_in_or_taken_out_loses_nothing(words: list[str], at: int, new: str) -> None:
    at %= len(words)
    longer = " ".join([*words[:at], new, *words[at:]])
    shorter = " ".join([*words[:at], *words[at + 1 :]])
    assert find(Quote(" ".join(words)), longer) is not None
    assert find(Quote(" ".join(words)), shorter) is not None


@given(st.text(alphabet="abc ", max_size=80), st.text(alphabet="xyz ", min_size=1, max_size=80))
def test_words_of_which_none_stands_there_are_not_found(text: str, words: str) -> None:
    assert find(Quote(words), text) is None


@pytest.mark.parametrize(
    ("words", "text", "where"),
    [
        ("within 14 days", RULE, "within 14 days"),
        ("within 14 days", RULE.replace("14 days", "**14 days**"), "within **14 days"),
        ("within 14\ndays", RULE, "within 14 days"),
        ("within 14 days of the order", RULE.replace("14", "30"), "within 30 days of the order"),
        (
            "paid within 14 days of the order",
            RULE.replace("paid within 14", "sent in at most 14"),
            "14 days of the order",
        ),
        ("within 14 days", "Nothing of it.", None),
        ("14 days", RULE.replace("14", "30"), None),
        ("   ", RULE, None),
    ],
)
def test_by_example(words: str, text: str, where: str | None) -> None:
    assert found(words, text) == where


def test_two_places_that_look_alike_are_not_sure() -> None:
    text = "Pay 14 days. Pay 14 days. Wait 14 days."
    assert find_exact(Quote("14 days", "Wait ", "."), text) == Place(31, 38)
    assert find_exact(Quote("14 days", "Pay ", ". "), "Pay 14 days. " * 4) is None
    assert find_exact(Quote("15 days"), text) is None


def test_context_is_kept_from_both_sides() -> None:
    text = "a" * 100 + "words" + "b" * 100
    assert quoted(text, Place(100, 105)) == Quote("words", "a" * CONTEXT, "b" * CONTEXT)


def test_a_search_in_a_long_text_ends_soon() -> None:
    long = "the refund is paid within some days of the order and then again " * 6000
    began = time.perf_counter()
    find(Quote("refund of the order is then paid again some days " * 30 + "never"), long)
    assert time.perf_counter() - began < 5
