"""What the difference component shows of two texts: rows ready for inline or side-by-side reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sopdesk.web.states import Look, Tone

KEEP = 240
"""How much unchanged text stays beside a change, in characters."""


class Op(Protocol):
    """A piece of text: kind "same", "added" or "removed"."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


class SectionDiff(Protocol):
    """One section of two texts, as sopdesk.text.diff.documents gives it."""

    @property
    def kind(self) -> str: ...
    @property
    def anchor(self) -> str: ...
    @property
    def title_old(self) -> str: ...
    @property
    def title_new(self) -> str: ...
    @property
    def ops(self) -> Sequence[Op]: ...


LOOKS = {
    "same": Look(_("unchanged"), Tone.NEUTRAL, "minus"),
    "changed": Look(_("changed"), Tone.BLUE, "pencil"),
    "added": Look(_("added"), Tone.GREEN, "plus"),
    "removed": Look(_("removed"), Tone.RED, "trash"),
    "moved": Look(_("moved"), Tone.BLUE, "arrows-sort"),
    "retitled": Look(_("retitled"), Tone.BLUE, "tag"),
}
TOP: str | Promise = _("Before the first heading")


@dataclass(frozen=True)
class Piece:
    """A piece as shown; `cut` when unchanged text was left out of its middle: then `text` … `rest`."""

    kind: str
    text: str
    rest: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Row:
    """One section as shown."""

    anchor: str
    kind: str
    look: Look
    title_old: str | Promise
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


def rows(sections: Iterable[SectionDiff], *, only_changes: bool = True) -> list[Row]:
    """The sections in order; with `only_changes` long unchanged stretches are cut to what stands beside a change."""
    return [_row(section, only_changes) for section in sections]


def _row(section: SectionDiff, only_changes: bool) -> Row:
    same = section.kind == "same"
    cutting = only_changes and not same
    last = len(section.ops) - 1
    pieces = [
        _piece(op, first=n == 0, last=n == last) if cutting else Piece(op.kind, op.text)
        for n, op in enumerate(section.ops)
    ]
    top = "" if section.title_old or section.title_new else TOP
    return Row(section.anchor, section.kind, LOOKS[section.kind], section.title_old, section.title_new or top, pieces)


def _piece(op: Op, *, first: bool, last: bool) -> Piece:
    text = op.text
    if op.kind != "same" or len(text) <= 2 * KEEP:
        return Piece(op.kind, text)
    head = "" if first else text[:KEEP].rsplit(" ", 1)[0]
    tail = "" if last else text[-KEEP:].split(" ", 1)[-1]
    return Piece(op.kind, head, tail, cut=True)
