"""Values that the mapping gives no meaning though it does to others: they are kept as they are, and counted.

The page where a mapping is made sees the first rows only. A status that comes later and has no meaning costs its row; a
priority or a channel does not, so that its report has to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import connection

from metrics import wording
from metrics.mapping import FileMapping

COLUMNS: Final = ("priority", "channel")
A_CHUNK: Final = 20  # of each column, the most frequent
KEPT: Final = 50
# By column: values that are no words of ours or the mapping's, with how many good rows have each.
Found = dict[str, list[tuple[str, int]]]
# By column: how many rows have each value.
Counts = dict[str, dict[str, int]]


def of_chunk(mapping: FileMapping) -> Found:
    """Of the good rows in `converted`."""
    return {
        name: _of_column(name, mapping.values.get(name, {})) for name in COLUMNS if name in mapping.columns
    }


def counted(mapping: FileMapping, told: Counts, found_now: Found, masked: Callable[[str], str]) -> Counts:
    """`told`, and those of a chunk. What may be of a person is not told, as it is no word."""
    found = {name: dict(values) for name, values in told.items()}
    for name, rows in found_now.items():
        for value, count in rows:
            is_meant = mapping.values.get(name) or wording.guess(name, value)
            values = found.setdefault(name, {})
            if is_meant and masked(value) == value and (value in values or len(values) < KEPT):
                values[value] = values.get(value, 0) + count
    return {name: values for name, values in found.items() if values}


def _of_column(name: str, words: dict[str, str]) -> list[tuple[str, int]]:
    known = [*wording.OURS[name], *words.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT left({name}, 100), count(*) FROM converted WHERE fault IS NULL AND {name} <> ALL(%s)"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {A_CHUNK}",
            [known],
        )
        found: list[tuple[str, Any]] = cursor.fetchall()
    return found
