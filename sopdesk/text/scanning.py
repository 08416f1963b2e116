"""The block skeleton of a source: headings, fenced code, `:::` blocks, and the Markdown between them.

This decides what a section is; the Markdown parser only ever sees the chunks between. So sections and page
agree.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from sopdesk.text import lines as source_lines
from sopdesk.text.anchors import CHARACTER


class PieceKind(StrEnum):
    """What a run of source lines is."""

    chunk = "chunk"
    close = "close"
    code = "code"
    heading = "heading"
    open = "open"


@dataclass(slots=True)
class Piece:
    """A run of whole source lines, `source`, that starts at line `line`. Pieces joined give the source back.

    `name` is the directive of an opening, the language of code; `text` the heading's words, the code, the
    chunk's Markdown, or a directive's arguments; `level` is a heading's 1 to 6, and 0 for anything else.
    """

    kind: PieceKind
    line: int
    source: str
    text: str = ""
    name: str = ""
    level: int = 0
    anchor: str = ""
    closed: bool = True
    rows: list[str] = field(default_factory=list)


_HEADING = re.compile(r"^(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r"^(={2,}|-{2,})[ \t]*$")
_NOT_A_TITLE = re.compile(r"^(?:[ \t]|>|[-*+][ \t]|\d+\.[ \t]|\||#|:::|```|~~~|\[[^\]]*\]:)")
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$")
_DIRECTIVE = re.compile(r"^[ ]{0,3}:::+[ \t]*(?:([A-Za-z][\w-]*)(?![\w-])(.*))?$")
_ANCHOR = re.compile(rf"\{{#({CHARACTER}{{1,120}})\}}$")


def scan(source: str) -> list[Piece]:
    """Cut `source` into pieces, in order, in one pass."""
    rows = source_lines.split(source)
    pieces: list[Piece] = []
    at = 0
    while at < len(rows):
        piece = _fence(rows, at) or _heading(rows, at, pieces) or _directive(rows, at)
        if piece is not None:
            pieces.append(piece)
            at += len(piece.rows)
            continue
        if not pieces or pieces[-1].kind is not PieceKind.chunk:
            pieces.append(Piece(PieceKind.chunk, at + 1, ""))
        pieces[-1].rows.append(rows[at])
        at += 1
    for piece in pieces:
        piece.source = "".join(piece.rows)
        if piece.kind is PieceKind.chunk:
            piece.text = "\n".join(source_lines.bare(row) for row in piece.rows)
    return pieces


def _fence(rows: list[str], at: int) -> Piece | None:
    opening = _FENCE.match(source_lines.bare(rows[at])) if rows[at][0] in "`~" else None
    if opening is None:
        return None
    mark = opening[1]
    closing = re.compile(rf"^{mark[0]}{{{len(mark)},}}[ \t]*$")
    body: list[str] = []
    for index in range(at + 1, len(rows)):
        text = source_lines.bare(rows[index])
        if closing.match(text):
            return _code(rows, at, opening[2], body, closed=True)
        body.append(text)
    return _code(rows, at, opening[2], body, closed=False)


def _code(rows: list[str], at: int, language: str, body: list[str], *, closed: bool) -> Piece:
    end = at + 1 + len(body) + (1 if closed else 0)
    text = "".join(f"{line}\n" for line in body)
    return Piece(PieceKind.code, at + 1, "", text=text, name=language, closed=closed, rows=rows[at:end])


def _heading(rows: list[str], at: int, before: list[Piece]) -> Piece | None:
    text = source_lines.bare(rows[at])
    if text.startswith("#"):
        match = _HEADING.match(text)
        return _titled(rows, at, 1, len(match[1]), _unmarked(text[match.end() :])) if match else None
    if at + 1 >= len(rows) or rows[at + 1][:1] not in "=-" or not text.strip() or _NOT_A_TITLE.match(text):
        return None
    underline = _UNDERLINE.match(source_lines.bare(rows[at + 1]))
    in_paragraph = bool(before) and before[-1].kind is PieceKind.chunk and before[-1].rows[-1].strip() != ""
    if underline is None or in_paragraph:
        return None
    return _titled(rows, at, 2, 1 if underline[1][0] == "=" else 2, text)


def _titled(rows: list[str], at: int, count: int, level: int, title: str) -> Piece:
    title = title.strip()
    mark = title.rfind("{#") if title.endswith("}") else -1
    match = _ANCHOR.match(title, mark) if mark >= 0 else None
    anchor = match[1] if match else ""
    text = title[:mark].rstrip() if match else title
    return Piece(
        PieceKind.heading, at + 1, "", text=text, level=level, anchor=anchor, rows=rows[at : at + count]
    )


def _unmarked(title: str) -> str:
    """A heading's words without the # marks that may close it (no regular expression: those backtrack here)."""
    title = title.strip()
    words = title.rstrip("#")
    return words.rstrip() if not words or words[-1] in " \t" else title


def _directive(rows: list[str], at: int) -> Piece | None:
    match = _DIRECTIVE.match(source_lines.bare(rows[at]).rstrip()) if ":::" in rows[at] else None
    if match is None:
        return None
    if match[1] is None:
        return Piece(PieceKind.close, at + 1, "", rows=[rows[at]])
    return Piece(PieceKind.open, at + 1, "", text=match[2].strip(), name=match[1].lower(), rows=[rows[at]])
