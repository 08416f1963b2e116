"""What was asked: a line that somebody typed, taken apart into words, phrases, exclusions and a key.

As on the web: `"two words"` stand together, `-word` must not occur, `or` separates alternatives. Anything may be
typed; nothing of it reaches Postgres but letters and digits in quotes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

LENGTH_MAX = 200
WORDS_MAX = 16
# One letter begins too many words to be worth looking up.
BEGINNING_MIN = 2
_CHUNK = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_WRITTEN_WITHOUT_SPACES = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_KEY_SEPARATORS = re.compile(r"[-_ ./#]+")
_LEADING_ZEROS = re.compile(r"(^|[^0-9])0+([0-9])")


@dataclass(frozen=True)
class Term:
    """Words that stand together in this order: one word, or a phrase. `begins`: its last word may go on."""

    words: tuple[str, ...]
    begins: bool = False

    def expression(self, beginning_min: int = BEGINNING_MIN) -> str:
        """In the language of to_tsquery; every word is letters and digits in quotes. A last word shorter than
        `beginning_min` is taken for a whole one."""
        words = [f"'{word}'" for word in self.words]
        begins = self.begins and len(self.words[-1]) >= beginning_min
        return "(" + " <-> ".join(words) + (":*" if begins else "") + ")"


@dataclass(frozen=True)
class Asked:
    """A query. `alternatives` are groups of terms: all terms of one of them must occur, and none of `excluded`."""

    text: str
    alternatives: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...]
    key: str
    cut: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for group in self.alternatives for term in group)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for term in self.terms for word in term.words)

    def all_words(self, beginning_min: int = BEGINNING_MIN) -> str:
        """The expression that asks for everything that was typed."""
        groups = ([term.expression(beginning_min) for term in group] for group in self.alternatives)
        return " | ".join(f"({' & '.join(group)})" for group in groups)

    def without(self) -> str:
        return " | ".join(term.expression() for term in self.excluded)

    def respelt(self, spelling: dict[str, str]) -> Asked:
        """The same question with some words written otherwise; a word that was put right is a whole one."""

        def mended(term: Term) -> Term:
            words = tuple(spelling.get(word, word) for word in term.words)
            return Term(words, term.begins and words[-1] == term.words[-1])

        def mend_word(found: re.Match[str]) -> str:
            return spelling.get(_plain(found[0]), found[0])

        groups = tuple(tuple(mended(term) for term in group) for group in self.alternatives)
        return replace(self, text=re.sub(r"[^\W_]+", mend_word, self.text), alternatives=groups)


def read(typed: str, *, typing: bool = False) -> Asked:
    """Take apart what was typed, of any length and content. While `typing`, or when the line does not end in a
    space, its last word may be the beginning of a longer one."""
    text = _printable(typed)
    text, cut = text[:LENGTH_MAX], len(text.strip()) > LENGTH_MAX
    groups: list[list[Term]] = [[]]
    excluded: list[Term] = []
    for minus, words, phrase in _chunks(text):
        if not phrase and not minus and words == ("or",):
            groups.append([])
        elif words and len(words) + sum(len(term.words) for group in groups for term in group) <= WORDS_MAX:
            (excluded if minus else groups[-1]).append(Term(words))
    finished = text.endswith((" ", '"')) and not typing
    kept = [tuple(group) for group in groups if group]
    if kept and not finished:
        kept[-1] = _open_ended(kept[-1])
    shown = " ".join(text.split())
    return Asked(shown, tuple(kept), tuple(excluded[:WORDS_MAX]), compact_key(shown), cut)


def compact_key(text: str) -> str:
    """A key without separators and leading zeros, in small letters: sop42 for SOP-0042. Twin of CompactKey."""
    return _LEADING_ZEROS.sub(r"\1\2", _KEY_SEPARATORS.sub("", text.lower()))[:80]


def _printable(typed: str) -> str:
    """Without control, formatting and private characters; spaces of any sort become a space."""
    text = unicodedata.normalize("NFKC", typed[: LENGTH_MAX * 4].encode("utf-8", "ignore").decode())
    kept = (" " if char.isspace() or unicodedata.category(char) == "Cc" else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char)[0] != "C").lstrip()


def _chunks(text: str) -> Iterator[tuple[bool, tuple[str, ...], bool]]:
    """(excluded?, words, quoted?) of each stretch of text between spaces or in quotes."""
    for minus, quoted, bare in _CHUNK.findall(text):
        if bare:
            yield bare.startswith("-") and len(bare) > 1, _words(bare), False
        else:
            yield bool(minus), _words(quoted), True


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WRITTEN_WITHOUT_SPACES.sub(r" \1 ", _plain(text)).split())


def _plain(text: str) -> str:
    """Small letters, digits and the marks that belong to letters; all else is a space."""
    return "".join(char if _of_word(char) else " " for char in text.lower())


def _of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in {"Mn", "Mc"}


def _open_ended(group: tuple[Term, ...]) -> tuple[Term, ...]:
    """The group with its last word as a beginning; a lone letter after other words is not looked for yet."""
    *before, last = group
    if len(last.words[-1]) >= BEGINNING_MIN or _WRITTEN_WITHOUT_SPACES.match(last.words[-1]):
        return (*before, replace(last, begins=True))
    return tuple(before) or group
