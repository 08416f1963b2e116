"""The blocks of a section: paragraphs, list items, table, code. Their sources joined are the section's source.

They follow what the page makes of the text (`dialect`): a list begins after a blank line, `Outcome:` is a paragraph of
its own, four blanks at the start belong to a list or are code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sopdesk.text import lines
from sopdesk.text.inline import Token, plain_tokens, runs, tokens
from sopdesk.text.scanning import Piece, PieceKind, scan

_MARKER = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,9}\.)(?P<gap>[ \t]+)")
_QUOTE = re.compile(r"^[ ]{0,3}>(?:[ >]*>)?[ ]?")
_OUTCOME = re.compile(r"^(?:\*\*)?Outcome:(?:\*\*)?(?=\s|$)")
_RULE = re.compile(r"^[ ]{0,3}([-*_])(?:[ ]*\1){2,}[ ]*$")
_HEADING = re.compile(r"^(#{1,6}[ \t]*)?(.*?)((?:(?<![ \t])[ \t]*\{#[^\s{}]*\})?(?:[ \t]+#+)?[ \t]*)$")
_SPACES = re.compile(r"\s+")
_HARD_BREAK = re.compile(r"[ ]{2,}(?:\r\n|\r|\n)")
INDENT = 4


class Form(StrEnum):
    """What a block looks like."""

    bullet = "bullet"
    code = "code"
    directive = "directive"
    heading = "heading"
    number = "number"
    outcome = "outcome"
    paragraph = "paragraph"
    quote = "quote"
    rule = "rule"
    table = "table"


WORDLESS = frozenset({Form.code, Form.directive})
""" Forms in which no character is a mark of Markdown. """


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a section: `lead` (a list mark, say), `text`, and `tail`, the line end and blank lines after.

    `depth` counts how far it is indented, `level` is a heading's.
    """

    form: Form
    lead: str
    text: str
    tail: str
    depth: int = 0
    level: int = 0

    @property
    def source(self) -> str:
        return self.lead + self.text + self.tail

    @property
    def key(self) -> str:
        """The same for blocks that look the same: white space and the sort of bullet do not count."""
        if self.form in WORDLESS:
            return f"{self.form}{self.depth}\0{self.lead.strip()}\0{self.text}"
        text = _SPACES.sub(" ", _HARD_BREAK.sub("\v", self.text))
        return f"{self.form}{self.depth}{self.level}\0{text.strip(' ')}"

    def runs(self) -> list[Token]:
        """Its text for a reader, not for a comparison: words of one look as one token."""
        return plain_tokens(self.text) if self.form in WORDLESS else runs(self.text)

    def tokens(self) -> list[Token]:
        """Its text as tokens; their sources joined are `text`."""
        return plain_tokens(self.text) if self.form in WORDLESS else tokens(self.text)


def split(source: str, heading: str = "", level: int = 0) -> tuple[Block, ...]:
    """The blocks of a section whose source, after its heading's own lines, is `source`."""
    found: list[Block] = []
    if heading:
        found.append(_heading(heading, level))
    for piece in scan(source):
        if piece.kind is PieceKind.chunk:
            _add_chunk(found, piece)
        else:
            found.append(_whole(piece))
    return tuple(found)


def _heading(source: str, level: int) -> Block:
    """A heading's words; its marks and its anchor stand around them."""
    match = _HEADING.match(lines.bare(lines.split(source)[0]))
    if match is None or not match[2]:
        return Block(Form.heading, "", "", source, level=level)
    lead = match[1] or ""
    end = len(lead) + len(match[2])
    return Block(Form.heading, lead, source[len(lead) : end], source[end:], level=level)


def _whole(piece: Piece) -> Block:
    """Fenced code with its fences around it, or the line of a `:::` block."""
    text = lines.bare(piece.source)
    if piece.kind is not PieceKind.code:
        form = Form.directive if piece.kind in (PieceKind.open, PieceKind.close) else Form.paragraph
        return Block(form, "", text, piece.source[len(text) :])
    rows = piece.rows
    last = 1 if piece.closed and len(rows) > 1 else 0
    lead, tail = rows[0], "".join(rows[len(rows) - last :])
    return Block(Form.code, lead, piece.source[len(lead) : len(piece.source) - len(tail)], tail)


def _add_chunk(found: list[Block], piece: Piece) -> None:
    for run, blank in _runs(piece.rows):
        if not run:
            _append_blank(found, blank)
            continue
        made = list(_blocks(run, found))
        made[-1] = replace(made[-1], tail=made[-1].tail + blank)
        found += made


def _runs(rows: list[str]) -> Iterator[tuple[list[str], str]]:
    """Lines up to a blank one, and the blank lines after them."""
    run: list[str] = []
    blank = ""
    for row in rows:
        if row.strip():
            if blank or (run and _is_quote(row) != _is_quote(run[0])):
                yield run, blank
                run, blank = [], ""
            run.append(row)
        else:
            blank += row
    if run or blank:
        yield run, blank


def _is_quote(row: str) -> bool:
    return _QUOTE.match(row) is not None


def _append_blank(found: list[Block], blank: str) -> None:
    if found:
        found[-1] = replace(found[-1], tail=found[-1].tail + blank)
    else:
        found.append(Block(Form.paragraph, blank, "", ""))


def _blocks(run: list[str], before: list[Block]) -> Iterator[Block]:
    if lines.is_table([lines.unquoted(row) for row in run]):
        yield Block(Form.table, "", "".join(run), "")
        return
    listed = _MARKER.match(run[0]) is not None
    group: list[str] = []
    for row in run:
        if group and _begins(row, run, listed=listed):
            yield _block(group, before)
            group = []
        group.append(row)
    yield _block(group, before)


def _begins(row: str, run: list[str], *, listed: bool) -> bool:
    """Whether a line within a run of lines starts a block of its own."""
    if _is_quote(row) or _OUTCOME.match(row) or _RULE.match(lines.bare(row)):
        return True
    marker = _MARKER.match(row)
    return marker is not None and (listed or _width(marker["indent"]) >= INDENT)


def _block(rows: list[str], before: list[Block]) -> Block:
    source = "".join(rows)
    text = source.rstrip("\r\n")
    tail = source[len(text) :]
    marker, quote = _MARKER.match(text), _QUOTE.match(text)
    if _RULE.match(text):
        return Block(Form.rule, text, "", tail)
    if marker is not None:
        form = Form.number if marker["mark"][-1] == "." else Form.bullet
        return _cut(form, text, tail, marker.end(), _width(marker["indent"]) // INDENT)
    if quote is not None:
        return _cut(Form.quote, text, tail, quote.end(), quote[0].count(">") - 1)
    indent = len(text) - len(text.lstrip(" \t"))
    depth = _width(text[:indent]) // INDENT
    if depth and not _in_list(before):
        return _cut(Form.code, text, tail, indent, 0)
    form = Form.outcome if _OUTCOME.match(text) else Form.paragraph
    return _cut(form, text, tail, indent, depth)


def _cut(form: Form, text: str, tail: str, at: int, depth: int) -> Block:
    return Block(form, text[:at], text[at:], tail, depth)


def _in_list(before: list[Block]) -> bool:
    """Whether an indented paragraph belongs to a list item above it."""
    for block in reversed(before):
        if block.form in (Form.bullet, Form.number):
            return True
        if not block.depth:
            return False
    return False


def _width(indent: str) -> int:
    return len(indent.expandtabs(INDENT))
