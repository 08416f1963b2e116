"""Tables of a data warehouse: what each is known by, which of their rows explain tickets, and the columns they fill.

A helpdesk's module says `TICKETS`, the columns its table of tickets is known by; `SIDES`, the tables beside it;
`ADDED`, the columns that each of them adds to a ticket; `PEOPLE`, the columns of numbers in whose place names stand;
`kept`, what is kept of a row of such a table; `cells`, what a ticket gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

Row = dict[str, str]


@dataclass(frozen=True)
class Side:
    """A table beside the tickets. `group`: its list in the lookups; `word`: one that its file's name has to hold, where
    its columns are those of others too."""

    group: str
    columns: frozenset[str]
    word: str = ""
    without: frozenset[str] = frozenset()

    def fits(self, columns: set[str], file: str) -> bool:
        """Whether a file with these columns, in lower case, is this table."""
        words = next((found for found in reversed(name_of(file)) if found), ())
        named = not self.word or self.word in words or f"{self.word}s" in words
        return self.columns <= columns and not self.without & columns and named


_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENDING: Final = re.compile(r"(\.(csv|tsv|tab|txt|json|ndjson|jsonl|gz|snappy))+$")
_OF_A_PART: Final = {"part", "tid", "data", "chunk"}


@lru_cache(maxsize=2048)
def name_of(file: str) -> tuple[tuple[str, ...], ...]:
    """The words of a file and of the folders it is in, without what unloaders number its parts by:
    zendesk/ticket_0_0_1.csv.gz is (zendesk), (ticket), and so is its next part."""
    parts = PurePosixPath(_ENDING.sub("", file.casefold())).parts
    words = (re.split(r"[\W_]+", _UUID.sub("", part)) for part in parts)
    return tuple(
        tuple(bare for word in some if (bare := _bare(word)) not in _OF_A_PART and bare) for some in words
    )


def _bare(word: str) -> str:
    """Without its numbers; what has less than three letters beside them is no word."""
    bare = re.sub(r"\d+", "", word)
    return bare if bare == word or len(bare) > 2 else ""


def folded(name: str) -> str:
    """A header as tables are known by it: connectors write capitals, and some quote a column that is a word of SQL."""
    return name.strip().strip('"').casefold()


def is_true(value: Any) -> bool:
    return str(value).strip().casefold() in {"true", "t", "1", "yes"}


def is_over(row: Row) -> bool:
    """Whether the row is only kept as history: deleted, or replaced by a newer one."""
    return is_true(row.get("_fivetran_deleted", "")) or row.get("_fivetran_active", "").casefold() == "false"


_UTC: Final = re.compile(r"\s*(UTC|Z)$")


def stamp(value: Any) -> str:
    """A time as a cell; the zone as BigQuery writes it is written as in ISO 8601."""
    return _UTC.sub("Z", str(value or "").strip())


def distinct(values: Iterable[Any]) -> list[str]:
    """Each once, in order; none that is empty."""
    return [*dict.fromkeys(str(value) for value in values if value not in (None, ""))]
