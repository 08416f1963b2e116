"""Markdown in, everything that is stored of it out: the only way a writer's text becomes HTML."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from sopdesk.text import sanitizing
from sopdesk.text.composing import compose
from sopdesk.text.guards import TextRefused
from sopdesk.text.plain import text_of
from sopdesk.text.problems import Problem
from sopdesk.text.references import Reference
from sopdesk.text.sections import Section, sections_of

__all__ = ["Rendered", "TextRefused", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text in all its forms.

    `html` is safe as it stands; references and limited blocks are inert marks in it until
    `presenting.present`. `plain` is its words; `references` stand in reading order, with the anchor of the
    section they stand in; `problems` are findings that do not stop a save.
    """

    html: SafeString
    plain: str
    sections: tuple[Section, ...]
    references: tuple[Reference, ...]
    problems: tuple[Problem, ...]


def render(source: str) -> Rendered:
    """Render `source` (Markdown, at most 200 KB). Raises TextRefused with the places to mend, and nothing
    else.

    A text is rendered several times in a row, by each check and by what is shown; the last ones are kept: those of
    a large change from its checks to its versions.
    """
    return _rendered(source, get_language() or "")


@lru_cache(maxsize=64)
def _rendered(source: str, _language: str) -> Rendered:
    """`render`; the sentences of its problems are in the language."""
    composed = compose(source)
    html = sanitizing.clean(composed.html)
    found = [Reference(*mark, section=part.anchor) for part in composed.parts for mark in part.references]
    return Rendered(
        html=mark_safe(html),  # noqa: S308 - this is the one place; sanitised in the line above
        plain=text_of(html),
        sections=sections_of(composed),
        references=tuple(found),
        problems=tuple(sorted(composed.problems, key=lambda problem: problem.line)),
    )
