"""A table as rows of cells, without losing a character of its source."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sopdesk.text import lines

_BAR = re.compile(r"\\.|(`+)|\|", re.DOTALL)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` with the blanks and the bar around it."""

    lead: str
    text: str
    tail: str

    @property
    def key(self) -> str:
        return _SPACES.sub(" ", self.text)


@dataclass(frozen=True, slots=True)
class TableRow:
    """`lead` and `tail` are what stands outside the cells: the first bar, cells too many, the line end."""

    lead: str
    cells: tuple[Cell, ...]
    tail: str

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(cell.key for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """The head, the line under it with each column's alignment ("start", "center", "end", ""), and the rows."""

    head: TableRow
    rule: str
    aligned: tuple[str, ...]
    rows: tuple[TableRow, ...]

    @property
    def columns(self) -> int:
        return len(self.head.cells)


def read(source: str) -> Table:
    """The table that `source` (a block of form "table") holds. Every row has as many cells as the head."""
    rows = lines.split(source)
    head = _row(rows[0])
    width = len(head.cells)
    rule = _row(rows[1])
    aligned = tuple(_alignment(cell.text) for cell in rule.cells)
    return Table(
        head,
        rows[1],
        (aligned + ("",) * width)[:width],
        tuple(_fitted(_row(row), width) for row in rows[2:]),
    )


def _alignment(mark: str) -> str:
    start, end = mark.startswith(":"), mark.endswith(":")
    if start and end:
        return "center"
    return "end" if end else "start" if start else ""


def _row(source: str) -> TableRow:
    body = lines.bare(source)
    end = source[len(body) :]
    lead = body[: len(body) - len(body.lstrip())]
    body = body[len(lead) :]
    if body.startswith("|"):
        lead, body = f"{lead}|", body[1:]
    cells = list(_cells(body))
    if len(cells) > 1 and not cells[-1].text:
        last = cells.pop()
        end = last.lead + last.tail + end
    return TableRow(lead, tuple(cells), end)


def _cells(body: str) -> Iterator[Cell]:
    """The cells of a row, cut at bars that are neither escaped nor inside code."""
    start = 0
    for bar in _bars(body):
        yield _cell(body[start:bar], "|")
        start = bar + 1
    yield _cell(body[start:], "")


def _bars(body: str) -> Iterator[int]:
    code = ""
    for match in _BAR.finditer(body):
        if match[1]:
            code = "" if match[1] == code else code or _closed(body, match)
        elif match[0] == "|" and not code:
            yield match.start()


def _closed(body: str, opening: re.Match[str]) -> str:
    """The backticks that open code, "" when the row never closes them."""
    return opening[1] if body.find(opening[1], opening.end()) >= 0 else ""


def _cell(source: str, bar: str) -> Cell:
    text = source.strip()
    at = source.find(text) if text else len(source)
    return Cell(source[:at], text, source[at + len(text) :] + bar)


def _fitted(row: TableRow, width: int) -> TableRow:
    """Cells too many are not shown (the page drops them); missing ones are empty."""
    extra = "".join(cell.lead + cell.text + cell.tail for cell in row.cells[width:])
    missing = (Cell("", "", ""),) * max(0, width - len(row.cells))
    return TableRow(row.lead, row.cells[:width] + missing, extra + row.tail)
