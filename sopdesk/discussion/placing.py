"""Where a thread stands now: under which section of the draft, at which words, or only at the document.

Everything here is a function of the texts and of what the thread keeps; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sopdesk.discussion.locating import Place, Quote, find, find_exact
from sopdesk.text.aligning import Outline, align
from sopdesk.text.anchors import TOP
from sopdesk.text.guards import TextRefused
from sopdesk.text.sections import outline, skim


class Standing(StrEnum):
    """What became of the place that a thread is about."""

    WORDS = "words"  # its words stand there
    NEAR = "near"  # words much like them do
    CHANGED = "changed"  # the section stands, the words have changed
    SECTION = "section"  # it is about the section as a whole
    GONE = "gone"  # the section is no more
    DOCUMENT = "document"  # it is about the document as a whole
    REMOVED = "removed"  # the document was taken out of the change
    CHANGE = "change"  # it is about the change as a whole


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a text: its place in the source and its title."""

    anchor: str
    title: str
    start: int
    end: int


@dataclass(frozen=True)
class Text:
    """A source cut into its sections."""

    source: str
    parts: Mapping[str, Part]
    outlines: tuple[Outline, ...]

    def of(self, anchor: str) -> str:
        """The source of one section."""
        part = self.parts[anchor]
        return self.source[part.start : part.end]

    def part_at(self, position: int) -> Part | None:
        """The section that a position stands in."""
        return next((part for part in self.parts.values() if part.start <= position < part.end), None)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a thread stands. `anchor` names a section that the page shows ("" for none); `start` and `end` are the
    words' place in the whole source, None where they are not."""

    standing: Standing
    anchor: str = ""
    title: str = ""
    start: int | None = None
    end: int | None = None


@lru_cache(maxsize=64)
def cut(source: str) -> Text:
    """A text by its sections; one that is refused is a single section."""
    try:
        sections = skim(source)
    except TextRefused:
        return Text(source, {TOP: Part(TOP, "", 0, len(source))}, (Outline(TOP, "", source, 0, False),))
    parts: dict[str, Part] = {}
    at = 0
    for section in sections:
        parts[section.anchor] = Part(section.anchor, section.title, at, at + len(section.source))
        at += len(section.source)
    return Text(source, parts, tuple(outline(section) for section in sections))


@lru_cache(maxsize=64)
def _became(old: str, new: str) -> Mapping[str, str]:
    """Which section of the new text each section of the old one is, by anchors."""
    before, after = cut(old).outlines, cut(new).outlines
    return {before[a].anchor: after[b].anchor for b, a in align(before, after).items()}


def section_now(anchor: str, now: Text, base: Text | None) -> str | None:
    """The anchor by which a section is known now, also after retitling; None when it is gone."""
    if anchor in now.parts:
        return anchor
    if base is not None and anchor in base.parts:
        return _became(base.source, now.source).get(anchor)
    return None


def place(anchor: str, quote: Quote, now: Text, base: Text | None) -> Stand:
    """Where a thread about the draft's text stands: in its section, or where its words went."""
    if not anchor and not quote.words:
        return Stand(Standing.DOCUMENT)
    section = section_now(anchor, now, base)
    if section is None:
        return _moved(quote, now) or _gone(anchor, base)
    part = now.parts[section]
    if not quote.words:
        return Stand(Standing.SECTION, section, part.title)
    found = find(quote, now.of(section))
    if found is not None:
        standing = Standing.WORDS if found.likeness == 1 else Standing.NEAR
        return Stand(standing, section, part.title, part.start + found.start, part.start + found.end)
    return _moved(quote, now) or Stand(Standing.CHANGED, section, part.title)


def place_before(anchor: str, quote: Quote, now: Text, base: Text | None) -> Stand:
    """Where a thread about words of the text before stands: those are in no draft, but the difference shows them."""
    shown = base if base is not None and anchor in base.parts else None
    holder = now if anchor in now.parts else shown
    if holder is None:
        return Stand(Standing.GONE)
    there = base is not None and find(quote, base.source) is not None
    return Stand(Standing.WORDS if there else Standing.CHANGED, anchor, holder.parts[anchor].title)


def line_of(source: str, position: int) -> int:
    """The line a position stands in, counted from 1."""
    return source.count("\n", 0, position) + 1


def _moved(quote: Quote, now: Text) -> Stand | None:
    """Where the very words went, if they stand once in the whole text or their surroundings tell."""
    found: Place | None = find_exact(quote, now.source)
    part = now.part_at(found.start) if found else None
    if found is None or part is None:
        return None
    return Stand(Standing.WORDS, part.anchor, part.title, found.start, found.end)


def _gone(anchor: str, base: Text | None) -> Stand:
    """A section that the draft takes out still stands in the difference; any other stands nowhere."""
    if base is not None and anchor in base.parts:
        return Stand(Standing.GONE, anchor, base.parts[anchor].title)
    return Stand(Standing.GONE)
