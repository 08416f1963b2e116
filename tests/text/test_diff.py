"""Differences lose nothing, stay readable and end in time."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text.diff import Op, OpKind, SectionDiff, SectionKind, documents, words
from sopdesk.text.guards import TextRefused
from sopdesk.text.sequences import common
from tests.examples import examples
from tests.text.strategies import documents as texts
from tests.text.strategies import sources


def old_of(ops: tuple[Op, ...]) -> str:
    return "".join(op.text for op in ops if op.kind != OpKind.added)


def new_of(ops: tuple[Op, ...]) -> str:
    return "".join(op.text for op in ops if op.kind != OpKind.removed)


def marked(old: str, new: str) -> str:
    """A difference on one line: -removed- and +added+."""
    marks = {OpKind.same: "", OpKind.removed: "-", OpKind.added: "+"}
    return "".join(f"{marks[op.kind]}{op.text}{marks[op.kind]}" for op in words(old, new))


@examples(300)
@given(st.one_of(sources, texts, st.text()), st.one_of(sources, texts, st.text()))
def test_nothing_is_lost(old: str, new: str) -> None:
    ops = words(old, new)
    assert (old_of(ops), new_of(ops)) == (old, new)
    assert all(op.text for op in ops)
    assert all(left.kind != right.kind for left, right in pairwise(ops))


@examples(150)
@given(texts, texts)
def test_sections_give_both_texts_back(old: str, new: str) -> None:
    found = documents(old, new)
    before = sorted((d.old_index, old_of(d.ops)) for d in found if d.old_index is not None)
    after = [(d.new_index, new_of(d.ops)) for d in found if d.new_index is not None]
    assert "".join(text for _index, text in before) == old
    assert "".join(text for _index, text in after) == new
    assert [index for index, _text in after] == list(range(len(after)))
    assert all(d.kind == SectionKind.same for d in documents(old, old))


@examples(100)
@given(sources, sources)
def test_hostile_sources_are_compared_or_refused(old: str, new: str) -> None:
    try:
        found = documents(old, new)
    except TextRefused:
        return
    assert "".join(new_of(d.ops) for d in found if d.new_index is not None) == new


@examples(300)
@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_common_items_are_equal_and_rise(old: list[str], new: list[str]) -> None:
    pairs = common(old, new)
    assert all(old[a] == new[b] for a, b in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Within 14 days.", "Within 30 days.", "Within -14-+30+ days."),
        ("Within 14 days.", "Within 30 nights.", "Within -14 days-+30 nights+."),
        ("One two three.", "One three.", "One -two -three."),
        ("a b", "a b c", "a b+ c+"),
        ("退款在十四天内", "退款在十五天内", "退款在十-四-+五+天内"),
        ("", "new", "+new+"),
        ("old", "", "-old-"),
    ],
)
def test_words_read_as_a_person_would_mark_them(old: str, new: str, shown: str) -> None:
    assert marked(old, new) == shown


def by_anchor(old: str, new: str) -> dict[str, SectionDiff]:
    return {found.anchor: found for found in documents(old, new)}


def test_what_became_of_each_section() -> None:
    a, b, c = "## A\n\nAlpha words.\n\n", "\n\nBeta words here.\n\n", "## C\n\nGamma.\n\n"
    old = f"{a}## B{b}{c}## D\n\nDelta.\n\n## E\n\nEpsilon.\n"
    new = f"{a}## Bee {{#b}}{b}## D\n\nDelta!\n\n## F\n\nNew.\n\n{c}"
    found = by_anchor(old, new)
    assert {anchor: item.kind.value for anchor, item in found.items()} == {
        "a": "same",
        "b": "retitled",
        "d": "changed",
        "f": "added",
        "c": "moved",
        "e": "removed",
    }
    assert (found["b"].title_old, found["b"].title_new) == ("B", "Bee")
    assert found["c"].moved
    assert (found["e"].title_new, found["f"].title_old) == (None, None)


def test_pinning_an_anchor_is_no_change() -> None:
    assert by_anchor("## A\n\nb\n", "## A {#a}\n\nb\n")["a"].kind == SectionKind.same


@pytest.mark.parametrize("vocabulary", [2, 20, 2000])
def test_large_unlike_texts_are_compared_in_time(vocabulary: int) -> None:
    chance = random.Random(vocabulary)
    old, new = (
        " ".join(str(chance.randrange(vocabulary)) for _ in range(60_000))[:200_000] for _ in range(2)
    )
    begun = time.process_time()
    ops = words(old, new)
    assert time.process_time() - begun < 8
    assert (old_of(ops), new_of(ops)) == (old, new)
