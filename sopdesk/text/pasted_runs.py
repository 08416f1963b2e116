"""Running text of foreign HTML as Markdown: what is bold, linked or code, with every accidental mark escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

from sopdesk.text.addresses import is_safe_link, readable
from sopdesk.text.dialect import REFERENCE
from sopdesk.text.guards import MAX_RUN

BREAK = "\n"
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_REFERENCE = re.compile(REFERENCE)
_MARKS = re.compile(r"[\\`*\[]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|<(?=https?://|[^\s<>]+@)")
_AT_START = re.compile(r"^(#{1,6}(?=\s|$)|>|[-+](?=\s|$|[-+ ]*$)|\|)")
_NUMBERED = re.compile(r"^(\d{1,9})\.(?=\s|$)")
_AS_ENTITY = re.compile(r"^(:(?=::)|~(?=~~)|=(?==*$))")
_ADDRESS_MARKS = re.compile(r"[\s()<>\[\]\\\"'`*_|{}]")
_AUTOLINK = re.compile(r"https?://[^\s<>]{1,2000}|[^\s<>!:/@&]{1,200}@[^\s<>:/@&]{1,200}")
_RAISED = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_CUT = re.compile(r"(?s).{1,15000}(?:[.!?。！？؟](?=\s)|\s|$)|.{1,15000}")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one look. `picture` runs hold an address in `text` and its description in `href`."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    href: str = ""
    picture: bool = False


def cleaned(text: str) -> str:
    """Text without the characters that the text pipeline refuses, white space as a page shows it."""
    return _SPACES.sub(" ", _REFUSED.sub("", text))


def raised(text: str) -> str:
    """A superscript as characters of its own where there are such (m², 10⁻³), else as it is."""
    known = "0123456789+-()n"
    return text.translate(_RAISED) if text and all(char in known for char in text) else text


def paragraphs(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs parted where two line breaks follow each other, and without blanks at their ends."""
    found: list[list[Run]] = [[]]
    broken = False
    for run in runs:
        if run.text == BREAK and not run.picture:
            if broken:
                found.append([])
            broken = not broken
            if found[-1]:
                found[-1].append(run)
            continue
        if run.text.strip() or run.picture:
            broken = False
        found[-1].append(run)
    return [kept for kept in map(_trimmed, found) if kept]


def _trimmed(runs: list[Run]) -> list[Run]:
    while runs and not runs[0].picture and not runs[0].text.strip():
        runs = runs[1:]
    while runs and not runs[-1].picture and not runs[-1].text.strip():
        runs = runs[:-1]
    return runs


def written(runs: Iterable[Run], *, line: str = "  \n", plain: bool = False, cell: bool = False) -> str:
    """Runs as one paragraph of Markdown. `line` stands for a line break; `plain` leaves out bold and italic, as in
    a heading; a `cell` of a table escapes its bars. Marks at the start of a line are left to `safe_lines`.
    """
    kept = [replace(run, bold=False, italic=False) for run in runs] if plain else runs
    pieces: list[str] = []
    for href, group in groupby(kept, key=lambda run: "" if run.picture else run.href):
        part = _merged(group)
        text = _looks(part, cell=cell, linked=bool(href))
        pieces.append(_link(text, href, part, cell=cell) if href else text)
    rows = [re.sub(r" {2,}", " ", row).strip(" ") for row in "".join(pieces).split(BREAK)]
    return line.join(row for row in rows if row)


def safe_lines(text: str) -> str:
    """A paragraph whose lines begin nothing that they did not begin as a page: no heading, list, quote or block."""
    return "\n".join(_safe_line(row) for row in text.split("\n"))


def short_enough(text: str) -> list[str]:
    """A paragraph in pieces that the text pipeline takes, cut after a sentence or a word if there is one."""
    if len(text) <= MAX_RUN * 3 // 4:
        return [text]
    return [piece.strip() for piece in _CUT.findall(text) if piece.strip()]


def _safe_line(row: str) -> str:
    row = _AT_START.sub(r"\\\1", row, count=1)
    row = _NUMBERED.sub(r"\1\\.", row, count=1)
    return _AS_ENTITY.sub(lambda mark: f"&#{ord(mark[1][0])};{mark[1][1:]}", row, count=1)


def _merged(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of one look as one run: office programs cut words into many."""
    found: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if (
            found
            and not run.picture
            and not found[-1].picture
            and replace(run, text=found[-1].text) == found[-1]
        ):
            found[-1] = replace(run, text=found[-1].text + run.text)
        else:
            found.append(run)
    return found


def _looks(runs: list[Run], *, cell: bool, linked: bool) -> str:
    """Stretches of one look after each other. Where two formatted ones touch, Markdown cannot tell their marks
    apart, and the second one goes without."""
    text = ""
    touching = False
    for run in runs:
        if run.picture:
            text, touching = text + _picture(run), False
            continue
        if touching and not run.text[:1].isspace():
            run = replace(run, bold=False, italic=False)
        rows = (_marked(row, run, cell=cell, linked=linked) for row in run.text.split(BREAK))
        text += BREAK.join(rows)
        touching = (run.bold or run.italic) and not run.text[-1:].isspace()
    return text


def _marked(row: str, run: Run, *, cell: bool, linked: bool) -> str:
    """One line's stretch with its marks; blanks stay outside of them."""
    core = row.strip()
    if not core:
        return " " if row else ""
    before, after = row[: len(row) - len(row.lstrip())], row[len(row.rstrip()) :]
    if run.code:
        return before + _code(core, cell=cell) + after
    mark = "**" * run.bold + "*" * run.italic
    struck = "~~" * run.struck
    return f"{before}{mark}{struck}{_escaped(core, cell=cell, linked=linked)}{struck}{mark[::-1]}{after}"


def _escaped(text: str, *, cell: bool, linked: bool) -> str:
    """Text as it will be read. A reference `[[kind:key]]` that somebody typed stays one."""
    parts: list[str] = []
    at = 0
    for found in _REFERENCE.finditer(text):
        parts += [_plain(text[at : found.start()], cell=cell, linked=linked), found[0]]
        at = found.end()
    return "".join([*parts, _plain(text[at:], cell=cell, linked=linked)])


def _plain(text: str, *, cell: bool, linked: bool) -> str:
    text = _MARKS.sub(lambda mark: {"&": "&amp;", "<": "&lt;"}.get(mark[0], f"\\{mark[0]}"), text)
    if linked:
        text = text.replace("]", "\\]")
    return text.replace("|", "\\|") if cell else text


def _code(text: str, *, cell: bool) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text.replace('|', '/') if cell else text}{pad}{fence}"


def _picture(run: Run) -> str:
    words = re.sub(r"[\[\]\\`*|]", "", cleaned(run.href)).strip()
    return f"![{words}]({run.text})"


def _link(text: str, href: str, runs: list[Run], *, cell: bool) -> str:
    """A link, in the short form where the address is what stands there. Blanks stay outside."""
    core = text.strip(f" {BREAK}")
    words = "".join(run.text for run in runs).strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if words in (href, href.removeprefix("mailto:")) and _AUTOLINK.fullmatch(words) and "|" not in words:
        return f"{before}<{words}>{after}"
    core = core.replace(BREAK, " ")
    return f"{before}[{core}]({address(href)}){after}"


def address(href: str) -> str:
    """An address as it may stand between the brackets of a link."""
    return _ADDRESS_MARKS.sub(lambda mark: "".join(f"%{byte:02X}" for byte in mark[0].encode()), href)


def target(href: str) -> str:
    """Where a link really leads, or "" where it must not: scripts, files of somebody's disk, searches' detours."""
    href = readable(_REFUSED.sub("", href))
    if not href or len(href) > 1900 or not is_safe_link(href):
        return ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.netloc in ("www.google.com", "google.com") and parts.path == "/url":
        inner = parse_qs(parts.query)
        wanted = (inner.get("q") or inner.get("url") or [""])[0]
        return wanted if wanted.startswith(("http://", "https://")) else ""
    return href
