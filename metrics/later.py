"""Columns that first stand behind what the first look at a file saw, for records of JSON name only what they have.

They are counted while the file is rewritten. Those that the mapping reads are read: the records are written once more,
with them. Of the others the report says where the first one stands, and the mapping page of the same file has them.
An object with a key for each customer would have their addresses kept: such columns are told as one, by a mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from metrics.mapping import TABLES
from metrics.masking import mask
from metrics.models import Import
from metrics.vendors.tables import folded

NAMED: Final = 100  # an object with a key for each customer would name thousands
# Of each column by name: the file in the .zip ("" where there is one), its first record there, and how many have it.
Told = dict[str, tuple[str, int, int]]


class Later:
    """What is seen of them. `wanted`: the columns that the mapping reads, by which each of them is always told."""

    def __init__(self, header: Iterable[str], wanted: Iterable[str], told: Mapping[str, Any] | None) -> None:
        self.known, self.wanted = frozenset(header), frozenset(wanted)
        self.told: Told = {
            name: (file, record, count) for name, (file, record, count) in (told or {}).items()
        }

    def see(self, cells: Mapping[str, str], record: int, file: str = "") -> None:
        if self.known.issuperset(cells):
            return
        for name in cells.keys() - self.known:
            if not cells[name]:
                continue
            called = name if name in self.wanted or name in self.told else mask(name)
            if called in self.told:
                first_in, first, count = self.told[called]
                self.told[called] = (first_in, first, count + 1)
            elif called in self.wanted or len(self.told) < NAMED:
                self.told[called] = (file, record, 1)

    @property
    def to_read(self) -> list[str]:
        """Those of them that the mapping reads."""
        return [name for name in self.told if name in self.wanted]


def found_before(sha256: str, form: str, header: list[str]) -> list[str]:
    """The columns that an import of the same file found, and `header`, of the first look, has not."""
    same = Import.objects.filter(sha256=sha256, form=form, job__isnull=False).exclude(form="")
    before = same.select_related("job").order_by("-pk").first()
    if before is None or before.job is None:
        return []
    told = (before.job.cursor.get("left_out") or {}).get("later") or {}
    fold = folded if form == TABLES else str
    known = {fold(name) for name in header}
    return [name for name in dict.fromkeys((*before.header, *told)) if fold(name) not in known]
