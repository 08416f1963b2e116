"""Three texts made one: what either side wrote is in the result or in a conflict, always."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text.guards import TextRefused
from sopdesk.text.merging import Merged, Origin, Reason, merge
from sopdesk.text.sections import split
from tests.examples import examples
from tests.text.strategies import documents, sources

BASE = (
    "Before.\n\n## Verify\n\nAsk for the receipt. Check the date.\n\n- By mail\n- By chat\n- By phone\n\n"
    "## Refund\n\nWithin 14 days.\n\n| Market | Days | Fee |\n|---|---|---|\n| DE | 14 | 0 |\n| FR | 30 | 5 |\n\n"
    "## Close\n\nThank them.\n"
)
PARTS = [
    "Ask.",
    "Check the date.",
    "Pay it back. Then close.",
    "- one\n- two",
    "| a | b |",
    "",
    "Outcome: done",
]


@st.composite
def edited(draw: st.DrawFn, source: str) -> str:
    """A text as somebody might make it of another: sections moved, dropped, retitled, rewritten, added."""
    sections = [section.source for section in split(source)]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(sections)))
        kind = draw(st.sampled_from(["add", "drop", "move", "rewrite", "retitle", "row"]))
        if kind == "add" or not sections:
            sections.insert(at, f"## {draw(st.sampled_from('ABC'))}\n\n{draw(st.sampled_from(PARTS))}\n\n")
            continue
        at %= len(sections)
        if kind == "drop":
            del sections[at]
        elif kind == "move":
            sections.insert(draw(st.integers(0, len(sections) - 1)), sections.pop(at))
        elif kind == "rewrite":
            sections[at] = re.sub(
                r"\n\n.*", f"\n\n{draw(st.sampled_from(PARTS))}\n\n", sections[at], flags=re.S
            )
        elif kind == "retitle":
            sections[at] = re.sub(r"^#+ .*", f"## {draw(st.sampled_from('DEF'))}", sections[at])
        else:
            rows = sections[at].splitlines(keepends=True) or [""]
            rows[draw(st.integers(0, len(rows) - 1))] = draw(st.sampled_from(PARTS)) + "\n"
            sections[at] = "".join(rows)
    return "".join(sections)


three_texts = documents.flatmap(lambda base: st.tuples(st.just(base), edited(base), edited(base)))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def only_conflict(merged: Merged) -> tuple[Reason, str, str]:
    (conflict,) = merged.conflicts
    return conflict.reason, conflict.mine, conflict.theirs


@examples(400)
@given(three_texts)
def test_nothing_that_either_side_wrote_is_lost(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    kept = words(merge(base, mine, theirs).source)
    for side in (mine, theirs):
        written = words(side) - words(base)
        assert written - kept == Counter()


@examples(300)
@given(three_texts)
def test_what_both_kept_is_kept(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    both = set(words(base)) & set(words(mine)) & set(words(theirs))
    untouched = {word for word in both if words(mine)[word] >= words(base)[word] <= words(theirs)[word]}
    kept = words(merge(base, mine, theirs).source)
    assert {word for word in untouched if word not in kept} == set()


@examples(300)
@given(three_texts)
def test_what_only_one_side_touched_is_as_that_side_has_it(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    for ours, others, expected in ((mine, base, mine), (base, theirs, theirs), (mine, mine, mine)):
        merged = merge(base, ours, others)
        assert (merged.source, merged.conflicts) == (expected, ())


@examples(200)
@given(sources, sources)
def test_any_text_at_all_stays_as_it_is_beside_one_that_did_not_change(base: str, mine: str) -> None:
    try:
        assert merge(base, mine, base).source == mine
        assert merge(base, base, mine).source == mine
        assert merge(base, mine, mine).source == mine
    except TextRefused:
        return


@examples(200)
@given(three_texts)
def test_merging_a_result_again_changes_nothing(texts: tuple[str, str, str]) -> None:
    _base, _mine, theirs = texts
    result = merge(*texts)
    chosen = {conflict.name: conflict.mine for conflict in result.conflicts}
    text = result.resolved(chosen)
    assert merge(theirs, text, theirs).source == text
    assert [conflict.name for conflict in merge(*texts).conflicts] == list(chosen)
    assert len(chosen) == len(result.conflicts)


@examples(200)
@given(three_texts)
def test_both_sides_clash_alike_whoever_is_called_mine(texts: tuple[str, str, str]) -> None:
    base, mine, theirs = texts
    here, there = merge(base, mine, theirs), merge(base, theirs, mine)
    assert sorted((c.mine, c.theirs) for c in here.conflicts) == sorted(
        (c.theirs, c.mine) for c in there.conflicts
    )


def test_edits_of_different_sections_go_together() -> None:
    mine = BASE.replace("Thank them.", "Thank them and close.")
    merged = merge(BASE, mine, BASE.replace("Before.", "Read this first."))
    assert merged.source == mine.replace("Before.", "Read this first.")
    assert [section.origin for section in merged.sections] == ["theirs", "same", "same", "mine"]


def test_edits_of_different_rows_of_a_section_go_together() -> None:
    mine = BASE.replace("- By mail", "- By letter")
    merged = merge(BASE, mine, BASE.replace("- By phone", "- By telephone"))
    assert merged.source == mine.replace("- By phone", "- By telephone")
    assert merged.sections[1].origin == Origin.both


def test_edits_of_neighbouring_rows_go_together() -> None:
    mine = BASE.replace("- By mail", "- By letter")
    assert merge(BASE, mine, BASE.replace("- By chat", "- Live")).source == mine.replace(
        "- By chat", "- Live"
    )


def test_edits_of_different_sentences_go_together() -> None:
    mine = BASE.replace("Ask for the receipt.", "Ask for the order number.")
    theirs = BASE.replace("Check the date.", "Check the date of payment.")
    assert merge(BASE, mine, theirs).source == mine.replace("Check the date.", "Check the date of payment.")


def test_two_edits_of_one_sentence_are_a_conflict_although_the_words_differ() -> None:
    mine, theirs = BASE.replace("Within 14", "Within 30"), BASE.replace("14 days.", "14 days of payment.")
    expected = (Reason.both_edited, "Within 30 days.\n", "Within 14 days of payment.\n")
    assert only_conflict(merge(BASE, mine, theirs)) == expected


def test_edits_of_different_cells_of_a_row_go_together() -> None:
    mine = BASE.replace("| DE | 14 |", "| DE | 30 |")
    theirs = BASE.replace("| 14 | 0 |", "| 14 | 2 |")
    assert "| DE | 30 | 2 |" in merge(BASE, mine, theirs).source


def test_two_edits_of_one_cell_are_a_conflict() -> None:
    merged = merge(
        BASE, BASE.replace("| DE | 14 |", "| DE | 30 |"), BASE.replace("| DE | 14 |", "| DE | 60 |")
    )
    assert only_conflict(merged)[1:] == ("| DE | 30 | 0 |\n", "| DE | 60 | 0 |\n")


def test_rows_added_at_one_place_by_both_are_a_conflict_that_keeps_both() -> None:
    mine, theirs = (
        BASE.replace("- By phone\n", "- By phone\n- By fax\n"),
        BASE.replace("- By phone\n", "- By phone\n- In the shop\n"),
    )
    merged = merge(BASE, mine, theirs)
    assert only_conflict(merged)[1:] == ("- By fax\n", "- In the shop\n")
    assert "- By phone\n- By fax\n- In the shop\n\n## Refund" in merged.source


def test_a_moved_section_takes_the_other_sides_words_along() -> None:
    before, verify, refund, close = (section.source for section in split(BASE))
    mine = "".join([before, close + "\n", verify, refund])
    merged = merge(BASE, mine, BASE.replace("Thank them.", "Thank them warmly."))
    assert [section.title for section in split(merged.source)] == ["", "Close", "Verify", "Refund"]
    assert "Thank them warmly." in merged.source
    assert merged.sections[1].is_moved


def test_a_retitled_section_takes_the_other_sides_words_along() -> None:
    merged = merge(
        BASE, BASE.replace("## Refund", "## Pay back {#refund}"), BASE.replace("Within 14", "Within 30")
    )
    assert "## Pay back {#refund}\n\nWithin 30 days." in merged.source
    assert merged.conflicts == ()


def test_two_new_titles_of_a_section_are_a_conflict() -> None:
    mine, theirs = (
        BASE.replace("## Close", "## End {#close}"),
        BASE.replace("## Close", "## Good-bye {#close}"),
    )
    expected = (Reason.both_edited, "## End {#close}\n", "## Good-bye {#close}\n")
    assert only_conflict(merge(BASE, mine, theirs)) == expected


def test_a_section_removed_here_and_rewritten_there_is_a_conflict() -> None:
    mine = BASE[: BASE.index("## Close")]
    theirs = BASE.replace("Thank them.", "Thank them warmly.")
    merged = merge(BASE, mine, theirs)
    assert only_conflict(merged) == (Reason.removed_here, "", "## Close\n\nThank them warmly.\n")
    (conflict,) = merged.conflicts
    assert merged.resolved({conflict.name: ""}) == mine
    assert only_conflict(merge(BASE, theirs, mine))[0] == Reason.removed_there


def test_a_section_removed_by_one_and_left_alone_by_the_other_is_gone() -> None:
    mine = BASE[: BASE.index("## Close")]
    assert merge(BASE, mine, BASE).source == mine
    assert merge(BASE, BASE, mine).source == mine


def test_sections_added_by_both_stand_each_after_the_one_it_followed() -> None:
    mine = BASE.replace("## Refund", "## Appeal\n\nWrite to the board.\n\n## Refund")
    theirs = BASE + "\n## Report\n\nCount it.\n"
    titles = [section.title for section in split(merge(BASE, mine, theirs).source)]
    assert titles == ["", "Verify", "Appeal", "Refund", "Close", "Report"]


def test_a_section_added_after_a_last_one_without_a_line_end_begins_a_line() -> None:
    base = "## A\n\nalpha"
    merged = merge(base, base + "\n\n## B\n\nbeta", base.replace("## A", "## C\n\ngamma\n\n## A"))
    assert [section.title for section in split(merged.source)] == ["C", "A", "B"]


def test_a_text_without_sections_is_merged_by_rows() -> None:
    base = "One.\n\nTwo.\n\nThree.\n"
    merged = merge(base, base.replace("One", "1"), base.replace("Three", "3"))
    assert merged.source == "1.\n\nTwo.\n\n3.\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_stay_as_they_were(line_end: str) -> None:
    base, mine, theirs = (
        text.replace("\n", line_end)
        for text in (BASE, BASE.replace("Before.", "First."), BASE.replace("Thank", "We thank"))
    )
    merged = merge(base, mine, theirs)
    assert merged.source == mine.replace("Thank", "We thank")
