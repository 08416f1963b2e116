"""What the difference component shows of two texts: rows ready for inline or side-by-side reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sopdesk.text.block_diff import BlockDiff
from sopdesk.text.blocks import Block, Form
from sopdesk.text.diff import Op, SectionDiff, words
from sopdesk.text.escaping import filled
from sopdesk.text.pieces import PieceKind
from sopdesk.text.states import Look, Tone
from sopdesk.text.table_diff import RowDiff
from sopdesk.web.drawing import drawn

BESIDE = 1
"""How many unchanged paragraphs stand on either side of a change; longer runs are folded."""

LOOKS = {
    "same": Look(_("unchanged"), Tone.NEUTRAL, "minus"),
    "changed": Look(_("changed"), Tone.BLUE, "pencil"),
    "added": Look(_("added"), Tone.GREEN, "plus"),
    "removed": Look(_("removed"), Tone.RED, "trash"),
    "moved": Look(_("moved"), Tone.BLUE, "arrows-sort"),
    "retitled": Look(_("retitled"), Tone.BLUE, "tag"),
}
TOP = _("Before the first heading")
FORMS = {
    Form.bullet: _("bulleted list"),
    Form.code: _("code"),
    Form.directive: _("block"),
    Form.heading: _("heading"),
    Form.number: _("numbered list"),
    Form.outcome: _("outcome"),
    Form.paragraph: _("paragraph"),
    Form.quote: _("quote"),
    Form.rule: _("line across"),
    Form.table: _("table"),
}


@dataclass(frozen=True)
class TableCell:
    """One cell as shown; `kind` says what became of its row or column."""

    kind: str
    aligned: str
    html: SafeString


@dataclass(frozen=True)
class TableLine:
    """One row of a table as shown."""

    kind: str
    cells: list[TableCell]


class Line:
    """A paragraph, list item or table as shown. Its HTML is made when it is asked for."""

    def __init__(self, block: BlockDiff, before: Line | None = None) -> None:
        self.block = block
        self.before = before
        self.form = block.shown.form
        self.depth = min(block.shown.depth, 4)
        self.changed = block.changed
        self.kind = "changed" if block.changed and block.kind == PieceKind.same else str(block.kind)

    @property
    def html(self) -> SafeString:
        """The words of both sides."""
        return drawn(self.block.pieces)

    @property
    def plain(self) -> SafeString:
        """An unchanged line as the component draws it: most lines of a long text are of this sort."""
        marker = filled('<span class="diff-marker">{}</span> ', self.marker) if self.marker else ""
        css = f"diff-line diff-{self.form} diff-is-same"
        line = '<div class="{}" data-depth="{}" dir="auto">{}<span class="diff-words">{}</span></div>'
        return filled(line, css, self.depth, marker, self.html)

    @property
    def html_old(self) -> SafeString:
        return drawn(self.block.pieces, "old")

    @property
    def html_new(self) -> SafeString:
        return drawn(self.block.pieces, "new")

    @property
    def is_table(self) -> bool:
        return self.block.table is not None

    @property
    def has_old(self) -> bool:
        return self.block.old is not None

    @property
    def has_new(self) -> bool:
        return self.block.new is not None

    @property
    def marker(self) -> str:
        return _marker(self.block.shown)

    @property
    def marker_old(self) -> str:
        return _marker(self.block.old) if self.block.old else ""

    @property
    def leads(self) -> bool:
        """Whether a run of changed lines begins here."""
        return self.changed and not (self.before and self.before.changed)

    @cached_property
    def notes(self) -> list[str]:
        """What changed of the block itself: its sort, its depth, a heading's level; not again what the line before
        said."""
        said = _said(self.block)
        return [] if self.before and said == _said(self.before.block) else said

    def table(self) -> list[TableLine]:
        """All rows and columns of both tables, the head first."""
        return list(self._rows("both"))

    def table_old(self) -> list[TableLine]:
        return list(self._rows("old"))

    def table_new(self) -> list[TableLine]:
        return list(self._rows("new"))

    def _rows(self, side: str) -> Iterator[TableLine]:
        table = self.block.table
        if table is None:
            return
        missing = {"old": PieceKind.added, "new": PieceKind.removed}.get(side)
        for row in (table.head, *table.rows):
            if row.kind != missing:
                yield TableLine(str(row.kind), list(self._cells(row, side, missing)))

    def _cells(self, row: RowDiff, side: str, missing: PieceKind | None) -> Iterator[TableCell]:
        columns = self.block.table.columns if self.block.table else ()
        for column, pieces in zip(columns, row.cells, strict=True):
            if column.kind == missing:
                continue
            kind = column.kind if row.kind == PieceKind.same else row.kind
            inside = any(piece.kind != PieceKind.same for piece in pieces)
            aligned = column.aligned_old if side == "old" else column.aligned_new or column.aligned_old
            shown = "changed" if kind == PieceKind.same and inside else str(kind)
            yield TableCell(shown, aligned, drawn(pieces, side))


def _marker(block: Block) -> str:
    if block.form == Form.bullet:
        return "•"
    return block.lead.strip() if block.form == Form.number else ""


def _said(block: BlockDiff) -> list[str]:
    return list(_notes(block.old, block.new)) if block.old is not None and block.new is not None else []


def _notes(old: Block, new: Block) -> Iterator[str]:
    if old.form != new.form:
        yield f"{FORMS[old.form]} → {FORMS[new.form]}"
    if old.depth != new.depth:
        yield str(_("moved in") if new.depth > old.depth else _("moved out"))
    if old.level != new.level:
        yield str(_("heading level %(old)s → %(new)s") % {"old": old.level, "new": new.level})


@dataclass(frozen=True)
class Gap:
    """A run of unchanged paragraphs, folded under one line."""

    lines: list[Line]


class Row:
    """One section as shown: what became of it, its title, and its paragraphs, lists and tables."""

    def __init__(self, section: SectionDiff, *, only_changes: bool = True, stood_after: str = "") -> None:
        self.section = section
        self.anchor = section.anchor
        self.kind = section.kind.value
        self.stood_after = stood_after
        self.only_changes = only_changes
        self.title_old = section.title_old or ""
        top = not (self.title_old or section.title_new)
        self.title_new: str | Promise = TOP if top else section.title_new or ""

    @property
    def looks(self) -> list[Look]:
        moved = [LOOKS["moved"]] if self.section.moved and self.kind != "moved" else []
        return [LOOKS[self.kind], *moved]

    @property
    def same(self) -> bool:
        return self.kind == "same"

    @property
    def whole(self) -> bool:
        """Whether the section as a whole came or went."""
        return self.kind in ("added", "removed")

    @property
    def retitled(self) -> bool:
        return bool(self.title_old and self.title_new and self.title_old != self.title_new)

    @cached_property
    def blocks(self) -> list[BlockDiff]:
        return list(self.section.blocks())

    @cached_property
    def heading(self) -> Line | None:
        """The heading, when it reads or looks otherwise."""
        changed = (block for block in self.blocks if block.shown.form == Form.heading and block.changed)
        found = next(changed, None)
        return Line(found) if found and not self.whole else None

    @property
    def anchors(self) -> tuple[str, str] | None:
        """The old and new anchor, when links to the section have to follow."""
        old, new = self.section.old, self.section.new
        return (old.anchor, new.anchor) if old and new and old.anchor != new.anchor else None

    @cached_property
    def lines(self) -> list[Line]:
        """Everything below the heading."""
        found: list[Line] = []
        for block in self.blocks:
            if block.shown.form != Form.heading and (block.shown.text or block.shown.form == Form.rule):
                found.append(Line(block, found[-1] if found else None))
        return found

    @property
    def parts(self) -> list[Line | Gap]:
        """The lines; with `only_changes` long unchanged runs are folded."""
        if not self.only_changes or self.same:
            return list(self.lines)
        return list(_folded_lines(self.lines))

    @property
    def unseen(self) -> tuple[Op, ...]:
        """The sources compared, when they differ in marks alone and a reader sees no difference; else ()."""
        if self.kind != "changed" or self.heading or self.anchors or any(line.changed for line in self.lines):
            return ()
        old, new = self.section.old, self.section.new
        return words(old.source, new.source) if old and new else ()


def _folded_lines(lines: Sequence[Line]) -> Iterator[Line | Gap]:
    runs = [(changed, list(run)) for changed, run in groupby(lines, key=lambda line: line.changed)]
    for number, (changed, run) in enumerate(runs):
        before = BESIDE if number else 0
        after = len(run) - (BESIDE if number + 1 < len(runs) else 0)
        if changed or after - before < BESIDE + 1:
            yield from run
            continue
        yield from run[:before]
        yield Gap(run[before:after])
        yield from run[after:]


@dataclass(frozen=True)
class Fold:
    """A run of neighbouring sections that did not change, shown folded under one line."""

    rows: list[Row]

    @property
    def titles(self) -> str:
        """What is folded in here."""
        return " · ".join(str(row.title_new) for row in self.rows)


def folded(shown: Iterable[Row]) -> list[Row | Fold]:
    """The rows with each run of unchanged sections folded into one; all of them as they are where nothing changed."""
    every = list(shown)
    if all(row.same for row in every):
        return list(every)
    parts: list[Row | Fold] = []
    for same, run in groupby(every, key=lambda row: row.same):
        found = list(run)
        parts += [Fold(found)] if same else found
    return parts


def rows(sections: Iterable[SectionDiff], *, only_changes: bool = True) -> list[Row]:
    """The sections in order; with `only_changes` unchanged paragraphs are folded but those beside a change."""
    every = list(sections)
    titles = {each.old_index: each.title_old or str(TOP) for each in every if each.old_index is not None}
    return [
        Row(
            section,
            only_changes=only_changes,
            stood_after=titles.get(section.old_index - 1, "") if section.moved and section.old_index else "",
        )
        for section in every
    ]
