"""Running text as its words, each with how it looks: what a difference compares and draws.

Nothing of the source is dropped: a mark such as `**` belongs to the word it opens before or closes after, so the
sources of all tokens joined are the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sopdesk.text.dialect import REFERENCE

# Letters of scripts that are written without spaces stand alone; a number keeps its separators.
_SPACELESS = r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
WORD = rf"{_SPACELESS}|\d+(?:[.,:]\d+)*|[^\W_]+?(?={_SPACELESS})|[^\W_]+(?:['’_]+[^\W_]+)*"
_ADDRESS = r"\((?P<{0}><[^<>\n]{{0,1000}}>|[^\s()<>]{{0,1000}})(?:[ \n]+(?:\"[^\"]{{0,300}}\"|'[^']{{0,300}}'))?[ ]*\)"
_MARKS = (
    rf"(?P<escape>\\[\\`*_{{}}\[\]()>#+.!|-])|(?P<ticks>`+)|(?P<reference>{REFERENCE})"
    rf"|(?P<image>!\[(?P<alt>[^\[\]]{{0,500}})\]{_ADDRESS.format('src')})"
    rf"|(?P<link>\[)(?=(?P<inside>[^\[\]]{{1,500}})\]{_ADDRESS.format('href')})"
    r"|(?P<auto><https?://[^\s<>]{1,1000}>)|(?P<emphasis>\*{1,3}|_{1,3})|(?P<break>[ ]{2,}(?:\r\n|\r|\n))"
    r"|(?P<space>\s+)"
)
_TOKEN = re.compile(rf"{_MARKS}|(?P<word>{WORD})|(?P<other>[\s\S])")
_RUN = re.compile(rf"(?P<word>[^\s\\`*_\[\]<!]+(?:[ ][^\s\\`*_\[\]<!]+)*)|{_MARKS}|(?P<other>[\s\S])")
_LINK_END = re.compile(rf"\]{_ADDRESS.format('href')}")
_PLAIN = re.compile(rf"(?P<space>\s+)|(?P<word>{WORD})|(?P<other>[\s\S])")
_TICKS = re.compile(r"`+")
BREAK = "\n"
REACH = 8
"""How many open marks back the partner of a closing one is looked for."""


class Style(NamedTuple):
    """How a word looks. `link` is the address it leads to, `image` a picture's, `reference` says `[[…]]`."""

    strong: bool = False
    em: bool = False
    code: bool = False
    link: str = ""
    image: str = ""
    reference: bool = False


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a blank or a mark as shown; `source` holds all characters that belong to it."""

    source: str
    shown: str
    style: Style = PLAIN

    @property
    def blank(self) -> bool:
        return self.shown == " "


class _Raw(NamedTuple):
    """A stretch of source: `shown` is "" for a mark, which `opens` what follows or closes what stands before."""

    source: str
    shown: str
    kind: str
    value: str = ""
    opens: bool = False


def tokens(text: str) -> list[Token]:
    """`text` (one paragraph, list item or cell) as tokens; their sources joined are `text`. Linear in its length."""
    return _tokens(text, _TOKEN)


def runs(text: str) -> list[Token]:
    """The same with all words of one look between two marks as one token: quicker, where they are not compared."""
    return _tokens(text, _RUN)


def _tokens(text: str, pattern: re.Pattern[str]) -> list[Token]:
    raw = list(_raw(text, pattern))
    return _attached(_styled(raw, _emphasis(raw)))


def plain_tokens(text: str) -> list[Token]:
    """`text` in which nothing is a mark: code, a directive. Line ends are tokens of their own."""
    found: list[Token] = []
    for match in re.finditer(rf"\r\n|\r|\n|[^\S\r\n]+|{WORD}|[\s\S]", text):
        shown = BREAK if match[0] in ("\r\n", "\r", "\n") else match[0]
        found.append(Token(match[0], shown))
    return found


def _raw(text: str, pattern: re.Pattern[str]) -> Iterator[_Raw]:
    ticks = _tick_runs(text)
    link_ends: set[int] = set()
    at = 0
    while at < len(text):
        if at in link_ends:
            end = _LINK_END.match(text, at)
            if end is not None:
                yield _Raw(end[0], "", "link_end")
                at = end.end()
                continue
        match = pattern.match(text, at)
        if match is None:  # cannot be: `other` takes any character
            return
        length = len(match["ticks"] or "")
        if length and (end_at := _code_end(ticks, at, length)):
            yield from _code(text, at, length, end_at)
            at = end_at
            continue
        if match["link"]:
            link_ends.add(at + 1 + len(match["inside"]))
        yield _of(match)
        at = match.end()


def _of(match: re.Match[str]) -> _Raw:
    source = match[0]
    if match["escape"]:
        return _Raw(source, source[1:], "word")
    if match["reference"]:
        return _Raw(source, source[2:-2], "reference")
    if match["image"]:
        return _Raw(source, match["alt"] or "…", "image", match["src"].strip("<>"))
    if match["link"]:
        return _Raw(source, "", "link", match["href"].strip("<>"), opens=True)
    if match["auto"]:
        return _Raw(source, source[1:-1], "auto", source[1:-1])
    if match["emphasis"]:
        return _Raw(source, source, "emphasis")
    if match["break"]:
        return _Raw(source, BREAK, "break")
    return _Raw(source, " " if match["space"] else source, "space" if match["space"] else "word")


def _tick_runs(text: str) -> dict[int, list[int]]:
    """Where each run of backticks starts, by its length."""
    runs: dict[int, list[int]] = {}
    for match in _TICKS.finditer(text):
        runs.setdefault(len(match[0]), []).append(match.start())
    return runs


def _code_end(runs: dict[int, list[int]], at: int, length: int) -> int:
    """Where the code that begins at `at` ends, or 0 when its marks are never closed."""
    starts = runs.get(length, [])
    following = bisect_right(starts, at)
    return starts[following] + length if following < len(starts) else 0


def _code(text: str, at: int, length: int, end: int) -> Iterator[_Raw]:
    yield _Raw(text[at : at + length], "", "mark", opens=True)
    for match in _PLAIN.finditer(text, at + length, end - length):
        yield _Raw(match[0], " " if match["space"] else match[0], "code")
    yield _Raw(text[end - length : end], "", "mark")


def _emphasis(raw: list[_Raw]) -> dict[int, tuple[int, bool]]:
    """Which of the `*` and `_` are marks: index -> (how many, whether it opens)."""
    waiting: list[int] = []
    found: dict[int, tuple[int, bool]] = {}
    for index, piece in enumerate(raw):
        if piece.kind != "emphasis":
            continue
        before = raw[index - 1].source[-1:] if index else ""
        after = raw[index + 1].source[:1] if index + 1 < len(raw) else ""
        inner = piece.source[0] == "_" and before.isalnum() and after.isalnum()
        near = range(len(waiting) - 1, max(-1, len(waiting) - 1 - REACH), -1)
        place = next((n for n in near if raw[waiting[n]].source == piece.source), None)
        if place is not None and before.strip() and not inner and waiting[place] < index - 1:
            found[waiting[place]], found[index] = (len(piece.source), True), (len(piece.source), False)
            del waiting[place:]
        elif after.strip() and not inner:
            waiting.append(index)
    return found


def _styled(raw: list[_Raw], emphasis: dict[int, tuple[int, bool]]) -> Iterator[tuple[_Raw, Style]]:
    strong = em = 0
    link = ""
    for index, piece in enumerate(raw):
        if index in emphasis:
            count, opens = emphasis[index]
            step = 1 if opens else -1
            strong += step if count >= 2 else 0
            em += step if count != 2 else 0
            yield _Raw(piece.source, "", "mark", opens=opens), PLAIN
            continue
        if piece.kind == "link":
            link = piece.value
        elif piece.kind == "link_end":
            link = ""
        yield piece, _style(strong > 0, em > 0, link, piece)


def _style(strong: bool, em: bool, link: str, piece: _Raw) -> Style:
    if not (strong or em or link) and piece.kind in ("word", "space", "emphasis", "break"):
        return PLAIN
    image = piece.value if piece.kind == "image" else ""
    link = piece.value if piece.kind == "auto" else link
    return Style(strong, em, piece.kind == "code", link, image, piece.kind == "reference")


def _attached(styled: Iterator[tuple[_Raw, Style]]) -> list[Token]:
    """Marks joined to the word that they open before or close after."""
    found: list[Token] = []
    pending = ""
    for piece, style in styled:
        if piece.shown:
            found.append(Token(pending + piece.source, piece.shown, style))
            pending = ""
        elif piece.opens or not found or pending:
            pending += piece.source
        else:
            last = found[-1]
            found[-1] = Token(last.source + piece.source, last.shown, last.style)
    if pending and found:
        last = found[-1]
        found[-1] = Token(last.source + pending, last.shown, last.style)
    elif pending:
        found.append(Token(pending, pending))
    return found
