"""Which lines of a report a row of the rollups belongs to."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from metrics import levels
from metrics.dimensions import DIMENSIONS, TIMES
from metrics.levels import Level

Keys = tuple[str, ...]


def columns(level: Level, by: tuple[str, ...]) -> list[str]:
    """The columns to group by: values, what stands in for an empty one, names, and the sets that tell."""
    found: dict[str, None] = {}
    for key in by:
        dimension = DIMENSIONS[key]
        if key in level.columns:
            found.update(
                dict.fromkeys(filter(None, (level.columns[key], dimension.fallback, dimension.name)))
            )
    return [*found, *dict.fromkeys(levels.SETS[key] for key in level.sets)]


def cut(level: Level, by: tuple[str, ...], row: dict[str, Any]) -> list[tuple[Keys, dict[str, str]]]:
    """The lines that a row of the rollups belongs to: one, or one for each label, SOP or macro."""
    values, names = [], {}
    for key in by:
        if key in level.sets:
            values.append(levels.values_told(level, key, row[levels.SETS[key]]))
            continue
        value, dimension = row[level.columns[key]], DIMENSIONS[key]
        if key in TIMES:
            value = begins(value, key).isoformat()
        value = value or (row[dimension.fallback] if dimension.fallback else "")
        names[key] = str((row[dimension.name] if dimension.name else "") or value)
        values.append([str(value)])
    return [
        (keys, {**names, **{k: v for k, v in zip(by, keys, strict=True) if k in level.sets}})
        for keys in product(*values)
    ]


def begins(day: date, key: str) -> date:
    return day if key == "day" else day - timedelta(days=day.weekday())
