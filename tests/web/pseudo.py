"""A pseudo-language: every message comes back as ⟦message⟧, so that words which bypass gettext stand out.

    with pseudo.language():
        html = client.get("/sops").content.decode()
    assert pseudo.untranslated(html) == []

What people wrote themselves stands in an element with dir="auto" or in <bdi>, and is passed over; so is <title>, which
repeats the <h1>.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import _lru_cache_wrapper
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch
from zoneinfo import available_timezones

from django.utils import translation

PACKAGES = ("sopdesk", "sops", "knowledgebase", "macros", "compliance", "metrics")
OPEN, CLOSE = "⟦", "⟧"
PASSED_OVER = {"title", "script", "style", "svg", "time", "code", "pre", "kbd", "textarea", "bdi"}
PASSED_CLASSES = {"key", "mono", "initials"}
NAMES = ("SOPDesk",)
SPOKEN = ("aria-label", "aria-description", "placeholder", "title", "alt", "data-copied", "data-confirm")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
NO_WORDS = re.compile(r"\S+@\S+|\b[A-Z]{2,5}-\d+\b")  # mail addresses and keys
ZONES = available_timezones()


@contextmanager
def language() -> Iterator[None]:
    """Inside, gettext and its kin wrap whatever they are asked for."""
    backend = translation._trans
    with ExitStack() as stack:
        for name in ("gettext", "ngettext", "pgettext", "npgettext"):
            stack.enter_context(patch.object(backend, name, _wrapping(name, getattr(backend, name))))
        stack.callback(_forget_words)
        yield


def _forget_words() -> None:
    """What functions of the desk kept of it: they name the language, and this one has the name of another."""
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES]
    for each in [value for module in ours for value in vars(module).values()]:
        if isinstance(each, _lru_cache_wrapper):
            each.cache_clear()


def _wrapping(name: str, real: Callable[..., str]) -> Callable[..., str]:
    def wrapped(*args: Any) -> str:
        text = str(real(*args))
        # The header of a catalogue is asked for by the empty message, and formats are no words.
        return f"{OPEN}{text}{CLOSE}" if LETTERS.search(text) and OPEN not in text else text

    wrapped.__name__ = name
    return wrapped


def untranslated(html: str) -> list[str]:
    """The words on a page that did not come through gettext, each with the element it stands in."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    """Walks a page and keeps, for every open element, whether its words are passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        # base.html sets every page's title apart for its direction; one that somebody wrote has a <bdi> of its own.
        page_title = tag == "bdi" and bool(self.open) and self.open[-1][0] == "h1"
        passed = self._passing or (_is_passed(tag, values) and not page_title)
        if not passed:
            spoken = [values.get(name, "") for name in SPOKEN]
            if tag == "input" and values.get("type") in ("submit", "button", "reset"):
                spoken.append(values.get("value", ""))
            for text in spoken:
                self._look(text, f"<{tag}> attribute")
        if tag not in VOID:
            self.open.append((tag, passed))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, _passed = self.open.pop()
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        """Messages may span elements, so brackets are counted across the page."""
        if not self._passing:
            self._look(data, f"<{self.open[-1][0]}>" if self.open else "page")

    @property
    def _passing(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def _look(self, text: str, where: str) -> None:
        outside = []
        for char in text:
            self.depth += (char == OPEN) - (char == CLOSE)
            outside.append(char if self.depth == 0 and char != CLOSE else " ")
        if text.strip().replace(" ", "_") in ZONES:
            return
        rest = NO_WORDS.sub(" ", "".join(outside))
        for name in NAMES:
            rest = rest.replace(name, " ")
        if LETTERS.search(rest):
            self.found.append(f"{where}: {' '.join(text.split())[:120]}")


def _is_passed(tag: str, values: dict[str, str]) -> bool:
    classes = set(values.get("class", "").split())
    foreign = tag != "html" and "lang" in values
    return (
        tag in PASSED_OVER
        or foreign
        or (values.get("dir") == "auto" and tag not in ("input", "textarea"))
        or values.get("aria-hidden") == "true"
        or bool(classes & PASSED_CLASSES)
    )
