"""The blocks of a section compared: which came, went or changed, and the words inside those that changed."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sopdesk.text import tables
from sopdesk.text.blocks import WORDLESS, Block, Form
from sopdesk.text.pieces import Piece, PieceKind, compare, kept, layout
from sopdesk.text.sequences import Pair, common
from sopdesk.text.table_diff import TableDiff, compare_tables
from sopdesk.text.table_diff import alone as table_alone

ALIKE = 0.4
ALONE = 0.2
"""How alike in words, 0 to 1, two blocks are that count as one that changed; ALONE for a gap of one on each side."""


@dataclass(frozen=True, slots=True)
class BlockDiff:
    """A block of either side. `pieces` are its words; a table has cells instead.

    `shown` is the block as it looks now, or looked when it is gone. `around` are the marks before and after the words
    in both sources, which nobody sees.
    """

    shown: Block
    old: Block | None
    new: Block | None
    pieces: tuple[Piece, ...] = ()
    table: TableDiff | None = None
    around: tuple[tuple[Piece, ...], tuple[Piece, ...]] = field(default=((), ()))

    @property
    def kind(self) -> PieceKind:
        """`added`, `removed` or `same`; a changed one is `formatted` when only its looks did, else `same` with changed
        pieces."""
        if self.old is None:
            return PieceKind.added
        if self.new is None:
            return PieceKind.removed
        return PieceKind.formatted if self.reformed else PieceKind.same

    @property
    def reformed(self) -> bool:
        """Whether it was another sort of block, or stood at another depth or level."""
        if self.old is None or self.new is None:
            return False
        return _shape(self.old) != _shape(self.new)

    @property
    def changed(self) -> bool:
        """Whether a reader sees a difference."""
        if self.kind != PieceKind.same:
            return True
        if self.table is not None:
            rows = (self.table.head, *self.table.rows)
            return any(row.changed for row in rows) or any(
                column.kind != PieceKind.same or column.aligned_old != column.aligned_new
                for column in self.table.columns
            )
        return any(piece.kind != PieceKind.same for piece in self.pieces)

    def all_pieces(self) -> Iterator[Piece]:
        """Every piece, marks included, in order."""
        yield from self.around[0]
        if self.table is not None:
            yield from self.table.pieces()
        yield from self.pieces
        yield from self.around[1]


def alone(blocks: Sequence[Block], kind: PieceKind) -> tuple[BlockDiff, ...]:
    """Blocks that stand on one side only."""
    return tuple(_one_sided(block, kind) for block in blocks)


def compare_blocks(old: Sequence[Block], new: Sequence[Block]) -> tuple[BlockDiff, ...]:
    """What became of each block of `old`, in the order of `new`; removed ones stand where they stood."""
    keys_old, keys_new = [block.key for block in old], [block.key for block in new]
    found: list[BlockDiff] = []
    i = j = 0
    for a, b in [*common(keys_old, keys_new), (len(old), len(new))]:
        found += _gap(old[i:a], new[j:b])
        if a < len(old):
            found.append(_two_sided(old[a], new[b]))
        i, j = a + 1, b + 1
    return tuple(found)


def _gap(old: Sequence[Block], new: Sequence[Block]) -> Iterator[BlockDiff]:
    """Blocks between two that are the same: those alike in words are one that changed."""
    i = j = 0
    for a, b in [*_alike(old, new), (len(old), len(new))]:
        yield from alone(old[i:a], PieceKind.removed)
        yield from alone(new[j:b], PieceKind.added)
        if a < len(old):
            yield _two_sided(old[a], new[b])
        i, j = a + 1, b + 1


def _alike(old: Sequence[Block], new: Sequence[Block]) -> list[Pair]:
    """Pairs of blocks, rising on both sides, that share the most words."""
    if not old or not new:
        return []
    words_old, words_new = _words(old), _words(new)
    shared = common([word for _n, word in words_old], [word for _n, word in words_new])
    votes = Counter((words_old[a][0], words_new[b][0]) for a, b in shared)
    sizes = [Counter(n for n, _word in words) for words in (words_old, words_new)]
    scored = [
        (2 * count / (sizes[0][a] + sizes[1][b]), a, b)
        for (a, b), count in votes.items()
        if _comparable(old[a], new[b])
    ]
    if len(old) == len(new) == 1:
        enough = 0.0 if old[0].form == new[0].form in (Form.heading, Form.table) else ALONE
        return [(0, 0)] if enough == 0.0 or (scored and scored[0][0] >= enough) else []
    return _rising([(a, b) for score, a, b in sorted(scored, reverse=True) if score >= ALIKE])


def _rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, best first, that do not cross one already taken."""
    taken: list[Pair] = []
    for a, b in pairs:
        place = bisect_left(taken, (a, b))
        before = taken[place - 1] if place else (-1, -1)
        after = taken[place] if place < len(taken) else (a + 1, b + 1)
        if before[0] < a < after[0] and before[1] < b < after[1]:
            insort(taken, (a, b))
    return taken


def _words(blocks: Sequence[Block]) -> list[tuple[int, str]]:
    return [
        (number, token.shown)
        for number, block in enumerate(blocks)
        for token in block.tokens()
        if token.shown[:1].isalnum()
    ]


def _comparable(old: Block, new: Block) -> bool:
    """Tables, code and headings are only compared with their like."""
    special = {Form.table, Form.heading, *WORDLESS}
    return old.form == new.form or not ({old.form, new.form} & special)


def _shape(block: Block) -> tuple[Form, int, int]:
    return block.form, block.depth, block.level


def _one_sided(block: Block, kind: PieceKind) -> BlockDiff:
    old, new = (None, block) if kind == PieceKind.added else (block, None)
    if block.form == Form.table:
        table = table_alone(tables.read(block.text), kind)
        return BlockDiff(block, old, new, table=table, around=_around(old, new))
    return BlockDiff(block, old, new, kept(block.runs(), kind), around=_around(old, new))


def _two_sided(old: Block, new: Block) -> BlockDiff:
    around = _around(old, new)
    if old.form == new.form == Form.table:
        table = compare_tables(tables.read(old.text), tables.read(new.text))
        return BlockDiff(new, old, new, table=table, around=around)
    if old.text == new.text and old.form == new.form:
        return BlockDiff(new, old, new, kept(new.runs(), PieceKind.same), around=around)
    return BlockDiff(new, old, new, compare(old.tokens(), new.tokens()), around=around)


def _around(old: Block | None, new: Block | None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    return (
        layout(old.lead if old else "", new.lead if new else ""),
        layout(old.tail if old else "", new.tail if new else ""),
    )
