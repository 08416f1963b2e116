"""What can be stored: escapes of YAML and JSON write characters and numbers that no database takes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

MAX_NESTED = 50
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def is_storable(value: Any) -> bool:
    """Whether text, numbers, lists and dicts of them hold no control character, half a character or endless number."""
    level: list[Any] = [value]
    for _depth in range(MAX_NESTED):
        if not all(_is_plain(each) for each in level):
            return False
        level = [part for each in level for part in _parts(each)]
        if not level:
            return True
    return False


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return not _CONTROL.search(value)
    return not isinstance(value, float) or math.isfinite(value)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else ()
