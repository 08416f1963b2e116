"""Names and figures that an export keeps beside its tickets: users, groups, metrics, ratings, time entries.

They lie in a small database file beside the upload, so that an export with a million users takes no more memory
than one with ten. Gathering the same again changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from metrics.vendors.cells import WHOLE_MAX, at

# By what the rows of a list are found, and which of their values are kept (all of them when none are named).
_BY: Final = {
    "ticket_metrics": "ticket_id", "metric_sets": "ticket_id", "satisfaction_ratings": "ticket_id",
    "time_entries": "ticket_id", "ticket_comments": "ticket_id", "ticket_tags": "ticket_id",
    "ticket_field_history": "ticket_id", "conversation_parts": "conversation_id",
    "conversation_tags": "conversation_id",
}  # fmt: skip
_KEPT: Final = {
    "users": ("name", "email", "role"), "contacts": ("name", "email"), "agents": ("name", "contact"),
    "groups": ("name",), "teams": ("name",), "admins": ("name",), "brands": ("name",),
    "organizations": ("name",), "companies": ("name",), "ticket_fields": ("title",),
    "ticket_comments": ("author_id", "public", "created_at", "user_id", "created", "via", "via_channel"),
    "ticket_tags": ("tag",), "ticket_field_history": ("field_name", "updated", "value"), "tags": ("name",),
    "conversation_parts": ("author_type", "created_at"), "conversation_tags": ("tag_id",),
}  # fmt: skip
BATCH: Final = 50_000
# The lists that there are, by jumping from one to the next: DISTINCT would read every row.
_LISTS: Final = """WITH RECURSIVE found (list) AS (
    SELECT min(list) FROM rows
    UNION ALL SELECT (SELECT min(list) FROM rows WHERE list > found.list) FROM found WHERE found.list IS NOT NULL
) SELECT list FROM found WHERE list IS NOT NULL"""
REMEMBERED: Final = 10_000
CACHE_KB: Final = 32 * 1024


def _key(value: Any) -> str:
    """A number as it is kept. JSON may say 1.0 where another table says 1, and hold half a character, which no text of
    SQLite can."""
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_MAX:
        return str(int(value))
    found = str(value)
    return found if found.isascii() else found.encode("utf-8", "backslashreplace").decode()


class Lookups:
    """Rows by list and number."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: list[tuple[str, str, str, str]] = []
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        database.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        database.execute(
            "CREATE TABLE IF NOT EXISTS rows (list TEXT, key TEXT, number TEXT, row TEXT,"
            " PRIMARY KEY (list, key, number)) WITHOUT ROWID"
        )
        self.lists = {name for (name,) in database.execute(_LISTS)}

    def add(self, name: str, row: dict[str, Any], place: int | str) -> None:
        """Keep a row of a list. `place` is what tells those from one another that have no number of their own."""
        key = row.get(_BY.get(name, "id"))
        if key is None or key == "":
            return
        kept = {k: row.get(k) for k in _KEPT[name]} if name in _KEPT else row
        self.lists.add(name)
        self._found.clear()
        self._waiting.append((name, _key(key), _key(row.get("id", place)), json.dumps(kept)))
        if len(self._waiting) >= BATCH:
            self.write()

    def write(self) -> None:
        """Those that were added since, in the order in which they lie: in any other each is a page to be fetched."""
        self._waiting.sort(key=lambda row: row[:3])
        self._database.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def all(self, name: str, key: Any) -> list[dict[str, Any]]:
        """The rows of a list that belong to this number, 9 before 10 by their own."""
        if name not in self.lists or key is None:
            return []
        if self._waiting:
            self.write()
        found = self._database.execute(
            "SELECT row FROM rows WHERE list = ? AND key = ? ORDER BY length(number), number",
            (name, _key(key)),
        )
        return [json.loads(row) for (row,) in found]

    def one(self, name: str, key: Any) -> dict[str, Any]:
        """The first of them; of those asked for lately without looking again: an agent has many tickets."""
        place = (name, _key(key))
        if place not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found[place] = next(iter(self.all(name, key)), {})
        return self._found[place]

    def name(self, key: Any, *lists: str) -> str:
        """What it is called, else its number."""
        for each in lists:
            row = self.one(each, key)
            called = row.get("name") or at(row, "contact", "name") or row.get("title")
            if called:
                return str(called)
        return "" if key is None else str(key)


@contextmanager
def kept_in(path: Path | None) -> Iterator[Lookups]:
    """The rows in that file; without one, in memory. They are written when all went well."""
    database = sqlite3.connect(path or ":memory:")
    try:
        known = Lookups(database)
        yield known
        known.write()
        database.commit()
    finally:
        database.close()
