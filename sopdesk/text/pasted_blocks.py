"""Blocks of foreign HTML and how each is written as Markdown: paragraphs, headings, lists, quotes, code, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sopdesk.text.guards import MAX_HEADING
from sopdesk.text.pasted_runs import Run, safe_lines, short_enough, written

DEEPEST_LIST = 8
DEEPEST_QUOTE = 5


@dataclass(slots=True)
class Paragraph:
    runs: list[Run]


@dataclass(slots=True)
class Heading:
    """`anchor` is set where another place of the text links to it."""

    level: int
    runs: list[Run]
    anchor: str = ""


@dataclass(slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(slots=True)
class Rule:
    pass


@dataclass(slots=True)
class Table:
    """Rows of equally many cells, the header first; `aligned` holds "left", "center", "right" or "" a column."""

    rows: list[list[str]]
    aligned: list[str]


@dataclass(slots=True)
class Quote:
    blocks: list[Block]


@dataclass(slots=True)
class Item:
    """One entry of a list. Office programs say only how deep each stands, so items are kept flat and joined here."""

    level: int
    blocks: list[Block] = field(default_factory=list)
    ordered: bool = False
    number: int = 0


Block = Paragraph | Heading | Code | Rule | Table | Quote | Item


def as_markdown(blocks: Sequence[Block], *, nested: bool = False, quotes: int = 0) -> str:
    """Blocks as Markdown, a blank line between them; `nested` inside a list or a quote, `quotes` deep."""
    parts: list[str] = []
    items: list[Item] = []
    for block in [*blocks, None]:
        if isinstance(block, Item):
            items.append(block)
            continue
        if items:
            parts.append(_list(items, quotes))
            items = []
        if block is not None:
            parts.append(_one(block, nested=nested, quotes=quotes))
    return "\n\n".join(part for part in parts if part)


def _one(block: Block, *, nested: bool, quotes: int) -> str:
    match block:
        case Paragraph(runs):
            return "\n\n".join(safe_lines(piece) for piece in short_enough(written(runs)))
        case Heading(level, runs, anchor):
            return _heading(level, written(runs, line=" ", plain=True), anchor, nested=nested)
        case Code(text, language):
            return _indented(text) if nested else _fenced(text, language)
        case Table(rows, aligned):
            return _table(rows, aligned)
        case Quote(inner):
            return _quote(inner, quotes)
        case _:
            return "---"


def _heading(level: int, text: str, anchor: str, *, nested: bool) -> str:
    if not text:
        return ""
    if nested or len(text) + len(anchor) > MAX_HEADING - 20:
        return "\n\n".join(safe_lines(piece) for piece in short_enough(text))
    closing = re.sub(r"(#+)$", r"\\\1", text)
    return f"{'#' * level} {closing}" + (f" {{#{anchor}}}" if anchor else "")


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line.strip() else "" for line in text.split("\n"))


def _quote(blocks: list[Block], quotes: int) -> str:
    text = as_markdown(blocks, nested=True, quotes=quotes + 1)
    if not text or quotes >= DEEPEST_QUOTE:
        return text
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def _list(items: Iterable[Item], quotes: int) -> str:
    """Items as one list; each begins at a multiple of four columns, as Python-Markdown wants it."""
    lines: list[str] = []
    loose = False
    for level, mark, item in _numbered(items):
        text = as_markdown(item.blocks, nested=True, quotes=quotes)
        if not text:
            continue
        indent, first, *rest = "    " * (level - 1), *text.split("\n")
        if lines and (loose or (level == 1 and "\n\n" in text)):
            lines.append("")
        lines.append(f"{indent}{mark}{first}")
        lines += [f"{indent}    {line}" if line else "" for line in rest]
        loose = "\n\n" in text
    return "\n".join(lines)


def _numbered(items: Iterable[Item]) -> Iterator[tuple[int, str, Item]]:
    """Each with its level, which never grows by more than one at once, and its mark."""
    counts: list[int] = []
    for item in items:
        level = max(1, min(item.level, len(counts) + 1, DEEPEST_LIST))
        counts = [*counts[:level], 0][:level]
        counts[-1] = item.number or counts[-1] + 1
        yield level, f"{counts[-1]}. " if item.ordered else "- ", item


def _table(rows: list[list[str]], aligned: list[str]) -> str:
    rules = [{"right": "--:", "center": ":-:"}.get(way, "---") for way in aligned]
    lines = [rows[0], rules, *rows[1:]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
