"""Two tables compared cell by cell: which rows and columns came and went, and the words inside the others.

Columns are known by their heads, then by what they hold; rows by all their cells, then by the first one. Both only
match in order, so a row that moved was removed in one place and added in another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sopdesk.text.inline import tokens
from sopdesk.text.pieces import Piece, PieceKind, compare, kept, layout
from sopdesk.text.sequences import Pair, common
from sopdesk.text.tables import Cell, Table, TableRow


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """A column of either table: its place in each (None: it is not there) and its alignment in both."""

    old: int | None
    new: int | None
    aligned_old: str
    aligned_new: str

    @property
    def kind(self) -> PieceKind:
        return _kind(self.old, self.new)


@dataclass(frozen=True, slots=True)
class RowDiff:
    """A row of either table, and the pieces of its cells, one tuple for each ColumnDiff."""

    kind: PieceKind
    cells: tuple[tuple[Piece, ...], ...]
    lead: tuple[Piece, ...]
    tail: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return self.kind != PieceKind.same or any(
            p.kind != PieceKind.same for cell in self.cells for p in cell
        )


@dataclass(frozen=True, slots=True)
class TableDiff:
    """All columns of both tables in order, the head, and the rows. `rule` is the line under the head."""

    columns: tuple[ColumnDiff, ...]
    head: RowDiff
    rule: tuple[Piece, ...]
    rows: tuple[RowDiff, ...]

    def pieces(self) -> Iterator[Piece]:
        """Every piece, in the order in which each source has them."""
        for row in (self.head, None, *self.rows):
            if row is None:
                yield from self.rule
                continue
            yield from row.lead
            for cell in row.cells:
                yield from cell
            yield from row.tail


def compare_tables(old: Table, new: Table) -> TableDiff:
    """What became of `old`. Joined in order, the pieces give each source back."""
    matched = _columns(old, new)
    columns = tuple(
        ColumnDiff(a, b, old.aligned[a] if a is not None else "", new.aligned[b] if b is not None else "")
        for a, b in _merged(matched, old.columns, new.columns)
    )
    rows = [
        _row(old.rows[a] if a is not None else None, new.rows[b] if b is not None else None, columns)
        for a, b in _merged(_rows(old.rows, new.rows, matched), len(old.rows), len(new.rows))
    ]
    return TableDiff(columns, _row(old.head, new.head, columns), layout(old.rule, new.rule), tuple(rows))


def alone(table: Table, kind: PieceKind) -> TableDiff:
    """A table that stands on one side only, or on both alike."""
    is_old, is_new = kind != PieceKind.added, kind != PieceKind.removed
    columns = tuple(
        ColumnDiff(n if is_old else None, n if is_new else None, aligned, aligned)
        for n, aligned in enumerate(table.aligned)
    )
    sides = [(row if is_old else None, row if is_new else None) for row in (table.head, *table.rows)]
    head, *rows = (_row(a, b, columns) for a, b in sides)
    rule = layout(table.rule if is_old else "", table.rule if is_new else "")
    return TableDiff(columns, head, rule, tuple(rows))


def _columns(old: Table, new: Table) -> list[Pair]:
    heads = common([cell.key for cell in old.head.cells], [cell.key for cell in new.head.cells])
    bodies_old, bodies_new = _bodies(old), _bodies(new)
    found: list[Pair] = []
    i = j = 0
    for a, b in [*heads, (old.columns, new.columns)]:
        inner = common(bodies_old[i:a], bodies_new[j:b]) if old.rows and new.rows else []
        if a - i == b - j:
            inner = [(n, n) for n in range(a - i)]
        found += [(i + x, j + y) for x, y in inner]
        if a < old.columns:
            found.append((a, b))
        i, j = a + 1, b + 1
    return found


def _bodies(table: Table) -> list[str]:
    return ["\0".join(row.cells[n].key for row in table.rows) for n in range(table.columns)]


def _rows(old: Sequence[TableRow], new: Sequence[TableRow], columns: list[Pair]) -> list[Pair]:
    """Rows that are the same, then in the gaps those with the same first cell, then those that share a cell."""
    if not columns:
        return []
    keys_old = ["\0".join(row.cells[a].key for a, _b in columns) for row in old]
    keys_new = ["\0".join(row.cells[b].key for _a, b in columns) for row in new]
    found: list[Pair] = []
    i = j = 0
    for a, b in [*common(keys_old, keys_new), (len(old), len(new))]:
        found += _gap(old[i:a], new[j:b], columns, i, j)
        if a < len(old):
            found.append((a, b))
        i, j = a + 1, b + 1
    return found


def _gap(
    old: Sequence[TableRow], new: Sequence[TableRow], columns: list[Pair], at_old: int, at_new: int
) -> list[Pair]:
    first_old, first_new = columns[0]
    firsts = common([row.cells[first_old].key for row in old], [row.cells[first_new].key for row in new])
    found: list[Pair] = []
    i = j = 0
    for a, b in [*firsts, (len(old), len(new))]:
        if a - i == b - j:
            pairs = [(i + n, j + n) for n in range(a - i)]
            found += [(x, y) for x, y in pairs if len(columns) == 1 or _share(old[x], new[y], columns)]
        if a < len(old):
            found.append((a, b))
        i, j = a + 1, b + 1
    return [(at_old + a, at_new + b) for a, b in found]


def _share(old: TableRow, new: TableRow, columns: list[Pair]) -> bool:
    return any(old.cells[a].key == new.cells[b].key != "" for a, b in columns)


def _merged(pairs: Sequence[Pair], old: int, new: int) -> Iterator[tuple[int | None, int | None]]:
    """All indexes of both sides in order: what went before what came, then each pair."""
    i = j = 0
    for a, b in [*pairs, (old, new)]:
        yield from ((n, None) for n in range(i, a))
        yield from ((None, n) for n in range(j, b))
        if a < old:
            yield a, b
        i, j = a + 1, b + 1


def _row(old: TableRow | None, new: TableRow | None, columns: Sequence[ColumnDiff]) -> RowDiff:
    cells = tuple(
        _cell(
            old.cells[column.old] if old is not None and column.old is not None else None,
            new.cells[column.new] if new is not None and column.new is not None else None,
        )
        for column in columns
    )
    lead = layout(old.lead if old else "", new.lead if new else "")
    tail = layout(old.tail if old else "", new.tail if new else "")
    return RowDiff(_kind(old, new), cells, lead, tail)


def _cell(old: Cell | None, new: Cell | None) -> tuple[Piece, ...]:
    lead = layout(old.lead if old else "", new.lead if new else "")
    tail = layout(old.tail if old else "", new.tail if new else "")
    if old is None or new is None:
        only, kind = (new, PieceKind.added) if old is None else (old, PieceKind.removed)
        return (*lead, *(kept(tokens(only.text), kind) if only else ()), *tail)
    return (*lead, *compare(tokens(old.text), tokens(new.text)), *tail)


def _kind(old: object | None, new: object | None) -> PieceKind:
    if old is None:
        return PieceKind.added
    return PieceKind.removed if new is None else PieceKind.same
