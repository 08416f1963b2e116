from sopdesk.text.diff import documents
from sopdesk.web.comparing import KEEP, Fold, folded, rows


def text_of(pieces: list) -> str:
    return "".join(piece.text for piece in pieces)


def test_the_heading_line_stands_once_as_the_title() -> None:
    (row,) = rows(documents("## Verify\n\nWithin 14 days.\n", "## Verify\n\nWithin 30 days.\n"))
    assert row.title_new == "Verify"
    assert text_of(row.old) == "Within 14 days."
    assert text_of(row.new) == "Within 30 days."


def test_a_new_title_shows_both_and_no_marks_of_markdown() -> None:
    (row,) = rows(documents("## Ask {#ask}\n\nHand over.\n", "## Escalate {#ask}\n\nHand over.\n"))
    assert row.retitled
    assert (row.title_old, row.title_new) == ("Ask", "Escalate")
    assert text_of(row.pieces) == "Hand over."


def test_a_section_that_came_and_one_that_went_are_whole() -> None:
    found = {
        str(row.title_new or row.title_old): row
        for row in rows(documents("## A\n\na\n", "## Zebra\n\nz z z\n"))
    }
    assert found["Zebra"].whole
    assert found["Zebra"].old == []


def test_text_before_the_first_heading_has_a_name() -> None:
    (row,) = rows(documents("Old words.\n", "New words.\n"))
    assert row.title_new
    assert not row.retitled


def test_long_unchanged_text_is_cut_only_when_changes_alone_are_asked_for() -> None:
    middle = "word " * KEEP
    old, new = f"## S\n\nbegin {middle} end\n", f"## S\n\nstart {middle} stop\n"
    (short,) = rows(documents(old, new))
    (whole,) = rows(documents(old, new), only_changes=False)
    assert any(piece.cut for piece in short.pieces)
    assert text_of(whole.new) == f"start {middle} stop"


def test_neighbouring_sections_that_did_not_change_are_folded_into_one() -> None:
    old = "## A\n\na\n\n## B\n\nb\n\n## C\n\nold\n\n## D\n\nd\n"
    parts = folded(rows(documents(old, old.replace("old", "new"))))
    assert [isinstance(part, Fold) for part in parts] == [True, False, True]
    assert isinstance(parts[0], Fold)
    assert parts[0].titles == "A · B"


def test_where_nothing_changed_nothing_is_folded() -> None:
    same = "## A\n\na\n\n## B\n\nb\n"
    assert [isinstance(part, Fold) for part in folded(rows(documents(same, same)))] == [False, False]
