"""Several tables of a data warehouse in one .zip: which of them is the table of tickets, and which stand beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from django.utils.translation import gettext as _

from metrics import containers, reading
from metrics.containers import Blank, FileRefused
from metrics.reading import Layout
from metrics.vendors import intercom_tables, zendesk_tables
from metrics.vendors.tables import folded

VENDORS: Final[dict[str, ModuleType]] = {"zendesk": zendesk_tables, "intercom": intercom_tables}
MEMBERS_MAX: Final = 200  # a connector writes some sixty tables
HEADER_BYTES: Final = 256 * 1024
NAMED: Final = 8
_TABLE: Final = re.compile(r"\.(csv|tsv|tab)(\.\w{1,4})?$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """`tickets`: the file with the table of tickets, and its header; `sides`: the list of each file beside it;
    `passed_over`: the other files."""

    vendor: str
    tickets: str
    header: list[str]
    sides: dict[str, str]
    passed_over: list[str]

    @property
    def joined(self) -> list[str]:
        """The header with the columns that the tables beside it fill."""
        has, beside = {*map(folded, self.header)}, {*self.sides.values()}
        told = VENDORS[self.vendor].ADDED.items()
        added = [name for group, names in told if group in beside for name in names]
        return [*self.header, *(name for name in added if name not in has)]


def are_several(path: Path) -> bool:
    return len(containers.members(path)) > 1


def found_in(path: Path) -> Found:
    """Raises FileRefused, naming the files, when not exactly one of them is a table of tickets."""
    sizes = containers.members(path)
    _check_sizes(sizes, path.stat().st_size)
    layouts = {name: layout for name, size in sizes.items() if size and (layout := _layout(path, name))}
    mains = [
        (name, vendor)
        for name, layout in layouts.items()
        for vendor, tables in VENDORS.items()
        if tables.TICKETS.issubset(map(folded, layout.header))
    ]
    if len(mains) != 1:
        raise FileRefused(_not_one([name for name, _vendor in mains], [*sizes]))
    ((tickets, vendor),) = mains
    sides = {
        name: group
        for name, layout in layouts.items()
        if name != tickets and (group := _side(vendor, name, layout.header))
    }
    passed_over = [name for name in sizes if name != tickets and name not in sides]
    return Found(vendor, tickets, layouts[tickets].header, sides, passed_over)


def _layout(path: Path, name: str) -> Layout | None:
    """None for what is passed over: no delimited text, by its name and by what is in it. A table that cannot be read is
    not: without it the tickets would be wrong, and nobody would see it. Raises FileRefused."""
    try:
        return reading.layout_of(path, member=name, size=HEADER_BYTES)
    except Blank:
        return None
    except FileRefused as refusal:
        if not _TABLE.search(name):
            return None
        said = _("“%(file)s” in the .zip cannot be read. %(why)s")
        raise FileRefused(said % {"file": name[-60:], "why": refusal}) from refusal


def _side(vendor: str, name: str, header: list[str]) -> str:
    columns = {*map(folded, header)}
    return next((side.group for side in VENDORS[vendor].SIDES if side.fits(columns, name)), "")


def _check_sizes(sizes: dict[str, int], packed: int) -> None:
    if len(sizes) > MEMBERS_MAX:
        raise FileRefused(
            _("The .zip holds %(count)s files; at most %(most)s are read together.")
            % {"count": len(sizes), "most": MEMBERS_MAX}
        )
    total = sum(sizes.values())
    is_absurd = total > 64 * containers.BLOCK and total > containers.RATIO_MAX * packed
    if total > containers.UNPACKED_MAX or is_absurd:
        raise FileRefused(
            _("The .zip says that it unpacks to %(size)s MB: that is more than is read.")
            % {"size": total // 1024**2}
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
