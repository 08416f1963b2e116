"""Tables of foreign HTML as Markdown's: merged cells unrolled, cells of several lines on one, the header found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element

from sopdesk.text import pasted_looks as looks
from sopdesk.text.guards import MAX_CELLS, MAX_PIPES
from sopdesk.text.pasted_blocks import Block, Code, Heading, Item, Paragraph, Quote, Table
from sopdesk.text.pasted_runs import Run, written

MOST_COLUMNS = 60
Inside = Callable[[Element], list[Block]]
_ENDS = (".", "!", "?", ":", ";", ",", "…", "。", "؟")


@dataclass(slots=True)
class _Cell:
    blocks: list[Block]
    text: str
    header: bool
    aligned: str


def table_blocks(table: Element, inside: Inside) -> list[Block]:
    """A table; or, of one that only lays out a page (one column, boxes of further blocks), what stands in it."""
    caption = [block for each in table if looks.tag(each) == "caption" for block in inside(each)]
    rows = [[_Cell(inside(cell), "", False, "") for cell in _cells(row)] for row in _rows(table)]
    if max((len(row) for row in rows), default=0) < 2 or _lays_out(rows):
        return [*caption, *(block for row in rows for cell in row for block in cell.blocks)]
    grid, heads = _grid(table, rows)
    width = max(map(len, grid), default=0)
    grid = [[*row, *[_Cell([], "", False, "")] * (width - len(row))] for row in grid]
    if width > MAX_PIPES // 2 or width * len(grid) > MAX_CELLS // 2:
        return [*caption, *(Paragraph([Run(" · ".join(cell.text for cell in row))]) for row in grid)]
    kept = [row for row in grid if any(cell.text for cell in row)]
    texts = [[cell.text for cell in row] for row in kept]
    if not texts:
        return caption
    if not heads and all(row[0].header and not any(cell.header for cell in row[1:]) for row in kept):
        texts.insert(0, [""] * width)
    return [*caption, Table(texts, _aligned(kept))]


def _rows(table: Element) -> Iterator[Element]:
    """The rows of this table, not of one within it; the head's first, the foot's last."""
    parts: dict[str, list[Element]] = {"thead": [], "tbody": [], "tfoot": []}
    for child in table:
        name = looks.tag(child)
        if name == "tr":
            parts["tbody"].append(child)
        elif name in parts:
            parts[name] += [row for row in child if looks.tag(row) == "tr"]
    yield from (row for name in ("thead", "tbody", "tfoot") for row in parts[name])


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if looks.tag(cell) in ("td", "th") and not looks.is_hidden(cell)][
        :MOST_COLUMNS
    ]


def _lays_out(rows: list[list[_Cell]]) -> bool:
    """Headings, tables, code and quotes stand in the boxes of a layout, not in the cells of a table."""
    boxes = (Heading, Table, Code, Quote)
    return any(isinstance(block, boxes) for row in rows for cell in row for block in cell.blocks)


def _grid(table: Element, rows: list[list[_Cell]]) -> tuple[list[list[_Cell]], bool]:
    """The cells where they stand. One merged downwards is repeated in each row, so that a row can be read alone; one
    merged sideways is repeated in a header only."""
    grid: list[list[_Cell]] = []
    hanging: dict[int, tuple[int, _Cell]] = {}
    heads = False
    for element, cells in zip(_rows(table), rows, strict=True):
        above = element.getparent()
        in_head = above is not None and looks.tag(above) == "thead"
        heads = heads or in_head
        line: list[_Cell] = []
        for source, cell in zip(_cells(element), cells, strict=True):
            _hang(line, hanging)
            cell.text, cell.aligned = _text(cell.blocks), looks.alignment(source)
            cell.header = looks.tag(source) == "th"
            across, down = _span(source, "colspan"), _span(source, "rowspan")
            for offset in range(min(across, MOST_COLUMNS - len(line)) or 1):
                repeated = offset == 0 or cell.header or in_head
                shown = cell if repeated else _Cell([], "", False, cell.aligned)
                if down > 1:
                    hanging[len(line)] = (down - 1, shown)
                line.append(shown)
        _hang(line, hanging)
        grid.append(line)
    return grid, heads


def _hang(line: list[_Cell], hanging: dict[int, tuple[int, _Cell]]) -> None:
    """Put cells from rows above that reach down to here where they belong."""
    while len(line) in hanging:
        left, cell = hanging.pop(len(line))
        if left > 1:
            hanging[len(line)] = (left - 1, cell)
            line.append(cell)
            continue
        line.append(cell)


def _span(cell: Element, name: str) -> int:
    said = (cell.get(name) or "1").strip()
    return (
        max(1, min(int(said), MOST_COLUMNS if name == "colspan" else 10_000))
        if said[:6].isdecimal() and len(said) < 7
        else 1
    )


def _text(blocks: list[Block]) -> str:
    """What stands in a cell, on one line: sentences after each other, entries of a list with a dot before each."""
    text = ""
    for block in blocks:
        piece = _piece(block)
        if not piece:
            continue
        glue = " " if not text or text.endswith(_ENDS) or isinstance(block, Item) else "; "
        text = f"{text}{glue}{piece}" if text else piece
    return text


def _piece(block: Block) -> str:
    if isinstance(block, Paragraph):
        return written(block.runs, line=" ", cell=True)
    if isinstance(block, Item):
        mark = f"{block.number}\\. " if block.ordered and block.number else "• "
        return mark + _text(block.blocks)
    return ""


def _aligned(rows: list[list[_Cell]]) -> list[str]:
    """How each column is aligned, where all of its body is."""
    ways: list[str] = []
    for column in range(len(rows[0])):
        said = {row[column].aligned for row in rows[1:] if row[column].text}
        ways.append(said.pop() if len(said) == 1 else "")
    return ways
