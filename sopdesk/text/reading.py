"""What a text holds, for whoever checks or draws it: problems, references, steps, and its words, each with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import get_language

from sopdesk.text.composing import Composed, Part, compose
from sopdesk.text.problems import Problem
from sopdesk.text.scanning import PieceKind, scan
from sopdesk.text.structure import Step, steps_of

_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\W_]+(?:['’-][^\W_]+)*")
_MARK = re.compile(r"\[\[[^\[\]]*\]\]|\]\([^()\s]*\)|^:::.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A section: its anchor and title, the line of its heading, and how many words stand under it."""

    anchor: str
    title: str
    line: int
    words: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference `[[kind:key#anchor]]` and the line it stands in."""

    kind: str
    key: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its checks need it. `prose` are its lines with their numbers, code left out."""

    problems: tuple[Problem, ...]
    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    prose: tuple[tuple[int, str], ...]

    def place_of(self, line: int) -> Place | None:
        """The section that a line stands in."""
        before = [place for place in self.places if place.line <= line]
        return before[-1] if before else None


def read(source: str) -> Reading:
    """All of it by parsing once; the last texts are kept. Raises guards.TextRefused."""
    return _read(source, get_language() or "")


@lru_cache(maxsize=8)
def _read(source: str, _language: str) -> Reading:
    """`read`; the sentences of its problems are in the language."""
    composed = compose(source)
    return Reading(
        tuple(sorted(composed.problems, key=lambda problem: problem.line)),
        tuple(_mentions(composed)),
        tuple(_places(composed)),
        steps_of(composed),
        tuple(_prose(source)),
    )


def words_in(text: str) -> int:
    """How many words a text has; two letters of a script without spaces count as one."""
    return len(_WORD.findall(_MARK.sub(" ", text)))


def _places(composed: Composed) -> Iterator[Place]:
    for part in composed.parts:
        if part.level or part.body.strip():
            yield Place(part.anchor, part.title, part.line, words_in(part.body))


def _mentions(composed: Composed) -> Iterator[Mention]:
    for part in composed.parts:
        at = 0
        for kind, key, anchor in part.references:
            name = f"[[{kind}:{key}"
            found = part.source.find(name, at)
            at = found + len(name) if found >= 0 else at
            yield Mention(kind, key, anchor, _line(part, found))


def _line(part: Part, at: int) -> int:
    return part.line + (part.source.count("\n", 0, at) if at > 0 else 0)


def _prose(source: str) -> Iterator[tuple[int, str]]:
    for piece in scan(source):
        if piece.kind is not PieceKind.code:
            for offset, row in enumerate(piece.rows):
                if row.strip():
                    yield piece.line + offset, row
