"""Which section of an old text is which of a new one, although titles, places or words changed."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ALIKE = 0.5
MAX_GAP = 40
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Outline:
    """What alignment looks at in one section. `written` says that the anchor stands in the source."""

    anchor: str
    title: str
    body: str
    level: int
    written: bool


def align(old: Sequence[Outline], new: Sequence[Outline]) -> dict[int, int]:
    """Index in `new` -> index in `old` of the same section. Each index is used at most once.

    Surest first: a written anchor; the same title and words; the same anchor; the same words; and between two
    sections so matched, the most alike in words (at least half) or, when only one is left on each side, that one
    if it is at least a third alike.
    """
    pairs: dict[int, int] = {}
    _match(pairs, old, new, lambda outline: outline.anchor, where=lambda outline: outline.written)
    _match(pairs, old, new, lambda outline: (outline.title, outline.body))
    _match(pairs, old, new, lambda outline: outline.anchor)
    _match(
        pairs,
        old,
        new,
        lambda outline: outline.body.strip(),
        where=lambda outline: bool(outline.body.strip()),
    )
    _match_alike(pairs, old, new)
    return pairs


def _match(
    pairs: dict[int, int],
    old: Sequence[Outline],
    new: Sequence[Outline],
    key: Callable[[Outline], Hashable],
    where: Callable[[Outline], bool] = lambda outline: True,
) -> None:
    used = set(pairs.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index in range(len(old) - 1, -1, -1):
        if index not in used:
            waiting[key(old[index])].append(index)
    for index, outline in enumerate(new):
        if index not in pairs and where(outline) and waiting.get(key(outline)):
            pairs[index] = waiting[key(outline)].pop()


def _match_alike(pairs: dict[int, int], old: Sequence[Outline], new: Sequence[Outline]) -> None:
    """Sections left over between two neighbours that are matched: the most alike belong together."""
    used = set(pairs.values())
    gap: list[int] = []
    before = -1
    for index in range(len(new) + 1):
        if index < len(new) and index not in pairs:
            gap.append(index)
            continue
        after = pairs.get(index, len(old))
        left = [position for position in range(before + 1, after) if position not in used]
        _match_gap(pairs, old, new, left[:MAX_GAP], gap[:MAX_GAP])
        gap, before = [], after


def _match_gap(
    pairs: dict[int, int], old: Sequence[Outline], new: Sequence[Outline], left: list[int], gap: list[int]
) -> None:
    enough = 1 / 3 if len(left) == len(gap) == 1 else ALIKE
    scored = [(alike(old[a], new[b]), a, b) for b in gap for a in left if old[a].level and new[b].level]
    taken: set[int] = set()
    for score, a, b in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if score >= enough and a not in taken and b not in pairs:
            taken.add(a)
            pairs[b] = a


def alike(old: Outline, new: Outline) -> float:
    """0 to 1: how much of the words, title and text, two sections share (bounded at 400 words a side)."""
    if not old.body.strip() and not new.body.strip():
        return (
            ALIKE if old.level == new.level else 0.0
        )  # bare headings, of chapters most often: known by their place
    words_old = _WORD.findall(f"{old.title} {old.body[:4000]}")[:400]
    words_new = _WORD.findall(f"{new.title} {new.body[:4000]}")[:400]
    matcher = SequenceMatcher(None, words_old, words_new, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= 1 / 3 else 0.0
