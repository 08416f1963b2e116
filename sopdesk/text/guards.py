"""What is refused before parsing, so that no text can hang a page, hide its direction or break a page's
bytes.

Limits come from measurements of Python-Markdown 3.11 (tests/text/test_guards.py keeps them honest): an
unclosed `[` is searched to the end of its paragraph by each of five patterns (10 KB of `[` take 10 s, 4.8
million characters a second), `](` likewise; a rule, heading or half-written definition re-reads the rest of
its block; nested quotes and lists recurse; a table row costs as many cells as the header has columns.
"""

import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from sopdesk.text import lines
from sopdesk.text.problems import Problem
from sopdesk.text.scanning import Piece, PieceKind, scan

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_UNCLOSED = 200
MAX_RUN = 20_000
MAX_BRACKET_WORK = 1_500_000
MAX_LINK_WORK = 3_000_000
LINK_WINDOW = 2_000
MAX_REREADS = 100
MAX_CELLS = 20_000
MAX_PIPES = 300
MAX_PARTS = 10_000
MAX_MARKS = 20_000
MAX_HEADING = 500
MAX_PROBLEMS = 20

_BIDI = "\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f" + _BIDI + "\ud800-\udfff\ufffe\uffff]")
_BIDI_CONTROL = re.compile(f"[{_BIDI}]")
_NUMERIC_ENTITY = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}))(?![0-9a-fA-F])")
_REREAD = re.compile(r"^[ ]{0,3}(?:([-*_])(?:[ ]*\1){2,}[ ]*$|#{1,6}[ \t]|\[[^\]]*\]:)")
_NEST = re.compile(r"[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}\.(?=[ \t]))")
_RULE_LINE = re.compile(r"^[ ]*([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_MARK = re.compile(r"[\[`*_<&\\]|[ ]{2}\n")
_BRACKET = re.compile(r"[\[\]]")
_LINK_TAIL = re.compile(r"\]\(")
_PLAIN_TAIL = re.compile(
    r"\]\([ ]*<?[^()<>\s\"']{0,2000}>?(?:[ ]+(?:\"[^\"()]{0,500}\"|'[^'()]{0,500}'))?[ ]*\)"
)


class TextRefused(ValueError):
    """A text that is not taken. `problems` names each place and how to mend it; the text is not lost."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{_('Line')} {item.line}: {item.what} {item.how}" for item in problems))


@dataclass(slots=True)
class _Work:
    """What parsing would cost so far, in characters read again."""

    brackets: int = 0
    links: int = 0
    cells: int = 0
    ticks: int = 0
    parts: int = 0
    marks: int = 0


def admit(source: str) -> list[Piece]:
    """The pieces of a source that may be parsed (see `scanning.scan`).

    Raises TextRefused with at most 20 problems when it is too large, hides characters or would be slow to parse.
    Linear in the length of the source.
    """
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise TextRefused((_too_large(size),))
    _raise_first(_in_lines(source))
    pieces = scan(source)
    _raise_first(_in_pieces(pieces))
    return pieces


def _raise_first(problems: Iterator[Problem]) -> None:
    found = tuple(islice(problems, MAX_PROBLEMS))
    if found:
        raise TextRefused(found)


def _in_lines(source: str) -> Iterator[Problem]:
    nested = 0
    for number, line in enumerate(lines.split(source), start=1):
        text = lines.bare(line)
        yield from _characters(number, text)
        depth = _depth(text)
        nested += depth
        if depth > MAX_DEPTH or nested > 2 * MAX_PARTS:
            what = _("Quotes or lists are nested more than %(limit)d deep, or too often.") % {
                "limit": MAX_DEPTH
            }
            yield Problem(number, what, _("Flatten the list, or give the inner part a heading of its own."))
            nested = 0
        if len(text) > MAX_RUN:
            yield _too_long(number)


def _in_pieces(pieces: list[Piece]) -> Iterator[Problem]:
    """What parsing costs. Code is never parsed, so it is not counted."""
    work = _Work()
    opened = 0
    for piece in pieces:
        work.parts += 1
        opened = max(0, opened + (piece.kind is PieceKind.open) - (piece.kind is PieceKind.close))
        if opened > MAX_DEPTH:
            what = _("More than %(limit)d ::: blocks stand inside each other.") % {"limit": MAX_DEPTH}
            yield Problem(piece.line, what, _("Close each with a line of its own: :::"))
            return
        if piece.kind is PieceKind.heading:
            yield from _heading(piece, work)
        elif piece.kind is PieceKind.chunk:
            yield from _chunk(piece, work)
        if work.parts > MAX_PARTS or work.marks > MAX_MARKS:
            what = _("The text has too many paragraphs, list items or marks.")
            yield Problem(
                piece.line, what, _("Split it into several documents, or put raw data into ``` code.")
            )
            return


def _heading(piece: Piece, work: _Work) -> Iterator[Problem]:
    work.marks += len(_MARK.findall(piece.text))
    if len(piece.text) > MAX_HEADING:
        what = _("A heading has more than %(limit)d characters.") % {"limit": MAX_HEADING}
        yield Problem(piece.line, what, _("Shorten it; the details belong in the text below."))


def _chunk(piece: Piece, work: _Work) -> Iterator[Problem]:
    for start, block in lines.blocks(piece.text):
        yield from _block(piece.line + start - 1, block, work)
        for number, run in lines.inline_runs(piece.line + start - 1, block):
            yield from _run(number, run, work)


def _too_large(size: int) -> Problem:
    what = _("The text is %(size)d KB; at most %(limit)d KB are taken.")
    return Problem(
        1,
        what % {"size": -(-size // 1000), "limit": MAX_BYTES // 1000},
        _("Split it into several documents that link to each other."),
    )


def _too_long(number: int) -> Problem:
    what = _("A paragraph has more than %(limit)d characters.") % {"limit": MAX_RUN}
    return Problem(number, what, _("Split it with blank lines."))


def _characters(number: int, line: str) -> Iterator[Problem]:
    found = _FORBIDDEN.search(line)
    codes = [ord(found[0])] if found else []
    for entity in _NUMERIC_ENTITY.finditer(line):
        code = int(entity[1], 16) if entity[1] else int(entity[2])
        if code not in (9, 10, 13) and (code > 0x10FFFF or _FORBIDDEN.match(chr(code))):
            codes.append(code)
            break
    for code in codes:
        direction = code <= 0x10FFFF and _BIDI_CONTROL.match(chr(code))
        what = (
            _("An invisible character (U+%(code)04X) changes the direction of the text after it.")
            if direction
            else _("A control character (U+%(code)04X) cannot be shown.")
        )
        yield Problem(number, what % {"code": code}, _("Delete it, or type the line again by hand."))


def _depth(line: str) -> int:
    """How many quotes and list items a line opens, or how deep it is indented as an item."""
    if not line.strip() or _RULE_LINE.match(line):
        return 0
    depth, at = 0, 0
    while match := _NEST.match(line, at):
        depth, at = depth + 1, match.end()
    if not depth:
        return 0
    expanded = line.expandtabs(4)
    return max(depth, (len(expanded) - len(expanded.lstrip(" "))) // 4)


def _block(start: int, block: list[str], work: _Work) -> Iterator[Problem]:
    rereads = [start + index for index, line in enumerate(block) if _REREAD.match(line)]
    if len(rereads) > MAX_REREADS:
        yield Problem(
            rereads[MAX_REREADS],
            _("More than %(limit)d rules, headings or link definitions follow without a blank line.")
            % {"limit": MAX_REREADS},
            _("Put a blank line between them."),
        )
    if lines.is_table(block):
        columns = block[0].count("|") + 1
        work.cells += columns * len(block)
        if work.cells > MAX_CELLS or columns > MAX_PIPES:
            yield Problem(
                start,
                _("The tables have more than %(limit)d cells.") % {"limit": MAX_CELLS},
                _("Split the table, or attach it as a file."),
            )
            work.cells = 0


def _run(number: int, run: str, work: _Work) -> Iterator[Problem]:
    work.parts += 1
    work.marks += len(_MARK.findall(run))
    if len(run) > MAX_RUN:
        yield _too_long(number)
        return
    yield from _brackets(number, run, work)
    yield from _links(number, run, work)
    pipes = run.count("|")
    work.ticks += pipes * run.count("`")
    if (pipes > MAX_PIPES and "\n" not in run) or work.ticks > MAX_BRACKET_WORK:
        yield Problem(
            number, _("The line has too many table bars."), _("Split the table into narrower ones.")
        )
        work.ticks = 0


def _brackets(number: int, run: str, work: _Work) -> Iterator[Problem]:
    opened: list[int] = []
    for match in _BRACKET.finditer(run):
        if match[0] == "[":
            opened.append(match.start())
        elif opened:
            work.brackets += match.start() - opened.pop()
    work.brackets += sum(len(run) - position for position in opened)
    if len(opened) > MAX_UNCLOSED or work.brackets > MAX_BRACKET_WORK:
        line = number + run.count("\n", 0, opened[0]) if opened else number
        yield Problem(
            line,
            _("Too many square brackets are nested or never closed."),
            _("Close each [ with a ], or write \\[ for a bracket that is only text."),
        )
        work.brackets = 0


def _links(number: int, run: str, work: _Work) -> Iterator[Problem]:
    for match in _LINK_TAIL.finditer(run):
        work.links += (
            0 if _PLAIN_TAIL.match(run, match.start()) else min(LINK_WINDOW, len(run) - match.start())
        )
        if work.links > MAX_LINK_WORK:
            yield Problem(
                number + run.count("\n", 0, match.start()),
                _("Too many links have no end or brackets inside their address."),
                _("Close each link with ), and write %28 and %29 for brackets in an address."),
            )
            work.links = 0
            return


def forbidden_named_entities() -> frozenset[str]:
    """Named entities of HTML that stand for a refused character; none does today, and a test watches it."""
    return frozenset(name for name, text in html.entities.html5.items() if _FORBIDDEN.search(text))
