"""From source to HTML, section by section, before sanitising."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sopdesk.text import anchors, conditions, dialect, guards
from sopdesk.text.plain import text_of
from sopdesk.text.problems import Problem
from sopdesk.text.scanning import Piece, PieceKind

SENSITIVE = gettext_noop("Sensitive material. Open it only when you need it.")
CALLOUTS = {"note": gettext_noop("Note"), "tip": gettext_noop("Tip"), "warning": gettext_noop("Warning")}
_PLAIN_TITLE = re.compile(r"^[^\\`*_\[\]<>&!]*$")
_DEFINITION = re.compile(
    # Spaces once taken are kept (`*+`): given back one by one, five thousand of them took a tenth of a second a line.
    r"^[ ]{0,3}\[([^\[\]\n]{1,200})\]:[ ]*(\S{1,2000})[ ]*+(?:[\"'(]([^\n]{0,500}?)[\"')][ ]*+)?$",
    re.MULTILINE,
)


@dataclass(slots=True)
class Part:
    """One section while it is put together. `heading` is its line without mark and anchor, `body` all other
    lines.
    """

    level: int = 0
    title: str = ""
    anchor: str = anchors.TOP
    line: int = 1
    heading: str = ""
    source: str = ""
    body: str = ""
    html: list[str] = field(default_factory=list)
    references: list[tuple[str, str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Composed:
    """A whole text: its sections, its HTML (not sanitised) and what is wrong with it."""

    parts: list[Part]
    html: str = ""
    problems: list[Problem] = field(default_factory=list)


def compose(source: str) -> Composed:
    """Parse `source`. Raises guards.TextRefused; nothing else for any string."""
    return _composed(source, _Composer.run)


def outlined(source: str) -> Composed:
    """The sections of `source` with titles and anchors, but without HTML and what is found in the text."""
    return _composed(source, _Composer.outline)


def _composed(source: str, work: Callable[["_Composer"], Composed]) -> Composed:
    pieces = guards.admit(source)
    try:
        return work(_Composer(pieces))
    except RecursionError:
        dialect.discard()
        what = _("The text is nested too deeply to be read.")
        raise guards.TextRefused((Problem(1, what, _("Flatten its lists and quotes.")),)) from None
    except BaseException:
        dialect.discard()
        raise


class _Composer:
    """One pass over the pieces of a text."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.parser = dialect.parser()
        self.part = Part()
        self.result = Composed([self.part])
        self.html: list[str] = []
        self.open: list[tuple[Piece, str]] = []
        self.fragments: list[tuple[int, str]] = []

    def outline(self) -> Composed:
        self._begin()
        for piece in self.pieces:
            if piece.kind is PieceKind.heading:
                self._heading(piece)
            else:
                self._take(piece)
        return self.result

    def _begin(self) -> None:
        headings = [piece for piece in self.pieces if piece.kind is PieceKind.heading]
        top = min((piece.level for piece in headings), default=2)
        self.shift = 2 - top
        chunks = (piece.text for piece in self.pieces if piece.kind is PieceKind.chunk)
        self.parser.begin(_definitions(chunks), self.shift)
        self.marks: dict[int, list[tuple[str, str, str]]] = {}
        self.titles = {piece.line: self._inline(piece) for piece in headings}
        self.anchors = self._anchors(headings)

    def run(self) -> Composed:
        self._begin()
        for piece in self.pieces:
            getattr(self, f"_{piece.kind}")(piece)
        while self.open:
            piece, closing = self.open.pop()
            self.html.append(closing)
            self._problem(
                piece.line, _("This ::: block is never closed."), _("Put a line with ::: where it ends.")
            )
        self._check_fragments()
        self.result.html = "".join(self.html)
        return self.result

    def _problem(self, line: int, what: str, how: str, code: str = "") -> None:
        self.result.problems.append(Problem(line, what, how, code))

    def _anchors(self, headings: list[Piece]) -> dict[int, str]:
        given = anchors.allocate([(piece.anchor, text_of(self.titles[piece.line])) for piece in headings])
        for piece, (anchor, altered) in zip(headings, given, strict=True):
            if altered:
                what = _(
                    "Another section already has this title or anchor, so this one is called #%(anchor)s."
                )
                how = _("Give it a title of its own, or write {#name} after it.")
                self._problem(piece.line, what % {"anchor": anchor}, how, "duplicate")
        return {piece.line: anchor for piece, (anchor, _altered) in zip(headings, given, strict=True)}

    def _inline(self, heading: Piece) -> str:
        text = heading.text
        if _PLAIN_TITLE.match(text):
            return escape(text, quote=False)
        html = self.parser.convert(f"# {text}")
        self.marks[heading.line] = self.parser.finish.references
        match = re.fullmatch(r"<h(\d)>(.*)</h\1>", html, re.DOTALL)
        return match[2] if match else escape(text, quote=False)

    def _add(self, html: str) -> None:
        self.html.append(html)
        self.part.html.append(html)

    def _take(self, piece: Piece) -> None:
        self.part.source += piece.source
        self.part.body += piece.source

    def _heading(self, piece: Piece) -> None:
        inner = self.titles[piece.line]
        anchor = self.anchors[piece.line]
        self.part = Part(piece.level, text_of(inner), anchor, piece.line, piece.text, piece.source)
        self.result.parts.append(self.part)
        tag = f"h{min(6, piece.level + self.shift)}"
        self.part.references += self.marks.get(piece.line, [])
        self._add(f'<{tag} id="{escape(anchor)}">{inner}</{tag}>\n')
        if not self.part.title:
            self._problem(piece.line, _("This heading has no words."), _("Write what the section is about."))

    def _chunk(self, piece: Piece) -> None:
        self._take(piece)
        html = self.parser.convert(piece.text)
        found = self.parser.finish
        self._add(f"{html}\n" if html else "")
        self.part.references += found.references
        self.part.choices += found.choices
        self.part.outcomes += found.outcomes
        self.fragments += [(_line_of(piece, f"(#{to})"), to) for to in found.fragments]
        for address in found.refused_images:
            how = _("Attach the file here: a picture on another host tells it who reads this.")
            self._problem(
                _line_of(piece, address), _("The image %(a)s is not shown.") % {"a": address[:80]}, how
            )
        for address in found.silent_images:
            what = _("A picture has no alternative text.")
            how = _("Say between the square brackets what it shows, for those who do not see it.")
            mark = f"![]({address}"
            self._problem(_line_of(piece, mark if mark in piece.text else address), what, how)
        for address in found.refused_links:
            how = _("Link to http, https, mailto, tel, a page of this site or #section.")
            self._problem(
                _line_of(piece, address), _("The link to %(a)s is not made.") % {"a": address[:80]}, how
            )

    def _code(self, piece: Piece) -> None:
        self._take(piece)
        language = (
            f' class="language-{escape(piece.name)}"' if re.fullmatch(r"[\w+#.-]{1,40}", piece.name) else ""
        )
        self._add(f"<pre><code{language}>{escape(piece.text, quote=False)}</code></pre>\n")
        if not piece.closed:
            how = _("Put a line with the same marks where the code ends.")
            self._problem(piece.line, _("This code block is never closed."), how)

    def _open(self, piece: Piece) -> None:
        self._take(piece)
        opening, closing = _wrapper(piece)
        if not opening:
            how = _("Known are :::only name=value, :::sensitive, :::note, :::tip and :::warning.")
            what = _("“%(line)s” is not a known block.") % {"line": piece.source.strip()[:80]}
            self._problem(piece.line, what, how)
            opening = f"<p>{escape(piece.source.strip(), quote=False)}</p>\n"
        self.html.append(opening)
        self.open.append((piece, closing))

    def _close(self, piece: Piece) -> None:
        self._take(piece)
        if self.open:
            self.html.append(self.open.pop()[1])
        else:
            how = _("Delete this line, or open a block before it.")
            self._problem(piece.line, _("This ::: closes nothing."), how)

    def _check_fragments(self) -> None:
        known = {part.anchor for part in self.result.parts}
        for line, fragment in self.fragments:
            if fragment not in known:
                what = _("There is no section #%(anchor)s.") % {"anchor": fragment[:80]}
                self._problem(line, what, _("Link to the anchor of a section of this document."), "dangling")


def _wrapper(piece: Piece) -> tuple[str, str]:
    if piece.name == "only" and (condition := conditions.parse(piece.text)):
        return f'<sop-only when="{escape(conditions.written(condition))}">\n', "</sop-only>\n"
    if piece.name == "sensitive":
        notice = escape(piece.text, quote=False) or SENSITIVE
        return f'<details class="sensitive"><summary>{notice}</summary>\n', "</details>\n"
    if piece.name in CALLOUTS:
        title = escape(piece.text, quote=False) or CALLOUTS[piece.name]
        return f'<div class="callout callout-{piece.name}"><p class="callout-title">{title}</p>\n', "</div>\n"
    return "", ""


def _definitions(chunks: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Link definitions of the whole text, so that one at its end serves every section."""
    found: dict[str, tuple[str, str]] = {}
    for chunk in chunks:
        for match in _DEFINITION.finditer(chunk):
            found.setdefault(match[1].strip().lower(), (match[2].lstrip("<").rstrip(">"), match[3] or ""))
    return found


def _line_of(piece: Piece, address: str) -> int:
    at = piece.text.find(address) if address else -1
    return piece.line + (piece.text.count("\n", 0, at) if at > 0 else 0)
