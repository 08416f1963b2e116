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
# By column: how many rows have each value.
Counts = dict[str, dict[str, int]]


def counted(mapping: FileMapping, told: Counts, masked: Callable[[str], str]) -> Counts:
    """`told`, and of the good rows in `converted`. What may be of a person is not told, as it is no word."""
    found = {name: dict(values) for name, values in told.items()}
    for name in COLUMNS:
        if name not in mapping.columns:
            continue
        for value, count in _of_chunk(name, mapping.values.get(name, {})):
            is_meant = mapping.values.get(name) or wording.guess(name, value)
            values = found.setdefault(name, {})
            if is_meant and masked(value) == value and (value in values or len(values) < KEPT):
                values[value] = values.get(value, 0) + count
    return {name: values for name, values in found.items() if values}


def _of_chunk(name: str, words: dict[str, str]) -> list[tuple[str, int]]:
    known = [*wording.OURS[name], *words.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT left({name}, 100), count(*) FROM converted WHERE fault IS NULL AND {name} <> ALL(%s)"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {A_CHUNK}",
            [known],
        )
        found: list[tuple[str, Any]] = cursor.fetchall()
    return found
