"""Anchors of sections: where they come from, and that each is unique in its document."""

import re
import unicodedata
from collections.abc import Sequence

TOP = "top"
CHARACTER = r"[^\s\x00-\x1f\x7f\"'<>&{}\[\]()#%`\\|*]"
""" What an anchor is written in: any script, but nothing that Markdown, HTML or a URL reads as a mark. """
ANCHOR = re.compile(rf"^{CHARACTER}{{1,120}}$")


def slug(title: str) -> str:
    """A title as an anchor: lower case, words joined by hyphens, any script kept; "section" when nothing
    remains.
    """
    text = unicodedata.normalize("NFKC", title).lower()
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text).split()
    return "-".join(words)[:80].rstrip("-") or "section"


def allocate(wanted: Sequence[tuple[str, str]]) -> list[tuple[str, bool]]:
    """Unique anchors for headings given as (written anchor or "", title), each with whether it had to be
    altered.

    Written anchors are given out first, so that a new heading never takes an old heading's place;
    a name already taken gets -2, -3, … "top" is kept for the text before the first heading.
    """
    taken: dict[str, int] = {TOP: 1}
    given: list[tuple[str, bool]] = [("", False)] * len(wanted)
    written_first = sorted(range(len(wanted)), key=lambda index: not wanted[index][0])
    for index in written_first:
        written, title = wanted[index]
        base = written or slug(title)
        given[index] = (_free(base, taken), base in taken and (base != TOP or bool(written)))
        taken.setdefault(given[index][0], 1)
    return given


def _free(base: str, taken: dict[str, int]) -> str:
    if base not in taken:
        return base
    number = taken[base] + 1
    while f"{base}-{number}" in taken:
        number += 1
    taken[base] = number
    return f"{base}-{number}"
