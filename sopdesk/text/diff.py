"""What changed between two texts: sections, in them blocks, in those words. Nothing is ever left out.

Ops with "same" and "removed" joined give the old text exactly, "same" and "added" the new one. Pieces hold the same
characters, and besides what a reader sees of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from sopdesk.text import lines
from sopdesk.text.aligning import align
from sopdesk.text.block_diff import BlockDiff, alone, compare_blocks
from sopdesk.text.blocks import Block
from sopdesk.text.blocks import split as split_blocks
from sopdesk.text.inline import plain_tokens
from sopdesk.text.pieces import Piece, PieceKind, compare
from sopdesk.text.sections import Section, heading_and_body, outline, skim
from sopdesk.text.sequences import common, rising


class OpKind(StrEnum):
    """Whether words stand in both texts, only in the new one, or only in the old one."""

    added = "added"
    removed = "removed"
    same = "same"


class SectionKind(StrEnum):
    """What became of a section. Of several the gravest: changed before retitled before moved."""

    added = "added"
    changed = "changed"
    moved = "moved"
    removed = "removed"
    retitled = "retitled"
    same = "same"


@dataclass(frozen=True, slots=True)
class Op:
    """A run of text and what became of it. `kind` equals the plain strings "same", "added" and "removed"."""

    kind: OpKind
    text: str


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """One section in both texts. `anchor` is the new one's (the old one's when removed); titles are None where absent.

    `old` and `new` are its sources, "" where it is absent. `moved` also marks a changed section that stands elsewhere
    now; `old_index` and `new_index` are places in the two texts, None where the section is absent.
    """

    kind: SectionKind
    anchor: str
    title_old: str | None
    title_new: str | None
    moved: bool
    old_index: int | None
    new_index: int | None
    old: Section | None
    new: Section | None

    def blocks(self) -> tuple[BlockDiff, ...]:
        """Its heading, paragraphs, list items and tables, each with what became of its words."""
        return _compared_blocks(self.old, self.new)

    @property
    def ops(self) -> tuple[Op, ...]:
        """Its sources as what was kept, removed and added, in order."""
        return _ops(piece for block in self.blocks() for piece in block.all_pieces())


@lru_cache(maxsize=512)  # the same change is read by several people, and by each of them again
def _compared_blocks(old: Section | None, new: Section | None) -> tuple[BlockDiff, ...]:
    if old is None or new is None:
        return alone(_blocks(old or new), PieceKind.added if old is None else PieceKind.removed)
    return compare_blocks(_blocks(old), _blocks(new))


def words(old: str, new: str) -> tuple[Op, ...]:
    """The difference of two plain texts: first whole lines, then words inside the lines that differ.

    No character counts as a mark. Time is bounded.
    """
    if old == new:
        return (Op(OpKind.same, old),) if old else ()
    rows_old, rows_new = lines.split(old), lines.split(new)
    found: list[Op] = []
    i = j = 0
    for a, b in [*common(rows_old, rows_new), (len(rows_old), len(rows_new))]:
        if i < a or j < b:
            before, after = (plain_tokens("".join(rows)) for rows in (rows_old[i:a], rows_new[j:b]))
            found += _ops(compare(before, after))
        if a < len(rows_old):
            found.append(Op(OpKind.same, rows_old[a]))
        i, j = a + 1, b + 1
    return _joined(found)


def _ops(pieces: Iterable[Piece]) -> tuple[Op, ...]:
    return _joined(op for piece in pieces for op in _of_piece(piece))


def _of_piece(piece: Piece) -> Iterator[Op]:
    if piece.old == piece.new:
        yield Op(OpKind.same, piece.old)
        return
    yield Op(OpKind.removed, piece.old)
    yield Op(OpKind.added, piece.new)


def _joined(ops: Iterable[Op]) -> tuple[Op, ...]:
    """Neighbours of one kind as one op, none empty."""
    groups = groupby((op for op in ops if op.text), key=lambda op: op.kind)
    return tuple(Op(kind, "".join(op.text for op in group)) for kind, group in groups)


def _blocks(section: Section | None) -> tuple[Block, ...]:
    if section is None:
        return ()
    heading, body = heading_and_body(section)
    return split_blocks(body, heading, section.level)


@lru_cache(maxsize=32)
def documents(old_source: str, new_source: str) -> tuple[SectionDiff, ...]:
    """The difference of two Markdown sources by section, in the order of the new one; a removed section stands after
    the one it followed. Sections are known by anchor, then by words (see `aligning.align`). Raises guards.TextRefused.
    """
    old, new = skim(old_source), skim(new_source)
    pairs = align([outline(section) for section in old], [outline(section) for section in new])
    resting = {a for a, _b in rising(sorted((a, b) for b, a in pairs.items()))}
    gone = set(range(len(old))) - set(pairs.values())
    found = [_gone(old[index], index) for index in _following(gone, -1)]
    for index, section in enumerate(new):
        match = pairs.get(index)
        found.append(_compared(old[match] if match is not None else None, section, match, index, resting))
        if match is not None:
            found += [_gone(old[after], after) for after in _following(gone, match)]
    return tuple(found)


def _following(gone: set[int], index: int) -> list[int]:
    """The run of removed sections that directly follows the old section `index`."""
    run: list[int] = []
    while index + 1 in gone:
        index += 1
        run.append(index)
    return run


def _gone(old: Section, index: int) -> SectionDiff:
    return SectionDiff(SectionKind.removed, old.anchor, old.title, None, False, index, None, old, None)


def _compared(
    old: Section | None, new: Section, old_index: int | None, new_index: int, resting: set[int]
) -> SectionDiff:
    if old is None:
        return SectionDiff(SectionKind.added, new.anchor, None, new.title, False, None, new_index, None, new)
    moved = old_index not in resting
    kind = SectionKind.moved if moved else SectionKind.same
    if old.hash != new.hash:
        same_body = outline(old).body.split() == outline(new).body.split()
        kind = SectionKind.retitled if same_body and old.title != new.title else SectionKind.changed
    return SectionDiff(kind, new.anchor, old.title, new.title, moved, old_index, new_index, old, new)
