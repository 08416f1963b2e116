"""Sections of a text: a heading and what follows it, with an anchor that survives retitling."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sopdesk.text import lines
from sopdesk.text.aligning import Outline, align
from sopdesk.text.composing import Composed, compose, outlined
from sopdesk.text.plain import text_of

_WRITTEN = re.compile(r"(?<![ \t])[ \t]*\{#[^\s{}]*\}$")
_CLOSING = re.compile(r"(?<![ \t])[ \t]+#+$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (level 1 to 6, as written) and its text up to the next heading of any level.

    The text before the first heading is a section of level 0, title "", anchor "top". `path` holds the titles
    of the headings above and the own one. `source` of all sections joined is the whole source. `hash` is the
    SHA-256 (hex) of title and text without the written anchor, so that pinning an anchor is not a change of
    text.
    """

    level: int
    title: str
    anchor: str
    path: tuple[str, ...]
    source: str
    plain: str
    hash: str


def hash_of(heading: str, body: str) -> str:
    """SHA-256 (hex) of a section's words: line ends and trailing blanks do not count."""
    rows = [heading.strip(), *(row.rstrip() for row in body.splitlines())]
    return hashlib.sha256("\n".join(rows).strip().encode()).hexdigest()


def split(source: str) -> tuple[Section, ...]:
    """The sections of `source` in order; the level-0 one only when there is text before the first heading.

    Raises guards.TextRefused.
    """
    return sections_of(compose(source))


def skim(source: str) -> tuple[Section, ...]:
    """The same with the title alone as `plain`: a tenth of the time. Raises guards.TextRefused."""
    return sections_of(outlined(source))


def sections_of(composed: Composed) -> tuple[Section, ...]:
    """The sections of a text already parsed."""
    sections: list[Section] = []
    above: list[tuple[int, str]] = []
    for part in composed.parts:
        if part.level == 0 and not part.source and len(composed.parts) > 1:
            continue
        while above and above[-1][0] >= part.level:
            above.pop()
        path = (*(title for _level, title in above), part.title) if part.level else ()
        if part.level:
            above.append((part.level, part.title))
        plain = text_of("".join(part.html))
        mark = hash_of("#" * part.level + " " + part.heading, part.body)
        sections.append(Section(part.level, part.title, part.anchor, path, part.source, plain, mark))
    return tuple(sections)


def outline(section: Section) -> Outline:
    """A section as alignment wants it."""
    heading, body = heading_and_body(section)
    written = section.level > 0 and re.search(rf"\{{#{re.escape(section.anchor)}\}}", heading) is not None
    return Outline(section.anchor, section.title, body, section.level, written)


def heading_and_body(section: Section) -> tuple[str, str]:
    """A section's source cut after its heading (one line, or two when underlined); both joined give it back."""
    if section.level == 0:
        return "", section.source
    rows = lines.split(section.source)
    count = 1 if rows[0].startswith("#") else 2
    return "".join(rows[:count]), "".join(rows[count:])


def pin_anchors(previous: Sequence[Section], source: str) -> str:
    """`source` with `{#old}` written after every heading whose section had another anchor in `previous`.

    Links, comments, evidence and feedback that point at a section thus survive its retitling and moving.
    An anchor that the writer has written stays as it is. Raises guards.TextRefused.
    """
    current = split(source)
    old = [outline(section) for section in previous if section.level]
    sections = [section for section in current if section.level]
    pairs = align(old, [outline(section) for section in sections])
    pins = {
        sections[index].anchor: old[match].anchor
        for index, match in pairs.items()
        if sections[index].anchor != old[match].anchor and not outline(sections[index]).written
    }
    written = {outline(section).anchor for section in sections if outline(section).written}
    return "".join(
        _pinned(section, pins[section.anchor])
        if section.level and section.anchor in pins and pins[section.anchor] not in written
        else section.source
        for section in current
    )


def _pinned(section: Section, anchor: str) -> str:
    heading, body = heading_and_body(section)
    rows = lines.split(heading)
    text = lines.bare(rows[0])
    end = rows[0][len(text) :]
    text = _CLOSING.sub("", text.rstrip()) if text.startswith("#") else text.rstrip()
    return f"{_WRITTEN.sub('', text)} {{#{anchor}}}{end}" + "".join(rows[1:]) + body
