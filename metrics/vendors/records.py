"""Any other JSON: what lies deeper in a record is named by its path, `requester.email`."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from metrics.containers import FileRefused
from metrics.vendors.cells import NAME_MAX, heading, text, words

DEPTH: Final = 4
COLUMNS_MAX: Final = 12_000
SEVERAL: Final = "[]"  # ends the name of a column that says how many objects there are, for they are not read


def flat(record: dict[str, Any]) -> dict[str, str]:
    """The scalars of a record by path; lists of scalars as words. Of a list of objects, and of what lies deeper than
    DEPTH, only how many they are: `comments[]`. Raises FileRefused for more than COLUMNS_MAX."""
    found: dict[str, str] = {}
    _walk(record, "", DEPTH, found)
    return found


def _walk(record: dict[str, Any], before: str, depth: int, found: dict[str, str]) -> None:
    for key, value in record.items():
        name = f"{before}{heading(key)}"[:NAME_MAX].rstrip()
        if isinstance(value, dict) and depth > 1:
            _walk(value, f"{name}.", depth - 1, found)
        elif isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
        ):
            found[name[: NAME_MAX - len(SEVERAL)] + SEVERAL] = str(len(value)) if value else ""
        elif isinstance(value, list):
            found[name] = words(value)
        else:
            found[name] = text(value)
    if len(found) > COLUMNS_MAX:
        said = _("One object of the JSON has more than %(most)s columns: that is no ticket.")
        raise FileRefused(said % {"most": f"{COLUMNS_MAX:,}"})
