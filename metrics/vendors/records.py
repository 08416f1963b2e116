"""Any other JSON: what lies deeper in a record is named by its path, `requester.email`."""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors.cells import text, words

DEPTH: Final = 4
COLUMNS_MAX: Final = 2000


def flat(record: dict[str, Any]) -> dict[str, str]:
    """The scalars of a record by path; lists of scalars as words, lists of objects not at all."""
    found: dict[str, str] = {}
    _walk(record, "", DEPTH, found)
    return found


def _walk(record: dict[str, Any], before: str, depth: int, found: dict[str, str]) -> None:
    for key, value in record.items():
        name = f"{before}{text(key)[:100]}"
        if isinstance(value, dict):
            if depth > 1:
                _walk(value, f"{name}.", depth - 1, found)
        elif isinstance(value, list):
            if not any(isinstance(each, dict | list) for each in value):
                found[name] = words(value)
        else:
            found[name] = text(value)
        if len(found) > COLUMNS_MAX:
            return
