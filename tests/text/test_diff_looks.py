"""What a difference marks is what a reader would see; what it does not mark reads the same."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text import markdown
from sopdesk.text.blocks import split as split_blocks
from sopdesk.text.diff import SectionDiff, documents
from sopdesk.text.guards import TextRefused
from sopdesk.text.inline import tokens
from sopdesk.text.pieces import Piece, PieceKind
from tests.examples import examples
from tests.text.strategies import documents as texts
from tests.text.strategies import sources

marks = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            " ",
            "14",
            "**",
            "*",
            "_",
            "`",
            "[x](#y)",
            "[[sop:A]]",
            "\\*",
            "![p](a.png)",
            "\n",
            "  \n",
            "<",
            "|",
            ":",
        ]
    ),
    max_size=14,
).map("".join)
lines = st.lists(
    st.tuples(st.sampled_from(["", "- ", "1. ", "> ", "    ", "Outcome: ", "| "]), marks).map("".join),
    max_size=6,
)
written = st.tuples(lines, st.sampled_from(["\n", "\n\n"])).map(lambda made: made[1].join(made[0]))


def drawn(old: str, new: str) -> list[SectionDiff]:
    return list(documents(f"## S\n\n{old}\n", f"## S\n\n{new}\n"))


def pieces(old: str, new: str) -> list[Piece]:
    return [
        piece for section in drawn(old, new) for block in section.blocks() for piece in block.all_pieces()
    ]


def marked(old: str, new: str) -> str:
    """A difference on one line: -removed-, +added+ and ~looks otherwise~."""
    signs = {PieceKind.same: "", PieceKind.removed: "-", PieceKind.added: "+", PieceKind.formatted: "~"}
    found = [piece for piece in pieces(old, new) if piece.text]
    return "".join(f"{signs[piece.kind]}{piece.text}{signs[piece.kind]}" for piece in found).removeprefix("S")


def seen(source: str) -> str:
    """The page of a text, white space aside."""
    return re.sub(r"\s+", " ", str(markdown.render(source).html)).replace("> ", ">").replace(" <", "<")


@examples(300)
@given(st.one_of(marks, sources))
def test_tokens_and_blocks_keep_every_character(source: str) -> None:
    assert "".join(token.source for token in tokens(source)) == source
    assert all(token.shown for token in tokens(source))
    assert "".join(block.source for block in split_blocks(source)) == source


@examples(400)
@given(st.one_of(written, texts), st.one_of(written, texts))
def test_pieces_give_both_texts_back(old: str, new: str) -> None:
    try:
        found = documents(old, new)
    except TextRefused:
        return
    both = [[piece for block in section.blocks() for piece in block.all_pieces()] for section in found]
    before = sorted(
        (d.old_index, "".join(p.old for p in made)) for d, made in zip(found, both, strict=True) if d.old
    )
    assert "".join(text for _index, text in before) == old
    assert "".join(p.new for d, made in zip(found, both, strict=True) if d.new for p in made) == new


UNITS = (
    "one|two|14|**one**|**one two**|*one*|`one`|[one](#a)|[one](#b)|[one](/c)|[[sop:A]]|[[sop:A#b]]|one,|"
    "![one](a.png)|![one](b.png)|one\ntwo|one  \ntwo"
)
units = st.sampled_from(UNITS.split("|"))
running = st.lists(units, min_size=1, max_size=3).map(" ".join)
cells = st.sampled_from(["one", "two", "**one**", "", "3"])
tables = st.tuples(
    st.tuples(cells, cells),
    st.sampled_from(["| --- | --- |", "|:---|---:|"]),
    st.lists(st.tuples(cells, cells), min_size=1, max_size=3),
).map(lambda t: "\n".join([f"| a{t[0][0]} | {t[0][1]} |", t[1], *(f"| {x} | {y} |" for x, y in t[2])]))
sensible = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["", "- ", "* ", "1. ", "> ", "Outcome: "]), running).map("".join),
        tables,
        st.sampled_from(["```\none\n```", "```\none  two\n```", ":::only market=DE\n\none\n\n:::", "---"]),
    ),
    min_size=1,
    max_size=4,
).map("\n\n".join)


near = st.tuples(sensible, units, units).map(lambda made: (made[0], made[0].replace(made[1], made[2], 1)))


@examples(600)
@given(st.one_of(near, st.tuples(running, running)))
def test_what_is_not_marked_reads_the_same(both: tuple[str, str]) -> None:
    """Bold, links, lists and tables included: when nothing is marked, both texts make the same page."""
    old, new = both
    if not any(block.changed for section in drawn(old, new) for block in section.blocks()):
        assert seen(old) == seen(new)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Pay **now**.", "Pay now.", "Pay ~now~."),
        ("Pay **14 days**.", "Pay **30 days**.", "Pay -14-+30+ days."),
        ("See [it](/a) there.", "See [it](/b) there.", "See ~it~ there."),
        ("one\ntwo three", "one two\nthree", "one two three"),
        ("Costs 9.99 now", "Costs 9.49 now", "Costs -9.99-+9.49+ now"),
        ("a\n\nb b b b\n", "a\n\nnew one here\n\nb b b b\n", "a+new one here+b b b b"),
        ("退款在十四天内", "退款在十五天内", "退款在十-四-+五+天内"),
    ],
)
def test_changes_read_as_a_person_would_mark_them(old: str, new: str, shown: str) -> None:
    assert marked(old, new) == shown


def test_thirty_thousand_words_are_compared_in_time() -> None:
    paragraph = "Ask for the **order number** and count [[fact:window]] days from the day it was bought.\n\n"
    old = "".join(f"## Part {n}\n\n{paragraph * 9}- One\n- Two {n}\n\n" for n in range(202))
    new = (
        old.replace("Two 7", "Three 7")
        .replace("## Part 33\n", "## Piece 33\n")
        .replace("day it", "hour it", 40)
    )
    begun = time.process_time()
    changed = sum(block.changed for section in documents(old, new) for block in section.blocks())
    assert time.process_time() - begun < 3
    assert changed == 40 + 1 + sum(str(n).startswith("7") for n in range(202))
    assert len(re.findall(r"\w+", old)) > 30_000
