"""What the difference component shows of two texts."""

from __future__ import annotations

from django.template import Context, Template

from sopdesk.text.diff import documents
from sopdesk.web.comparing import Fold, Gap, Line, Row, folded, rows

TABLE = "## Limits\n\n| Country | Limit |\n|---|---:|\n| DE | 50 |\n| FR | 60 |\n"


def row(old: str, new: str) -> Row:
    (only,) = rows(documents(f"## S\n\n{old}\n", f"## S\n\n{new}\n"))
    return only


def html(old: str, new: str) -> str:
    """The lines of one section's difference, inline."""
    return " / ".join(str(line.html) for line in row(old, new).lines)


def shown(old: str, new: str, **options: str) -> str:
    template = Template("{% diff sections mode prefix=prefix slot=slot %}")
    return template.render(Context({"sections": documents(old, new), "mode": "inline", **options}))


def test_the_heading_line_stands_once_as_the_title() -> None:
    (row,) = rows(documents("## Verify\n\nWithin 14 days.\n", "## Verify\n\nWithin 30 days.\n"))
    (line,) = row.lines
    assert row.title_new == "Verify"
    assert row.heading is None
    assert ">14</del>" in line.html_old
    assert "30" not in line.html_old
    assert ">30</ins>" in line.html_new
    assert "14" not in line.html_new


def test_a_new_title_shows_its_words_and_no_marks_of_markdown() -> None:
    (row,) = rows(documents("## Ask {#ask}\n\nHand over.\n", "## Escalate {#ask}\n\nHand over.\n"))
    assert row.retitled
    assert row.heading is not None
    assert "Ask</del>" in row.heading.html
    assert "Escalate</ins>" in row.heading.html
    assert "#" not in row.heading.html
    assert [line.changed for line in row.lines] == [False]


def test_a_section_that_came_and_one_that_went_are_whole() -> None:
    found = {
        str(row.title_new or row.title_old): row
        for row in rows(documents("## A\n\na\n", "## Zebra\n\nz z z\n"))
    }
    assert found["Zebra"].whole
    assert not any(line.has_old for line in found["Zebra"].lines)


def test_text_before_the_first_heading_has_a_name() -> None:
    (row,) = rows(documents("Old words.\n", "New words.\n"))
    assert row.title_new
    assert not row.retitled


def test_looks_are_said_in_words_and_marks_are_not_shown() -> None:
    assert "bold → plain" in html("Pay **now**.", "Pay now.")
    assert "link: #a → #b" in html("See [it](#a).", "See [it](#b).")
    assert "plain → code" in html("Send x.", "Send `x`.")
    assert "*" not in html("Pay **14 days**.", "Pay **30 days**.")


def test_another_sort_of_list_is_a_note_at_the_line() -> None:
    (line,) = row("- One", "1. One").lines
    assert (line.changed, line.marker_old, line.marker) == (True, "•", "1.")
    assert line.notes == ["bulleted list → numbered list"]


def test_a_heading_of_another_level_says_so() -> None:
    (found,) = rows(documents("## A\n\nb\n", "### A\n\nb\n"))
    assert found.heading is not None
    assert found.heading.notes == ["heading level 2 → 3"]


def test_a_link_to_the_section_that_breaks_is_named() -> None:
    (found,) = rows(documents("## A {#a}\n\nThe same words here.\n", "## A {#b}\n\nThe same words here.\n"))
    assert found.anchors == ("a", "b")


def test_marks_that_nobody_sees_are_shown_as_source() -> None:
    assert row("__now__ and", "**now** and").unseen
    assert not row("now and", "then and").unseen


def test_a_cell_a_row_and_a_column_are_marked() -> None:
    new = "## Limits\n\n| Country | Limit | Note |\n|---|---:|---|\n| DE | 55 | x |\n| FR | 60 | |\n| IT | 70 | |\n"
    (found,) = rows(documents(TABLE, new))
    (table,) = [line for line in found.lines if line.is_table]
    head, germany, _france, italy = table.table()
    assert [cell.kind for cell in head.cells] == ["same", "same", "added"]
    assert [cell.kind for cell in germany.cells] == ["same", "changed", "added"]
    assert (italy.kind, [cell.kind for cell in italy.cells]) == ("added", ["added"] * 3)
    assert [len(line.cells) for line in table.table_old()] == [2, 2, 2]
    assert germany.cells[1].aligned == "end"


def test_unchanged_paragraphs_are_folded_but_those_beside_a_change() -> None:
    old = "\n\n".join(["one", "two", "three", "four", "five", "old words"])
    parts = row(old, old.replace("old", "new")).parts
    assert [type(part) for part in parts] == [Gap, Line, Line]
    (whole,) = rows(documents(f"{old}\n", f"{old} more\n"), only_changes=False)
    assert len(whole.parts) == 6


def test_neighbouring_sections_that_did_not_change_are_folded_into_one() -> None:
    old = "## A\n\na\n\n## B\n\nb\n\n## C\n\nold\n\n## D\n\nd\n"
    parts = folded(rows(documents(old, old.replace("old", "new"))))
    assert [isinstance(part, Fold) for part in parts] == [True, False, True]
    assert isinstance(parts[0], Fold)
    assert parts[0].titles == "A · B"


def test_where_nothing_changed_nothing_is_folded() -> None:
    same = "## A\n\na\n\n## B\n\nb\n"
    assert [isinstance(part, Fold) for part in folded(rows(documents(same, same)))] == [False, False]


def test_a_moved_section_says_where_it_stood() -> None:
    a, b, c = "## A\n\naa aa\n\n", "## B\n\nbb bb\n\n", "## C\n\ncc cc\n\n"
    moved = [row for row in rows(documents(a + b + c, b + c + a)) if row.kind == "moved"]
    assert [(row.anchor, row.stood_after) for row in moved] == [("a", "")]
    moved = [row for row in rows(documents(a + b + c, c + a + b)) if row.kind == "moved"]
    assert [(row.anchor, row.stood_after) for row in moved] == [("c", "B")]


def test_the_component_keeps_ids_apart_and_escapes_what_people_wrote() -> None:
    page = shown("## A\n\n<b>old</b>\n", '## A\n\n<img src=x onerror="x">new\n', prefix="7")
    assert 'id="diff-7-a"' in page
    assert "<img src=x" not in page
    assert "&lt;" in page


def test_a_picture_of_another_host_is_never_loaded() -> None:
    page = html("![a](/media/a.png)", "![a](https://evil.example/b.png)")
    assert 'src="/media/a.png"' not in page or "evil" not in page.split("src=")[1].split('"')[1]
    assert 'src="https' not in page
