"""Cells of an uploaded file as a page or a download may show them: what the door takes out of a ticket is out here too.

A customer is shown as `customer:` and the hash that stands for them, which is read again as that customer, so that a
mended row brings the same one in without their address ever being in the download.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from metrics import mapping, masking, requesters
from metrics.admitting import Door, door_of
from metrics.models import Import, RejectedRow

SHOWN: Final = 60
LOOKED_AT: Final = 400  # a number that a shorter cut would halve is still seen whole
TEXTS: Final = ("subject", "body")
PERSON: Final = "[person]"

# Headers that say that the column names a customer, whatever else is read from it.
_PERSONAL: Final = re.compile(
    r"(requester|customer|contact|submitter|sender|reporter|creator|recipient|client|caller|end user|user)s?"
    r"( (name|full name|first name|last name|e?mail|mail|address|e?mail address|phone|number|mobile|id|external id))?"
    r"|(first|last|full|family|given) name|(e?mail|phone|mobile|telephone|postal|home)( (address|number))?"
    r"|address|street|post ?code|zip( code)?|date of birth|birth ?day|cc|from|to",
)


def is_personal(header: str) -> bool:
    """Whether a column of that name holds who a customer is: "Requester email", "contact_name"."""
    words = re.sub(r"[\W_]+", " ", header.replace("-", "")).strip().lower()
    return bool(_PERSONAL.fullmatch(words))


@dataclass(frozen=True)
class Sampler:
    """How cells of a column are shown while somebody says which column is which. `chosen`: neutral column -> header."""

    door: Door
    chosen: dict[str, str]

    def __call__(self, header: str, cell: str) -> str:
        roles = {name for name, wanted in self.chosen.items() if wanted == header}
        if "requester" in roles:
            return as_customer(cell, self.door)[: len(requesters.PREFIX) + 6]
        if roles and roles <= self.door.shut:
            return _("(not kept)")
        if not roles and is_personal(header):
            return PERSON
        return self.door.masked(cell[:LOOKED_AT])[:SHOWN]


def as_customer(cell: str, door: Door) -> str:
    """The customer as a hash; nothing for an empty cell, and for who was erased."""
    if not cell.strip() or (door.erased and door.is_erased(cell)):
        return ""
    return requesters.PREFIX + door.customer(cell)


def of_rejected(ticket_import: Import) -> Callable[[RejectedRow, list[str]], list[str]]:
    """A function from a rejected row and its cells to the cells that its download may hold.

    Of a row whose cells cannot be told apart each is masked as a text, with customers by their hash.
    """
    fitted = mapping.parse(ticket_import.mapping)
    door, header = door_of(ticket_import.source), ticket_import.header
    roles = {name: {ours for ours, theirs in fitted.columns.items() if theirs == name} for name in header}
    read = {name for name in header if roles[name] - {"requester", *TEXTS}}
    read |= {name for name, _prefix in fitted.labels}
    who = fitted.columns.get("requester")
    at = header.index(who) if who in header else None

    def veiled(name: str, cell: str, wrong: str) -> str:
        if "requester" in roles[name]:
            return as_customer(cell, door)
        if name in read:
            return door.masked(cell) if wrong in roles[name] else cell
        text = next(iter(roles[name] & {*TEXTS}), None)
        if text is not None:
            return "" if text in door.shut else door.text(text, cell)
        return PERSON if cell and is_personal(name) else door.masked(cell)

    def row(rejected: RejectedRow, cells: list[str]) -> list[str]:
        if not rejected.column or len(cells) != len(header):
            return [_as_text(cell, door) for cell in cells]
        is_erased = at is not None and bool(door.erased) and door.is_erased(cells[at])
        return [
            "" if is_erased and name not in read else veiled(name, cell, rejected.column)
            for name, cell in zip(header, cells, strict=True)
        ]

    return row


def _as_text(cell: str, door: Door) -> str:
    """Masked, but an address becomes the hash that stands for that customer."""
    parts, at = [], 0
    for start, end in masking.addresses(cell):
        parts += [door.masked(cell[at:start]), as_customer(cell[start:end], door)]
        at = end
    return "".join([*parts, door.masked(cell[at:])])
