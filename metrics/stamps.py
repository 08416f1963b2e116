"""Stamps in the forms that sources write, turned to ISO 8601; whether such a stamp exists is the database's to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

Turn = Callable[[str], str]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMERIC: Final = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]\s*(\S.*))?\s*", re.ASCII)


def turning(dates: str) -> Turn | None:
    """The function for a mapping's `dates`; None when nothing needs turning. What it cannot read it leaves as it is."""
    turns: dict[str, Turn] = {"dmy": _day_first, "mdy": _month_first, "unix": _unix, "unix_ms": _unix_ms}
    return turns.get(dates)


# One log has the same minute many times.
@lru_cache(maxsize=65536)
def _day_first(text: str) -> str:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return text
    day, month, year, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2} {rest or ''}".rstrip()


@lru_cache(maxsize=65536)
def _month_first(text: str) -> str:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return text
    month, day, year, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2} {rest or ''}".rstrip()


def _unix(text: str) -> str:
    return _since_epoch(text, 1)


def _unix_ms(text: str) -> str:
    return _since_epoch(text, 1000)


def _since_epoch(text: str, a_second: int) -> str:
    try:
        return (EPOCH + timedelta(seconds=float(text) / a_second)).isoformat()
    except (ValueError, OverflowError):
        return text
