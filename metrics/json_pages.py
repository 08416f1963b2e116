"""Which records a value of JSON holds: itself, those of a page of a helpdesk, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

# Lists that helpdesks export tickets in, and those that explain tickets.
MAIN: Final = (
    "tickets",
    "conversations",
    "issues",
    "incidents",
    "results",
    "result",
    "records",
    "items",
    "data",
)
SIDE: Final = (
    "users", "groups", "agents", "admins", "teams", "contacts", "organizations", "companies", "brands",
    "ticket_fields", "ticket_metrics", "metric_sets", "satisfaction_ratings", "time_entries", "ticket_comments",
)  # fmt: skip
_OWN: Final = {"id", "key"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `group`: the name of the list it stood in; `reason`: why there is no value, with its `text`."""

    number: int
    group: str
    value: dict[str, Any]
    reason: str = ""
    text: str = ""


def unfolded(value: Any, number: int, text: str) -> Iterator[Record]:
    """A record as it is; the records of a page; what is no record, with the reason."""
    if not isinstance(value, dict):
        yield Record(number, "", {}, "json", text.strip() or json.dumps(value)[:1000])
        return
    # What has a number of its own is a record: Freshdesk's tickets have lists of conversations and time entries.
    pages = {
        key: found for key, found in value.items() if not _OWN & value.keys() and _is_page_list(key, found)
    }
    if not pages and not _is_empty_page(value):
        yield Record(number, "", _unwrapped(value))
    for key, found in pages.items():
        for each in found:
            if isinstance(each, dict):
                yield Record(number, key, each)
            else:
                yield Record(number, key, {}, "json", json.dumps(each)[:1000])


def as_page(value: Any) -> Any:
    """An object without a number of its own is a page, whatever its list of objects is called."""
    if isinstance(value, dict) and not {"id", "key", "number"} & value.keys():
        lists = [
            found for found in value.values() if isinstance(found, list) and isinstance((*found, 0)[0], dict)
        ]
        if len(lists) == 1 and not any(_is_page_list(key, found) for key, found in value.items()):
            return {"records": lists[0]}
    return value


def _is_page_list(key: str, found: Any) -> bool:
    """A list of objects under a name that exports use."""
    return (
        (key in MAIN or key in SIDE)
        and isinstance(found, list)
        and any(isinstance(e, dict) for e in found[:3])
    )


def _is_empty_page(value: dict[str, Any]) -> bool:
    return not {"id", "key", "number"} & value.keys() and any(value.get(name) == [] for name in MAIN)


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """`{"ticket": {…}}` is that ticket."""
    if len(value) == 1:
        only = next(iter(value.values()))
        if isinstance(only, dict):
            return only
    return value
