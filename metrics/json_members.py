"""The answers of a helpdesk's endpoints, each a file of JSON, in one .zip: the tickets, and what explains them.

    tickets.json, ticket_metrics.ndjson, satisfaction_ratings.json, users_1.json, users_2.json …

They are read as one file of lines, each a page of one record, so that whatever one file of JSON can hold is read in the
same way from several. Flat records are a warehouse's (metrics/tables.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from metrics import containers, tables
from metrics.containers import Blank, FileRefused
from metrics.json_pages import MAIN, SIDE, Record
from metrics.json_records import Place, Records, beginning, is_lines
from metrics.vendors import detecting
from metrics.vendors.tables import name_of

TICKETS: Final = "tickets"
IS_JSON: Final = re.compile(rb"\s*(\{|\[\s*[\[{\]])")
FIRST_LOOK: Final = 8 * 1024**2  # bytes of all files together
LEAST_OF_ONE: Final = 64 * 1024
SAID_EVERY: Final = 1_000
_TABLE: Final = re.compile(r"\.(csv|tsv|tab|xlsx|parquet|avro|orc)(\.\w{1,4})?$", re.IGNORECASE)
_OF_CONNECTORS: Final = re.compile("_(fivetran|airbyte|sdc)_")
# Lists by the columns that only their records have, where no page and no name of a file says which it is.
_KNOWN_BY: Final = {
    "ticket_metrics": {"ticket_id", "reply_time_in_minutes"},
    "satisfaction_ratings": {"ticket_id", "score"},
    "ticket_comments": {"ticket_id", "author_id", "public"},
    "time_entries": {"ticket_id", "time_spent"},
}
# All the columns of lists that a table of tickets might be taken for: that has others besides.
_ALL_OF: Final = {
    "satisfaction_ratings": {
        "id", "url", "ticket_id", "assignee_id", "group_id", "requester_id", "score", "comment", "comment_id", "reason",
        "reason_id", "reason_code", "created_at", "updated_at",
    },
    "time_entries": {
        "id", "ticket_id", "agent_id", "company_id", "billable", "note", "time_spent", "timer_running", "executed_at",
        "start_time", "created_at", "updated_at",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Members:
    """`groups`: the list that the records of each file are, where no page in it says another; `records`: those of the
    beginnings; `passed_over`: files that are neither tickets nor explain them."""

    groups: dict[str, str]
    records: list[Record]
    passed_over: list[str]


def found_in(path: Path) -> Members | None:
    """None for what is no .zip of several such files. Raises FileRefused, naming the file."""
    return _found_in(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _found_in(path: Path, _changed: int) -> Members | None:
    sizes = containers.members(path)
    if len(sizes) < 2 or any(_TABLE.search(name) for name in sizes):
        return None
    tables.check_sizes(sizes, path.stat().st_size)
    size = max(LEAST_OF_ONE, FIRST_LOOK // len(sizes))
    seen = {name: _beginning(path, name, size) for name in sizes if sizes[name]}
    read = {name: records for name, records in seen.items() if not isinstance(records, FileRefused)}
    groups = {name: group for name, records in read.items() if (group := _group(name, records))}
    if TICKETS not in groups.values():
        return None
    for name, why in seen.items():
        if isinstance(why, FileRefused):
            raise tables.unread(name, why)
    records = [_placed(each, groups[name]) for name in groups for each in read[name]]
    return Members(groups, records, [name for name in sizes if name not in groups])


def _beginning(path: Path, name: str, size: int) -> list[Record] | FileRefused:
    """Why it cannot be read, where it is JSON and broken."""
    try:
        raw, is_cut = containers.beginning_of(path, size, name)
    except Blank:
        return []
    if not IS_JSON.match(raw):
        return []
    try:
        return beginning(raw, is_cut=is_cut)
    except FileRefused as refusal:
        return refusal


def _group(name: str, records: list[Record]) -> str:
    """Which list a file is; "" for one that is neither tickets nor explains them."""
    own = [each.value for each in records if not each.reason and each.group in {"", *MAIN}]
    if own and detecting.form_of(own[:50]) != detecting.JSON:
        return TICKETS if any(map(_is_nested, own[:50])) else ""
    paged = next((each.group for each in records if each.group in SIDE), "")
    return paged or (side_of(own) or _named(name) if own else "")


def _is_nested(record: dict[str, Any]) -> bool:
    if any(_OF_CONNECTORS.match(key) for key in record):
        return False
    return any(isinstance(value, dict | list) for value in record.values())


def side_of(records: Iterable[dict[str, Any]]) -> str:
    """The list that explains tickets and is known by the columns of its records; "" for none of them."""
    first = {*next(iter(records), {})}
    known = (name for name, keys in _KNOWN_BY.items() if keys <= first and first <= _ALL_OF.get(name, first))
    return "" if "status" in first else next(known, "")


def _named(file: str) -> str:
    called = "_".join(name_of(file)[-1])
    return next((name for name in SIDE if f"_{called}".endswith((f"_{name}", f"_{name[:-1]}"))), "")


def _placed(record: Record, group: str) -> Record:
    """With the list that it is in; what cannot be read is in none, so that it is told."""
    is_named = bool(record.group) and record.group not in MAIN
    return record if record.reason or is_named else replace(record, group=group)


def write(path: Path, found: Members, target: Path, say: Callable[[], object]) -> None:
    """All of them as one file of lines. All of it, or nothing. Raises FileRefused, naming the file."""
    working, plain, unpacked = target.with_suffix(".lines"), target.with_suffix(".member"), 0
    with working.open("wb") as out:
        for name, group in found.groups.items():
            with tables.naming(name):
                containers.unpack(path, plain, member=name, still_here=say)
                unpacked += plain.stat().st_size
                tables.check_unpacked(unpacked, path.stat().st_size)
                _write_one(plain, group, out.write, say)
    plain.unlink(missing_ok=True)
    working.replace(target)


def _write_one(plain: Path, group: str, put: Callable[[bytes], object], say: Callable[[], object]) -> None:
    with plain.open("rb") as file:
        lines = is_lines(file.read(FIRST_LOOK))
        count = 0
        for some in Records(file, Place(), lines=lines, size=plain.stat().st_size):
            for record in some:
                put(_line(_placed(record, group)))
                count += 1
                if count % SAID_EVERY == 0:
                    say()


def _line(record: Record) -> bytes:
    if record.reason:
        return " ".join(record.text.split()).encode("utf-8", "replace") + b"\n"
    return json.dumps({record.group: [record.value]}).encode() + b"\n"
