"""Lines and paragraphs of a source, counted the same way by everything that reads it."""

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTE_MARKS = re.compile(r"^[ >]*>[ ]?")
BULLET = re.compile(r"^[ ]*[-*+][ \t]+")
NUMBER = re.compile(r"^[ ]*\d+\.[ \t]+")
_TABLE_RULE = re.compile(r"^[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")


def split(source: str) -> list[str]:
    """Lines with their endings (LF, CRLF or CR): joined they give the source back exactly."""
    return _LINE.findall(source)


def bare(line: str) -> str:
    """A line without its ending."""
    return line.rstrip("\r\n")


def unquoted(line: str) -> str:
    """A line without its ending and without the `>` marks before it."""
    return _QUOTE_MARKS.sub("", bare(line), count=1)


def blocks(source: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines with no blank line between them, as (number of the first line, lines without quote
    marks).
    """
    start, run = 1, list[str]()
    for number, line in enumerate(split(source), start=1):
        text = unquoted(line)
        if text.strip():
            if not run:
                start = number
            run.append(text)
        elif run:
            yield start, run
            run = []
    if run:
        yield start, run


def is_table(block: list[str]) -> bool:
    """Whether a block reads as a table: its second line rules off columns."""
    return len(block) > 1 and "|" in block[0] and _TABLE_RULE.match(block[1]) is not None


def inline_runs(start: int, block: list[str]) -> Iterator[tuple[int, str]]:
    """The stretches of a block that are parsed as one piece of running text: a table row, a list item, a
    paragraph.

    A marker of another kind than the first one does not start an item (as in Python-Markdown's sane lists),
    unless it is indented.
    """
    if is_table(block):
        yield from enumerate(block, start=start)
        return
    ordered = NUMBER.match(block[0]) is not None
    first, run = start, list[str]()
    for number, line in enumerate(block, start=start):
        marker = NUMBER if ordered else BULLET
        begins = marker.match(line) or (
            line.startswith("    ") and (BULLET.match(line) or NUMBER.match(line))
        )
        if begins and run:
            yield first, "\n".join(run)
            first, run = number, []
        run.append(line)
    yield first, "\n".join(run)
