"""Two texts that grew from one, made one again, section by section. Nothing that either side wrote is ever lost.

A section is known again as in a diff (`aligning.align`), so one side may move or retitle what the other rewrites. What
cannot be decided by itself is a Conflict, which holds both texts until somebody chooses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from sopdesk.text import lines
from sopdesk.text.aligning import align
from sopdesk.text.sections import Section, outline, split
from sopdesk.text.sequences import rising
from sopdesk.text.threeway import Clash, merge_rows

_OWN_BLOCK = ("- ", "* ", "+ ", "|", ">", " ", "\t", "```", ":::")


class Reason(StrEnum):
    """Why a stretch needs somebody's decision."""

    both_edited = "both_edited"
    removed_here = "removed_here"
    removed_there = "removed_there"


class Origin(StrEnum):
    """Whose hand shows in a merged section."""

    both = "both"
    conflict = "conflict"
    mine = "mine"
    same = "same"
    theirs = "theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A stretch of a section that both sides changed, each in another way. `name` is the same for the same conflict,
    however often the merge is worked out again."""

    name: str
    reason: Reason
    anchor: str
    title: str
    base: str
    mine: str
    theirs: str

    @property
    def both(self) -> str:
        """Mine, then theirs; paragraphs stay apart."""
        first, second = self.mine, self.theirs
        if not first or not second:
            return first or second
        first = first if first.endswith("\n") else f"{first}\n"
        is_block = second.startswith(_OWN_BLOCK) or lines.NUMBER.match(second) is not None
        return first + second if is_block or first.endswith("\n\n") else f"{first}\n{second}"


Piece = str | Conflict


@dataclass(frozen=True, slots=True)
class MergedSection:
    """One section of the result, in pieces: settled text and conflicts. Pieces joined are its source."""

    anchor: str
    title: str
    origin: Origin
    is_moved: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The result, section by section in order. `source` keeps both texts of every conflict."""

    sections: tuple[MergedSection, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What somebody has to decide, in the order of the text."""
        pieces = (piece for section in self.sections for piece in section.pieces)
        return tuple(piece for piece in pieces if isinstance(piece, Conflict))

    @property
    def source(self) -> str:
        return self.resolved({})

    def resolved(self, chosen: Mapping[str, str]) -> str:
        """The whole text, with `chosen` in place of the conflicts it names and both texts in place of the others."""
        pieces = (piece for section in self.sections for piece in section.pieces)
        return "".join(
            piece if isinstance(piece, str) else chosen.get(piece.name, piece.both) for piece in pieces
        )


@dataclass(frozen=True, slots=True)
class _Trio:
    """One section as it stands in each text, None where it is absent."""

    base: Section | None
    mine: Section | None
    theirs: Section | None

    @property
    def shown(self) -> Section:
        """The side whose title and level the result has: the one that changed them, mine first."""
        if self.base and self.mine and self.theirs:
            is_kept = (self.mine.title, self.mine.level) == (self.base.title, self.base.level)
            return self.theirs if is_kept else self.mine
        found = self.mine or self.theirs or self.base
        assert found is not None  # noqa: S101  # a trio is made of at least one section
        return found


def merge(base: str, mine: str, theirs: str) -> Merged:
    """What `mine` and `theirs` made of `base`, together. Raises guards.TextRefused.

    A section that one side removed and the other left alone is gone; one that the other rewrote is a conflict.
    """
    texts = [split(source) for source in (base, mine, theirs)]
    trios = _trios(*texts)
    order, moved = _order(trios, *texts)
    result = [_section(trios[index], index in moved) for index in order]
    return Merged(tuple(_jointed(result, order, trios, texts)))


def _trios(base: Sequence[Section], mine: Sequence[Section], theirs: Sequence[Section]) -> list[_Trio]:
    """Every section of the three texts once: those of the base, then what either side added."""
    in_mine = {old: new for new, old in _aligned(base, mine).items()}
    in_theirs = {old: new for new, old in _aligned(base, theirs).items()}
    trios = [
        _Trio(
            section,
            mine[in_mine[index]] if index in in_mine else None,
            theirs[in_theirs[index]] if index in in_theirs else None,
        )
        for index, section in enumerate(base)
    ]
    new_mine = [section for index, section in enumerate(mine) if index not in in_mine.values()]
    new_theirs = [section for index, section in enumerate(theirs) if index not in in_theirs.values()]
    twice = _aligned(new_mine, new_theirs)
    added_twice = {a: new_theirs[b] for b, a in twice.items()}
    trios += [_Trio(None, section, added_twice.get(index)) for index, section in enumerate(new_mine)]
    return trios + [
        _Trio(None, None, section) for index, section in enumerate(new_theirs) if index not in twice
    ]


def _aligned(old: Sequence[Section], new: Sequence[Section]) -> dict[int, int]:
    return align([outline(section) for section in old], [outline(section) for section in new])


def _order(
    trios: Sequence[_Trio], base: Sequence[Section], mine: Sequence[Section], theirs: Sequence[Section]
) -> tuple[list[int], set[int]]:
    """The places of the trios that the result holds, and which of them somebody moved.

    The draft's order, with what the other side added or moved put after the section it follows there. What both
    moved stays where the draft has it.
    """
    kept = {index for index, trio in enumerate(trios) if not _is_removed(trio)}
    own = _places(trios, mine, lambda trio: trio.mine)
    other = _places(trios, theirs, lambda trio: trio.theirs)
    moved_here, moved_there = _moved(own, len(base)), _moved(other, len(base))
    order = [index for index in own if index in kept]
    before: int | None = None
    for index in other:
        if index not in kept:
            continue
        if index not in own or (index in moved_there and index not in moved_here):
            order = [each for each in order if each != index]
            order.insert(order.index(before) + 1 if before is not None else 0, index)
        before = index
    order.sort(key=lambda index: trios[index].shown.level != 0)
    return order, (moved_here | moved_there) & kept


def _places(
    trios: Sequence[_Trio], text: Sequence[Section], side: Callable[[_Trio], Section | None]
) -> list[int]:
    """The trios of one text in its order."""
    at = {section.anchor: place for place, section in enumerate(text)}
    found = [(at[section.anchor], index) for index, trio in enumerate(trios) if (section := side(trio))]
    return [index for _place, index in sorted(found)]


def _moved(places: Sequence[int], base: int) -> set[int]:
    """Which of the base's sections stand elsewhere in this text: those outside the longest run that kept its order.

    The base's trios come first and in its order, so their numbers tell.
    """
    pairs = sorted((index, place) for place, index in enumerate(places) if index < base)
    return {index for index, _place in pairs} - {index for index, _place in rising(pairs)}


def _is_removed(trio: _Trio) -> bool:
    """Whether a side took the section out while the other left its words alone."""
    if trio.base is None or (trio.mine and trio.theirs):
        return False
    left = trio.mine or trio.theirs
    return left is None or left.source.rstrip() == trio.base.source.rstrip()


def _section(trio: _Trio, is_moved: bool) -> MergedSection:
    pieces = tuple(_named(_pieces(trio), trio.shown))
    return MergedSection(trio.shown.anchor, trio.shown.title, _origin(trio, pieces), is_moved, pieces)


def _origin(trio: _Trio, pieces: Sequence[Piece]) -> Origin:
    if any(isinstance(piece, Conflict) for piece in pieces):
        return Origin.conflict
    base, mine, theirs = (_words(section) for section in (trio.base, trio.mine, trio.theirs))
    if mine == theirs:
        return Origin.same if mine == base else Origin.both
    if base in (mine, theirs):
        return Origin.theirs if mine == base else Origin.mine
    return Origin.both if trio.mine and trio.theirs else Origin.mine if trio.mine else Origin.theirs


def _words(section: Section | None) -> str:
    return section.source.rstrip() if section else ""


def _pieces(trio: _Trio) -> Iterator[str | tuple[Reason, Clash]]:
    """A section's text: rows merged, and after them the blank rows at its end, which nobody is asked about."""
    if trio.base and trio.mine is None and trio.theirs:
        yield Reason.removed_here, Clash(trio.base.source, "", trio.theirs.source)
        return
    if trio.base and trio.theirs is None and trio.mine:
        yield Reason.removed_there, Clash(trio.base.source, trio.mine.source, "")
        return
    if trio.mine is None or trio.theirs is None:
        yield trio.shown.source
        return
    (base, base_end), (mine, mine_end), (theirs, theirs_end) = (
        _ended(section.source if section else "") for section in (trio.base, trio.mine, trio.theirs)
    )
    parts = merge_rows(base, mine, theirs)
    end = theirs_end if mine_end == base_end else mine_end
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if isinstance(part, str):
            yield part.removesuffix("\n") + end if is_last else part
        else:
            yield Reason.both_edited, part
            if is_last:
                yield end.removeprefix("\n")


def _ended(source: str) -> tuple[str, str]:
    """A text with one line end at its end, and what really stood there."""
    text = source.rstrip("\r\n")
    return (f"{text}\n" if source else "", source[len(text) :])


def _named(parts: Iterable[str | tuple[Reason, Clash]], section: Section) -> Iterator[Piece]:
    taken: set[str] = set()
    for part in parts:
        if isinstance(part, str):
            if part:
                yield part
            continue
        reason, clash = part
        told = "\0".join((section.anchor, clash.base, clash.mine, clash.theirs))
        name = f"c{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        while name in taken:
            name += "x"
        taken.add(name)
        yield Conflict(name, reason, section.anchor, section.title, clash.base, clash.mine, clash.theirs)


def _jointed(
    result: Sequence[MergedSection],
    order: Sequence[int],
    trios: Sequence[_Trio],
    texts: Sequence[Sequence[Section]],
) -> Iterator[MergedSection]:
    """The sections with a blank row where two meet that were no neighbours in either text."""
    own = _places(trios, texts[1], lambda trio: trio.mine)
    other = _places(trios, texts[2], lambda trio: trio.theirs)
    known = {*pairwise(own), *pairwise(other)}
    for at, section in enumerate(result):
        last = section.pieces[-1] if section.pieces else ""
        end = last if isinstance(last, str) else last.both
        is_known = at + 1 == len(result) or (order[at], order[at + 1]) in known
        missing = "" if is_known or end.endswith("\n\n") else "\n" if end.endswith("\n") else "\n\n"
        if at + 1 < len(result) and is_known and not end.endswith(("\n", "\r")):
            missing = "\n\n"
        pieces = (*section.pieces, missing) if missing else section.pieces
        yield MergedSection(section.anchor, section.title, section.origin, section.is_moved, pieces)
