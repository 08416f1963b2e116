"""Three texts by rows: what two sides made of one base, and where they disagree.

The method is that of diff3 (S. Khanna, K. Kunal and B. C. Pierce, "A Formal Investigation of Diff3", FSTTCS 2007): what
only one side touched is taken from it, what both touched alike is taken once, and the rest is a clash. Two edits of one
row are joined only where they cannot bear on each other: in different sentences, or in different cells of a table row.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sopdesk.text import lines
from sopdesk.text.sequences import common

_SENTENCE = re.compile(r".+?(?:[.!?]+[\"'”’)\]*_]*(?=\s+[^a-z\s])|[。！？]+|\Z)", re.DOTALL)
_CELL = re.compile(r"(?:\\.|[^|\\])*\|?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clash:
    """A stretch that both sides changed, each in another way: what it was, and what either made of it."""

    base: str
    mine: str
    theirs: str


Part = str | Clash
_Finer = Callable[[str, str, str], Part]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """A stretch of the base, from `start` to `end`, that one side replaced by its own from `first` to `last`."""

    start: int
    end: int
    first: int
    last: int
    is_mine: bool

    @property
    def is_one_for_one(self) -> bool:
        return self.end - self.start == self.last - self.first


def merge_rows(base: str, mine: str, theirs: str) -> list[Part]:
    """Both sides' edits together, in order: settled text and clashes, no two texts in a row. A clash is whole rows."""
    return _joined(_merged(lines.split(base), lines.split(mine), lines.split(theirs), _row))


def _merged(base: list[str], mine: list[str], theirs: list[str], finer: _Finer) -> Iterator[Part]:
    at = 0
    for group in _groups(base, mine, theirs):
        start, end = group[0].start, max(hunk.end for hunk in group)
        yield "".join(base[at:start])
        ours = _rows_of([hunk for hunk in group if hunk.is_mine], base, mine, start, end)
        others = _rows_of([hunk for hunk in group if not hunk.is_mine], base, theirs, start, end)
        yield from _settled(group, base[start:end], ours, others, finer)
        at = end
    yield "".join(base[at:])


def _groups(base: list[str], mine: list[str], theirs: list[str]) -> list[list[_Hunk]]:
    """The hunks of both sides, those together that overlap or touch: what stands between them decides nothing."""
    hunks = [*_hunks(base, mine, is_mine=True), *_hunks(base, theirs, is_mine=False)]
    groups: list[list[_Hunk]] = []
    end = -1
    for hunk in sorted(hunks, key=lambda hunk: (hunk.start, hunk.end)):
        if groups and hunk.start <= end:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
        end = max(end, hunk.end)
    return groups


def _hunks(base: list[str], other: list[str], *, is_mine: bool) -> Iterator[_Hunk]:
    i = j = 0
    for a, b in [*common(base, other), (len(base), len(other))]:
        if i < a or j < b:
            yield _Hunk(i, a, j, b, is_mine)
        i, j = a + 1, b + 1


def _rows_of(hunks: Sequence[_Hunk], base: list[str], side: list[str], start: int, end: int) -> list[str]:
    """What a side has in place of the base's rows from `start` to `end`."""
    if not hunks:
        return base[start:end]
    first, last = hunks[0], hunks[-1]
    return side[first.first - (first.start - start) : last.last + (end - last.end)]


def _settled(
    group: Sequence[_Hunk], base: list[str], mine: list[str], theirs: list[str], finer: _Finer
) -> Iterator[Part]:
    if mine == theirs or theirs == base:
        yield "".join(mine)
    elif mine == base:
        yield "".join(theirs)
    elif all(hunk.is_one_for_one for hunk in group):
        for b, m, t in zip(base, mine, theirs, strict=True):
            yield m if m == t or t == b else t if m == b else finer(b, m, t)
    else:
        yield Clash("".join(base), "".join(mine), "".join(theirs))


def _row(base: str, mine: str, theirs: str) -> Part:
    """One row that both sides changed: by cell, by sentence, or not at all. A heading is never mixed of two."""
    rows = (base, mine, theirs)
    if any(row.startswith("#") for row in rows):
        return Clash(*rows)
    if all(row.lstrip().startswith("|") for row in rows):
        cells = [_CELL.findall(row) for row in rows]
        if len({len(row) for row in cells}) > 1:
            return Clash(*rows)
        parts = [
            m if m == t or t == b else t if m == b else Clash(b, m, t) for b, m, t in zip(*cells, strict=True)
        ]
    else:
        cut_base, cut_mine, cut_theirs = (_SENTENCE.findall(row) for row in rows)
        parts = _joined(_merged(cut_base, cut_mine, cut_theirs, Clash))
    return Clash(*rows) if any(isinstance(part, Clash) for part in parts) else "".join(map(str, parts))


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Neighbouring texts as one, neighbouring clashes as one, none empty."""
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if isinstance(part, str) and isinstance(before, str):
            found[-1] = before + part
        elif isinstance(part, Clash) and isinstance(before, Clash):
            joint = (before.base + part.base, before.mine + part.mine, before.theirs + part.theirs)
            found[-1] = Clash(*joint)
        elif part:
            found.append(part)
    return found
