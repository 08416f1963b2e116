"""Several tables of a data warehouse in one .zip: which of them is the table of tickets, and which stand beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Final

from django.utils.translation import gettext as _

from metrics import containers, table_rows, table_shapes
from metrics.containers import Blank, FileRefused
from metrics.table_parts import (
    ReadBy,
    belongs_to,
    check_alike,
    has_name_of,
    in_order,
    is_of_no_ticket,
    may_be_rows,
    read_like,
)
from metrics.table_shapes import Shape
from metrics.vendors import intercom_tables, zendesk_tables
from metrics.vendors.tables import folded

VENDORS: Final[dict[str, ModuleType]] = {"zendesk": zendesk_tables, "intercom": intercom_tables}
TICKETS: Final = ""  # the list that is none
MEMBERS_MAX: Final = 500  # a connector writes some sixty tables, a warehouse parts of 16 MB
NAMED: Final = 8
FIRST_PARTS: Final = 8
FIRST_LOOK: Final = 64 * 1024**2  # bytes of all files together, while somebody waits
_TABLE: Final = re.compile(r"\.(csv|tsv|tab|json|ndjson|jsonl)(\.\w{1,4})?$", re.IGNORECASE)
_NOT_READ: Final = re.compile(r"\.(parquet|avro|orc)$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """`tickets`: the files of the table of tickets, in order, and its columns; `sides`: the list of each file beside
    it; `like`: of a part whose columns do not tell the table the part by whose it is read; `passed_over`: the rest;
    `doubtful`: those of the rest that may be rows without a header."""

    vendor: str
    tickets: list[str]
    header: list[str]
    sides: dict[str, str]
    like: dict[str, str]
    passed_over: list[str]
    doubtful: list[str]
    shapes: dict[str, Shape]

    @property
    def joined(self) -> list[str]:
        """The header with the columns that the tables beside it fill."""
        has, beside = {*map(folded, self.header)}, {*self.sides.values()}
        told = VENDORS[self.vendor].ADDED.items()
        added = [name for group, names in told if group in beside for name in names]
        return [*self.header, *(name for name in added if name not in has)]

    @property
    def beside(self) -> list[str]:
        return [*self.sides]

    @property
    def looked_into(self) -> list[str]:
        """The files beside the tickets that the first look reads the beginning of: some parts of each table."""
        seen: Counter[str] = Counter()
        found = []
        for name, group in self.sides.items():
            seen[group] += 1
            if seen[group] <= FIRST_PARTS:
                found.append(name)
        return found

    @property
    def seen_in_part(self) -> list[str]:
        """The files beside the tickets of which the first look does not see all."""
        whole = {name for name in self.looked_into if not self.shapes[name].is_cut}
        return [name for name in self.sides if name not in whole]

    def read_by(self, file: str) -> Shape:
        """How it is read: a part without a header as another is."""
        own = self.shapes[file]
        return read_like(own, self.shapes[self.like[file]]) if file in self.like else own


def shape_in(upload: Path, table: Path, like: str) -> Shape:
    """The same of a table of the .zip that is unpacked."""
    if not like:
        return table_shapes.shape_of(table)
    other = table_shapes.shape_of(upload, like)
    return read_like(table_shapes.shape_of(table, delimiter=other.delimiter), other)


def are_several(path: Path) -> bool:
    return len(containers.members(path)) > 1


def found_in(path: Path) -> Found:
    """Raises FileRefused, naming the files, when there is not exactly one table of tickets."""
    return _found_in(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _found_in(path: Path, _changed: int) -> Found:
    """A page asks for it again and again, and to look into hundreds of parts takes a second."""
    sizes = containers.members(path)
    check_sizes(sizes, path.stat().st_size)
    size = min(table_shapes.LOOKED_AT, FIRST_LOOK // max(1, len(sizes)))
    looked_at = {name: _shape(path, name, size) for name in in_order(sizes) if sizes[name]}
    shapes = {name: found for name, found in looked_at.items() if isinstance(found, Shape)}
    vendor, known = _known(shapes, [*sizes])
    for name, found in looked_at.items():
        if isinstance(found, FileRefused) and has_name_of(name, known):
            raise unread(name, found)
    by = partial(_read_by, path, shapes, size)
    like = _parts(known, shapes, by, partial(_repeats_itself, path, shapes, size))
    known |= {name: known[owner] for name, owner in like.items()}
    rest = [name for name in sizes if name not in known]
    tickets = _headed_first([name for name in shapes if known.get(name) == TICKETS], like)
    return Found(
        vendor,
        tickets,
        _columns([shapes[name] for name in tickets if name not in like or not shapes[name].delimiter]),
        {name: known[name] for name in shapes if known.get(name, TICKETS) != TICKETS},
        like,
        rest,
        [
            name
            for name in rest
            if name in shapes and shapes[name].has_data and not is_of_no_ticket(name, rest, shapes, by)
        ],
        {name: shapes[name] for name in known},
    )


def _known(shapes: dict[str, Shape], files: list[str]) -> tuple[str, dict[str, str]]:
    """The helpdesk, and the list of each file that is known by its columns, TICKETS for the table of tickets."""
    mains = {
        name: vendor
        for name, shape in shapes.items()
        for vendor, told in VENDORS.items()
        if told.TICKETS.issubset(shape.names)
    }
    if len({*mains.values()}) != 1:
        raise FileRefused(_not_one([*mains], files))
    check_alike([*mains], shapes)
    vendor = next(iter(mains.values()))
    sides = {name: group for name, shape in shapes.items() if (group := _side(vendor, name, shape))}
    return vendor, {**sides, **dict.fromkeys(mains, TICKETS)}


def _parts(
    known: dict[str, str], shapes: dict[str, Shape], by: ReadBy, repeats: Callable[[str], bool]
) -> dict[str, str]:
    """Of each part that its columns do not tell the file whose table it is a part of. Raises FileRefused."""
    rest = [name for name in shapes if name not in known]
    owners = {name: belongs_to(name, known, shapes, by) for name in rest}
    tickets = [shapes[name] for name, group in known.items() if group == TICKETS]
    passed_over = [name for name, owner in owners.items() if not owner]
    for name in passed_over:
        if not (may_be_rows(name, shapes[name], tickets) or (shapes[name].has_data and repeats(name))):
            continue
        if has_name_of(name, known) or not is_of_no_ticket(name, passed_over, shapes, by):
            said = _(
                "“%(file)s” begins with a row in place of the names of its columns, and no other file of the .zip"
                " tells them. Unload it with a header, or take it out."
            )
            raise FileRefused(said % {"file": name[-60:]})
    return {name: owner for name, owner in owners.items() if owner}


def _read_by(path: Path, shapes: dict[str, Shape], size: int, name: str, delimiter: str) -> Shape:
    """How a file is written when that stands between its cells; as it seems to be when it cannot be read so."""
    if shapes[name].delimiter == delimiter:
        return shapes[name]
    try:
        return table_shapes.shape_of(path, name, size, delimiter)
    except FileRefused:
        return shapes[name]


def _repeats_itself(path: Path, shapes: dict[str, Shape], size: int, name: str) -> bool:
    with naming(name):
        return table_rows.repeats_itself(path, name, shapes[name], size)


def _headed_first(tickets: list[str], like: dict[str, str]) -> list[str]:
    """In the CSV a header stands before the tickets: a part that has one stands first, so that lines are right."""
    first = next((name for name in tickets if name not in like), "")
    return [first, *(name for name in tickets if name != first)] if first else tickets


def _columns(shapes: list[Shape]) -> list[str]:
    """The columns of all parts, each once: a record of JSON names only those it has."""
    found: dict[str, str] = {}
    for shape in shapes:
        for name, column in zip(shape.names, shape.columns, strict=True):
            found.setdefault(name, column)
    return [*found.values()]


def _shape(path: Path, name: str, size: int) -> Shape | FileRefused | None:
    """Why it is passed over where it is no table by its name; None for an empty one. A table that cannot be read is not
    passed over: without it the tickets would be wrong, and nobody would see it. Raises FileRefused."""
    if _NOT_READ.search(name):
        said = _(
            "“%(file)s” in the .zip is not read: unload the table as CSV or as JSON, with one object a line."
        )
        raise FileRefused(said % {"file": name[-60:]})
    try:
        return table_shapes.shape_of(path, name, size)
    except Blank:
        return None
    except FileRefused as refusal:
        if _TABLE.search(name):
            raise unread(name, refusal) from refusal
        return refusal


@contextmanager
def naming(file: str) -> Iterator[None]:
    """What is wrong with one file of several is said with its name. Raises FileRefused."""
    try:
        yield
    except FileRefused as refusal:
        raise unread(file, refusal) from refusal


def unread(name: str, why: FileRefused) -> FileRefused:
    return FileRefused(_("“%(file)s” in the .zip cannot be read. %(why)s") % {"file": name[-60:], "why": why})


def _side(vendor: str, name: str, shape: Shape) -> str:
    columns = {*shape.names}
    return next((side.group for side in VENDORS[vendor].SIDES if side.fits(columns, name)), "")


def check_sizes(sizes: dict[str, int], packed: int) -> None:
    if len(sizes) > MEMBERS_MAX:
        raise FileRefused(
            _("The .zip holds %(count)s files; at most %(most)s are read together.")
            % {"count": len(sizes), "most": MEMBERS_MAX}
        )
    check_unpacked(sum(sizes.values()), packed)


def check_unpacked(total: int, packed: int) -> None:
    """Whether a .zip of that size may unpack to so much. Raises FileRefused."""
    is_absurd = total > 64 * containers.BLOCK and total > containers.RATIO_MAX * packed
    if total > containers.UNPACKED_MAX or is_absurd:
        raise FileRefused(
            _("The .zip unpacks to %(size)s MB: that is more than is read.") % {"size": total // 1024**2}
        )


def _not_one(mains: list[str], names: list[str]) -> str:
    if mains:
        return _(
            "The .zip holds %(count)s files, and more than one is a table of tickets: %(names)s. Put each into a"
            " .zip of its own, with the tables beside it."
        ) % {"count": len(names), "names": _listed(mains)}
    return _(
        "The .zip holds %(count)s files, and none is a table of tickets of a data warehouse (Zendesk’s ticket,"
        " Intercom’s conversation_history): %(names)s. Add that table, or upload the one file of tickets by itself."
    ) % {"count": len(names), "names": _listed(names)}


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name[-60:]}”" for name in names[:NAMED])
    return f"{shown}, …" if len(names) > NAMED else shown
