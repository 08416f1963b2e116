"""Tables of a data warehouse: what each is known by, which of their rows explain tickets, and the columns they fill.

A helpdesk's module says `TICKETS`, the columns its table of tickets is known by; `SIDES`, the tables beside it;
`ADDED`, the columns that each of them adds to a ticket; `PEOPLE`, the columns of numbers in whose place names stand;
`kept`, what is kept of a row of such a table; `cells`, what a ticket gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
        words = re.split(r"[\W_\d]+", PurePosixPath(file).stem.casefold())
        named = not self.word or self.word in words or f"{self.word}s" in words
        return self.columns <= columns and not self.without & columns and named


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
