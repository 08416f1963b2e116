"""What the difference component shows of two texts: rows ready for inline or side-by-side reading."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sopdesk.text.diff import Op, SectionDiff
from sopdesk.web.states import Look, Tone

KEEP = 240
"""How much unchanged text stays beside a change, in characters."""

LOOKS = {
    "same": Look(_("unchanged"), Tone.NEUTRAL, "minus"),
    "changed": Look(_("changed"), Tone.BLUE, "pencil"),
    "added": Look(_("added"), Tone.GREEN, "plus"),
    "removed": Look(_("removed"), Tone.RED, "trash"),
    "moved": Look(_("moved"), Tone.BLUE, "arrows-sort"),
    "retitled": Look(_("retitled"), Tone.BLUE, "tag"),
}
TOP = _("Before the first heading")


@dataclass(frozen=True)
class Piece:
    """A piece as shown; `cut` when unchanged text was left out of its middle: then `text` … `rest`."""

    kind: str
    text: str
    rest: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Row:
    """One section as shown: what became of it, both titles, and its text without the heading's own line."""

    anchor: str
    kind: str
    looks: list[Look]
    title_old: str
    title_new: str | Promise
    pieces: list[Piece]

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

    @property
    def old(self) -> list[Piece]:
        """The pieces of the old text."""
        return [piece for piece in self.pieces if piece.kind != "added"]

    @property
    def new(self) -> list[Piece]:
        """The pieces of the new text."""
        return [piece for piece in self.pieces if piece.kind != "removed"]


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
    """The sections in order; with `only_changes` long unchanged stretches are cut to what stands beside a change."""
    return [_row(section, only_changes) for section in sections]


def _row(section: SectionDiff, only_changes: bool) -> Row:
    title_old, title_new = section.title_old or "", section.title_new or ""
    ops = list(_body(section.ops) if title_old or title_new else section.ops)
    if ops:
        ops[-1] = Op(ops[-1].kind, ops[-1].text.rstrip())
    cutting = only_changes and section.kind != "same"
    last = len(ops) - 1
    pieces = [
        _piece(op, first=n == 0, last=n == last) if cutting else Piece(op.kind, op.text)
        for n, op in enumerate(ops)
    ]
    looks = [LOOKS[section.kind]]
    if section.moved and section.kind != "moved":
        looks.append(LOOKS["moved"])
    shown_title: str | Promise = title_new if title_old or title_new else TOP
    return Row(section.anchor, section.kind, looks, title_old, shown_title, pieces)


def _body(ops: Iterable[Op]) -> Iterator[Op]:
    """The ops after each text's heading line, which the row shows as its title; blank lines at the start go too."""
    heading = {"added", "removed"}
    started = False
    for op in ops:
        sides = {"added", "removed"} if op.kind == "same" else {op.kind.value}
        text = op.text
        if sides & heading:
            _line, newline, text = text.partition("\n")
            heading -= sides if newline else set()
        text = text if started else text.lstrip("\n")
        if text:
            started = True
            yield Op(op.kind, text)


def _piece(op: Op, *, first: bool, last: bool) -> Piece:
    text = op.text
    if op.kind != "same" or len(text) <= 2 * KEEP:
        return Piece(op.kind, text)
    head = "" if first else text[:KEEP].rsplit(" ", 1)[0]
    tail = "" if last else text[-KEEP:].split(" ", 1)[-1]
    return Piece(op.kind, head, tail, cut=True)
