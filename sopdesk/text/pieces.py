"""Two texts word by word, with what became of each word's looks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sopdesk.text.inline import Style, Token
from sopdesk.text.sequences import Pair, common

_FILLER = re.compile(r"^[ \t,;:.'’-]{0,3}$")


class PieceKind(StrEnum):
    """What became of a stretch of words; `formatted` ones are the same but look otherwise."""

    added = "added"
    formatted = "formatted"
    removed = "removed"
    same = "same"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words of one kind and one look. `old` and `new` are its characters in the two sources."""

    kind: PieceKind
    text: str
    style: Style
    old: str = ""
    new: str = ""
    style_old: Style | None = None


def kept(tokens: Iterable[Token], kind: PieceKind) -> tuple[Piece, ...]:
    """A text that stands on one side only, or on both alike (`same`)."""
    return joined(_alone(token, kind) for token in tokens)


def layout(old: str, new: str) -> tuple[Piece, ...]:
    """Characters of both sources that nobody sees: marks, bars, line ends."""
    return (Piece(PieceKind.same, "", Style(), old, new),) if old or new else ()


def compare(old: Sequence[Token], new: Sequence[Token]) -> tuple[Piece, ...]:
    """What became of `old`: pieces in order. The `old` of all of them joined are its sources, likewise `new`."""
    shown_old, shown_new = [token.shown for token in old], [token.shown for token in new]
    pairs = without_crumbs(shown_old, shown_new, common(shown_old, shown_new))
    found: list[Piece] = []
    i = j = 0
    for a, b in [*pairs, (len(old), len(new))]:
        found += [_alone(token, PieceKind.removed) for token in old[i:a]]
        found += [_alone(token, PieceKind.added) for token in new[j:b]]
        if a < len(old):
            found.append(_paired(old[a], new[b], found[-1] if found else None))
        i, j = a + 1, b + 1
    return joined(found)


def _alone(token: Token, kind: PieceKind) -> Piece:
    old = token.source if kind != PieceKind.added else ""
    new = token.source if kind != PieceKind.removed else ""
    return Piece(kind, token.shown, token.style, old, new)


def _paired(old: Token, new: Token, before: Piece | None) -> Piece:
    """The same word on both sides. A blank looks otherwise only where the word before it does."""
    changed = old.style != new.style
    if changed and new.blank:
        changed = before is not None and (before.style_old, before.style) == (old.style, new.style)
    if changed:
        return Piece(PieceKind.formatted, new.shown, new.style, old.source, new.source, old.style)
    return Piece(PieceKind.same, new.shown, new.style, old.source, new.source)


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one kind and one look as one piece."""
    found: list[Piece] = []
    run: list[Piece] = []
    for piece in pieces:
        if run and _look(run[0]) != _look(piece):
            found.append(_one(run))
            run = []
        run.append(piece)
    return tuple([*found, _one(run)] if run else found)


def _look(piece: Piece) -> tuple[PieceKind, Style, Style | None]:
    return piece.kind, piece.style, piece.style_old


def _one(run: Sequence[Piece]) -> Piece:
    first = run[0]
    if len(run) == 1:
        return first
    text, old, new = ("".join(part) for part in zip(*((p.text, p.old, p.new) for p in run), strict=True))
    return Piece(first.kind, text, first.style, old, new, first.style_old)


def without_crumbs(old: Sequence[str], new: Sequence[str], pairs: list[Pair]) -> list[Pair]:
    """Pairs without kept blanks and commas that stand alone between two changes.

    So "14 days" → "30 nights" is one change, not two with a blank between.
    """
    kept_pairs: list[Pair] = []
    ends = (len(old), len(new))
    runs = _runs(pairs)
    for index, run in enumerate(runs):
        text = "".join(old[a] for a, _b in run)
        first, last = run[0], run[-1]
        after = runs[index + 1][0] if index + 1 < len(runs) else ends
        before = runs[index - 1][-1] if index else (-1, -1)
        both_sides = all(
            (first[side] - before[side] > 1) and (after[side] - last[side] > 1) for side in (0, 1)
        )
        if not (both_sides and _FILLER.match(text)):
            kept_pairs += run
    return kept_pairs


def _runs(pairs: Iterable[Pair]) -> list[list[Pair]]:
    runs: list[list[Pair]] = []
    for a, b in pairs:
        if runs and runs[-1][-1] == (a - 1, b - 1):
            runs[-1].append((a, b))
        else:
            runs.append([(a, b)])
    return runs
