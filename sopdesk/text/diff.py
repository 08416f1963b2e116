"""What changed between two texts, word by word inside their sections. Nothing is ever left out.

Ops with "same" and "removed" joined give the old text exactly, "same" and "added" the new one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from sopdesk.text import lines
from sopdesk.text.aligning import align
from sopdesk.text.sections import Section, outline, split
from sopdesk.text.sequences import Pair, common, rising

# Letters of scripts that are written without spaces stand alone; a word is a run of other letters and digits.
_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+?(?=[\u3040-\u30ff\u3400-\u9fff])|\w+"
)
_FILLER = re.compile(r"^[ \t,;:.'’-]{0,3}$")


class OpKind(StrEnum):
    """Whether words stand in both texts, only in the new one, or only in the old one."""

    added = "added"
    removed = "removed"
    same = "same"


class SectionKind(StrEnum):
    """What became of a section. Of several the gravest: changed before retitled before moved."""

    added = "added"
    changed = "changed"
    moved = "moved"
    removed = "removed"
    retitled = "retitled"
    same = "same"


@dataclass(frozen=True, slots=True)
class Op:
    """A run of text and what became of it. `kind` equals the plain strings "same", "added" and "removed"."""

    kind: OpKind
    text: str


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """One section in both texts. `anchor` is the new one's (the old one's when removed); titles are None where absent.

    `ops` cover the section's source. `moved` also marks a changed section that stands elsewhere now;
    `old_index` and `new_index` are places in the two texts, None where the section is absent.
    """

    kind: SectionKind
    anchor: str
    title_old: str | None
    title_new: str | None
    ops: tuple[Op, ...]
    moved: bool
    old_index: int | None
    new_index: int | None


def words(old: str, new: str) -> tuple[Op, ...]:
    """The difference of two texts: first whole lines, then words inside the lines that differ.

    A change never joins over a line end or a table bar, so rows and cells stay apart. Time is bounded.
    """
    if old == new:
        return (Op(OpKind.same, old),) if old else ()
    rows_old, rows_new = lines.split(old), lines.split(new)
    found: list[Op] = []
    i = j = 0
    for a, b in [*common(rows_old, rows_new), (len(rows_old), len(rows_new))]:
        if i < a or j < b:
            found += _in_rows(rows_old[i:a], rows_new[j:b])
        if a < len(rows_old):
            found.append(Op(OpKind.same, rows_old[a]))
        i, j = a + 1, b + 1
    return _joined(found)


def _in_rows(old: list[str], new: list[str]) -> list[Op]:
    """Rows of a table are compared with the row that has the same first cell; other lines word by word as a whole."""
    if not all(row.lstrip().startswith("|") for row in [*old, *new]):
        return _in_words("".join(old), "".join(new))
    found: list[Op] = []
    i = j = 0
    for a, b in [
        *common([_first_cell(row) for row in old], [_first_cell(row) for row in new]),
        (len(old), len(new)),
    ]:
        if a - i == b - j:
            found += _in_words("".join(old[i:a]), "".join(new[j:b]))
        else:
            found += [Op(OpKind.removed, "".join(old[i:a])), Op(OpKind.added, "".join(new[j:b]))]
        if a < len(old):
            found += _in_words(old[a], new[b])
        i, j = a + 1, b + 1
    return found


def _first_cell(row: str) -> str:
    return row.strip().strip("|").split("|", 1)[0].strip()


def _in_words(old: str, new: str) -> list[Op]:
    tokens_old, tokens_new = _tokens(old), _tokens(new)
    pairs = _without_crumbs(tokens_old, tokens_new, common(tokens_old, tokens_new))
    found: list[Op] = []
    i = j = 0
    for a, b in [*pairs, (len(tokens_old), len(tokens_new))]:
        found.append(Op(OpKind.removed, "".join(tokens_old[i:a])))
        found.append(Op(OpKind.added, "".join(tokens_new[j:b])))
        if a < len(tokens_old):
            found.append(Op(OpKind.same, tokens_old[a]))
        i, j = a + 1, b + 1
    return found


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        tokens += re.findall(r"[ \t]+|[\s\S]", text[at : match.start()])
        tokens.append(match[0])
        at = match.end()
    return tokens + re.findall(r"[ \t]+|[\s\S]", text[at:])


def _without_crumbs(old: Sequence[str], new: Sequence[str], pairs: list[Pair]) -> list[Pair]:
    """Pairs without kept blanks and commas that stand alone between two changes.

    So "14 days" → "30 nights" is one change, not two with a blank between.
    """
    kept: list[Pair] = []
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
            kept += run
    return kept


def _runs(pairs: Iterable[Pair]) -> list[list[Pair]]:
    runs: list[list[Pair]] = []
    for a, b in pairs:
        if runs and runs[-1][-1] == (a - 1, b - 1):
            runs[-1].append((a, b))
        else:
            runs.append([(a, b)])
    return runs


def _joined(ops: Iterable[Op]) -> tuple[Op, ...]:
    """Neighbours of one kind as one op, none empty; what is removed before what is added."""
    groups = groupby((op for op in ops if op.text), key=lambda op: op.kind)
    return tuple(Op(kind, "".join(op.text for op in group)) for kind, group in groups)


def documents(old_source: str, new_source: str) -> tuple[SectionDiff, ...]:
    """The difference of two Markdown sources by section, in the order of the new one; a removed section stands after
    the one it followed. Sections are known by anchor, then by words (see `aligning.align`). Raises guards.TextRefused.
    """
    old, new = split(old_source), split(new_source)
    pairs = align([outline(section) for section in old], [outline(section) for section in new])
    resting = {a for a, _b in rising(sorted((a, b) for b, a in pairs.items()))}
    gone = set(range(len(old))) - set(pairs.values())
    found = [_gone(old, index) for index in _following(gone, -1)]
    for index, section in enumerate(new):
        match = pairs.get(index)
        found.append(_compared(old[match] if match is not None else None, section, match, index, resting))
        if match is not None:
            found += [_gone(old, after) for after in _following(gone, match)]
    return tuple(found)


def _following(gone: set[int], index: int) -> list[int]:
    """The run of removed sections that directly follows the old section `index`."""
    run: list[int] = []
    while index + 1 in gone:
        index += 1
        run.append(index)
    return run


def _gone(old: Sequence[Section], index: int) -> SectionDiff:
    section = old[index]
    ops = _joined([Op(OpKind.removed, section.source)])
    return SectionDiff(SectionKind.removed, section.anchor, section.title, None, ops, False, index, None)


def _compared(
    old: Section | None, new: Section, old_index: int | None, new_index: int, resting: set[int]
) -> SectionDiff:
    if old is None:
        ops = _joined([Op(OpKind.added, new.source)])
        return SectionDiff(SectionKind.added, new.anchor, None, new.title, ops, False, None, new_index)
    moved = old_index not in resting
    kind = SectionKind.moved if moved else SectionKind.same
    if old.hash != new.hash:
        same_body = outline(old).body.split() == outline(new).body.split()
        kind = SectionKind.retitled if same_body and old.title != new.title else SectionKind.changed
    ops = words(old.source, new.source)
    return SectionDiff(kind, new.anchor, old.title, new.title, ops, moved, old_index, new_index)
