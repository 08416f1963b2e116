"""The door of an import: what of a person comes in from a source, and how. All of it before the first write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metrics import held, lost_keys, requesters
from metrics.mapping import MappingRefused
from metrics.masking import LIMIT, mask
from metrics.models import Source, Suppression

SUBJECT_LIMIT: Final = 300


@dataclass(frozen=True)
class Door:
    """How the rows of one source are admitted.

    shut: neutral columns that are not read. region: whose telephone numbers need no country code. erased: for each key
    that customers were hashed by, who of them is not to come back. held: whom holds name, by any key. earlier: the
    keys of before.
    """

    shut: frozenset[str]
    region: str
    key: bytes
    erased: tuple[tuple[bytes, frozenset[str]], ...]
    held: frozenset[str] = frozenset()
    earlier: tuple[bytes, ...] = ()

    def let_in(self, columns: dict[str, str]) -> dict[str, str]:
        """Those of the neutral columns that are read."""
        return {name: value for name, value in columns.items() if name not in self.shut}

    def masked(self, text: str) -> str:
        """Free text with marks for personal data."""
        return mask(text, region=self.region or None)

    def customer(self, address: str) -> str:
        """The hash that stands for a customer. Whom a hold names by a key of before keeps the hash of that key, for the
        hold knows no other."""
        found = requesters.hashed(address, self.key)
        if not self.held or found in self.held:
            return found
        before = (requesters.hashed(address, key) for key in self.earlier)
        return next((hashed for hashed in before if hashed in self.held), found)

    def is_erased(self, address: str) -> bool:
        return any(requesters.hashed(address, key) in known for key, known in self.erased)

    def text(self, name: str, cell: str) -> str:
        """The subject or the body as it may be kept."""
        return self.masked(cell)[: SUBJECT_LIMIT if name == "subject" else LIMIT]


class KeysLost(MappingRefused):
    """No import can begin or go on until the desk knows a key again."""


def door_of(source: Source) -> Door:
    """The door of a source as it stands now."""
    keys = requesters.known_keys()
    people = held.people() if len(keys) > 1 else []
    shut = {"subject": not source.keeps_subject, "body": not source.keeps_body}
    return Door(
        shut=frozenset(name for name, is_shut in shut.items() if is_shut),
        region=source.phone_region,
        key=keys[0],
        erased=tuple(_erased(keys)),
        held=frozenset(hashed for names in people for _key, hashed in names),
        earlier=tuple(keys[1:]),
    )


def open_door(source: Source) -> Door:
    """The same, for an import. Raises KeysLost where it would not know again who was erased, or is held."""
    if keys := lost_keys.lost():
        raise KeysLost([lost_keys.warning(keys)])
    return door_of(source)


def _erased(keys: list[bytes]) -> list[tuple[bytes, frozenset[str]]]:
    known: dict[str, set[str]] = {}
    for key_id, hashed in Suppression.objects.values_list("key_id", "hashed"):
        known.setdefault(key_id, set()).add(hashed)
    found = [(key, frozenset(known.get(requesters.fingerprint(key), ()))) for key in keys]
    return [(key, names) for key, names in found if names]
