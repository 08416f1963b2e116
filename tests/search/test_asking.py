"""What was typed, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.search.asking import LENGTH_MAX, WORDS_MAX, compact_key, read


@pytest.mark.parametrize(
    ("typed", "expression", "without"),
    [
        ("refund policy", "(('refund') & ('policy':*))", ""),
        ("refund policy ", "(('refund') & ('policy'))", ""),
        ('"refund policy"', "(('refund' <-> 'policy'))", ""),
        ("refund -minor", "(('refund':*))", "('minor')"),
        ('refund -"in app"', "(('refund'))", "('in' <-> 'app')"),
        ("refund or payout", "(('refund')) | (('payout':*))", ""),
        ("and/or", "(('and' <-> 'or':*))", ""),
        ("SOP-0042", "(('sop' <-> '0042':*))", ""),
        ("refund p", "(('refund'))", ""),
        ("退款", "(('退' <-> '款'))", ""),
        ("Größe ﬁx", "(('größe') & ('fix':*))", ""),
        ("", "", ""),
        ("'\"&|!():*\\", "", ""),
        ("a\0b", "(('a'))", ""),
    ],
)
def test_what_was_typed_becomes_words_in_quotes(typed: str, expression: str, without: str) -> None:
    asked = read(typed)
    assert asked.all_words() == expression
    assert asked.without() == without


@pytest.mark.parametrize("typed", ["SOP-0042", "sop 42", "sop42", "Sop_042", "SOP.0042"])
def test_a_key_is_known_however_it_is_typed(typed: str) -> None:
    assert compact_key(typed) == "sop42"


def test_the_last_word_is_a_beginning_until_it_is_finished() -> None:
    assert read("refu").terms[-1].begins
    assert not read("refund ").terms[-1].begins
    assert read("refund ", typing=True).terms[-1].begins
    assert not read('"refund"').terms[-1].begins


def test_a_long_text_is_cut_and_says_so() -> None:
    asked = read("word " * 2000)
    assert asked.cut
    assert len(asked.text) <= LENGTH_MAX
    assert len(asked.words) == WORDS_MAX


@given(st.text(max_size=400))
def test_nothing_but_letters_digits_and_marks_gets_into_an_expression(typed: str) -> None:
    asked = read(typed)
    for word in asked.words:
        assert word
        assert not set(word) & set("'\\&|!():*<> \0\"")
    assert len(asked.words) <= WORDS_MAX
    assert len(asked.text) <= LENGTH_MAX
