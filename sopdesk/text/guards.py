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

from django.utils.translation import gettext as _

from sopdesk.text import lines
from sopdesk.text.problems import Problem

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_UNCLOSED = 200
MAX_RUN = 20_000
MAX_BRACKET_WORK = 1_500_000
MAX_LINK_WORK = 3_000_000
LINK_WINDOW = 2_000
MAX_REREADS = 200
MAX_CELLS = 20_000
MAX_PIPES = 300
MAX_PROBLEMS = 20

_BIDI = "\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f" + _BIDI + "\ud800-\udfff\ufffe\uffff]")
_BIDI_CONTROL = re.compile(f"[{_BIDI}]")
_NUMERIC_ENTITY = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}))(?![0-9a-fA-F])")
_REREAD = re.compile(r"^[ ]{0,3}(?:([-*_])(?:[ ]*\1){2,}[ ]*$|#{1,6}[ \t]|\[[^\]]*\]:)")
_NEST = re.compile(r"[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}\.(?=[ \t]))")
_RULE_LINE = re.compile(r"^[ ]*([-*_])(?:[ \t]*\1){2,}[ \t]*$")
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


def check(source: str) -> None:
    """Refuse a source that is too large, hides characters or would be slow to parse.

    Raises TextRefused with at most 20 problems. Linear in the length of the source.
    """
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise TextRefused((_too_large(size),))
    found: list[Problem] = []
    for problem in _all(source):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    if found:
        raise TextRefused(tuple(found))


def _all(source: str) -> Iterator[Problem]:
    for number, line in enumerate(lines.split(source), start=1):
        yield from _characters(number, lines.bare(line))
        yield from _depth(number, lines.bare(line))
    work = _Work()
    for start, block in lines.blocks(source):
        yield from _block(start, block, work)
        for number, run in lines.inline_runs(start, block):
            yield from _run(number, run, work)


def _too_large(size: int) -> Problem:
    what = _("The text is %(size)d KB; at most %(limit)d KB are taken.")
    return Problem(
        1,
        what % {"size": -(-size // 1000), "limit": MAX_BYTES // 1000},
        _("Split it into several documents that link to each other."),
    )


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


def _depth(number: int, line: str) -> Iterator[Problem]:
    if not line.strip() or _RULE_LINE.match(line):
        return
    depth, at = 0, 0
    while match := _NEST.match(line, at):
        depth, at = depth + 1, match.end()
    indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip(" "))
    if depth > MAX_DEPTH or (depth and indent // 4 > MAX_DEPTH):
        yield Problem(
            number,
            _("Quotes or lists are nested more than %(limit)d deep.") % {"limit": MAX_DEPTH},
            _("Flatten the list, or give the inner part a heading of its own."),
        )


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
    if len(run) > MAX_RUN:
        yield Problem(
            number,
            _("A paragraph has more than %(limit)d characters.") % {"limit": MAX_RUN},
            _("Split it with blank lines."),
        )
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
