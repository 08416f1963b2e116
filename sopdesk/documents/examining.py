"""A text while it is written: as a reader would see it, its outline, and what is wrong with it, line by line.

The same checks speak here as before a publication, so nothing is found only then.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.documents import checks
from sopdesk.text import conditions as limits
from sopdesk.text import lines, markdown, structure
from sopdesk.text.guards import TextRefused
from sopdesk.text.presenting import present

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.safestring import SafeString

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import ChangeItem
    from sopdesk.text.problems import Problem
    from sopdesk.text.sections import Section

PROBLEMS_MAX = 200
"""More than a writer reads; a text with as many is told so by the first ones."""


@dataclass(frozen=True)
class Mark:
    """One problem. `line` counts from 1; 0: it is about the whole. One that `blocks` stops a proposal."""

    line: int
    message: str
    blocks: bool


@dataclass(frozen=True)
class Place:
    """One heading of the outline. `role` is "step", "end" or ""; `problems` are those in its own section."""

    line: int
    level: int
    title: str
    anchor: str
    role: str
    problems: int


@dataclass(frozen=True)
class Examined:
    """What there is to say of a text. `refusal` holds what stops it from being stored; then nothing else is there.

    `asked_for` are the conditions of its limited blocks: each name with the values that stand in the text.
    """

    html: SafeString | str = ""
    outline: Sequence[Place] = ()
    marks: Sequence[Mark] = ()
    asked_for: Mapping[str, list[str]] = field(default_factory=dict)
    refusal: Sequence[Problem] = ()


def examined(
    item: ChangeItem, body: str, *, reader: User | AnonymousUser, known: Mapping[str, str] | None = None
) -> Examined:
    """A draft's text as typed, as `reader` would see it when `known` is known of the case. Nothing is stored."""
    try:
        rendered = markdown.render(body)
    except TextRefused as refusal:
        marks = [Mark(each.line, f"{each.what} {each.how}", blocks=True) for each in refusal.problems]
        return Examined(marks=marks, refusal=refusal.problems)
    starts = _starts(rendered.sections)
    marks = problems(item, body, starts)
    return Examined(
        html=present(rendered.html, viewer=reader, at=timezone.now(), conditions=known),
        outline=_outline(body, rendered.sections, starts, marks),
        marks=marks,
        asked_for=limits.named_in(body),
    )


def problems(item: ChangeItem, body: str, starts: Mapping[str, int]) -> list[Mark]:
    """All that the publish checks say of the draft with this text, in the order of its lines."""
    typed = copy.copy(item)
    typed.body = body
    found = [
        Mark(finding.line or starts.get(finding.anchor, 0), finding.said, finding.blocks)
        for finding in checks.findings_of(typed)[:PROBLEMS_MAX]
    ]
    return sorted(dict.fromkeys(found), key=lambda mark: (mark.line, not mark.blocks))


def _starts(sections: Iterable[Section]) -> dict[str, int]:
    """The line of each section's heading, by its anchor."""
    starts: dict[str, int] = {}
    line = 1
    for section in sections:
        starts[section.anchor] = line
        line += len(lines.split(section.source))
    return starts


def _outline(
    body: str, sections: Sequence[Section], starts: Mapping[str, int], marks: Sequence[Mark]
) -> list[Place]:
    roles = {
        step.anchor: "end" if step.outcome is not None else "step" if step.choices else ""
        for step in structure.steps(body)
    }
    ends = [*(starts[section.anchor] for section in sections[1:]), len(lines.split(body)) + 2]
    return [
        Place(
            line=starts[section.anchor],
            level=section.level,
            title=section.title,
            anchor=section.anchor,
            role=roles.get(section.anchor, ""),
            problems=sum(starts[section.anchor] <= mark.line < end for mark in marks),
        )
        for section, end in zip(sections, ends, strict=True)
        if section.level
    ]
