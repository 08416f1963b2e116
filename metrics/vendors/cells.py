"""Values of a JSON record as the cells of a row, and the few sums that helpdesks leave to the reader."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

BETWEEN: Final = "|"
NAME_MAX: Final = 200  # of a column (metrics/reading.py)
ALL_MET: Final = "sla"  # whether a ticket kept all that its source promised (metrics/storing.py)
FIGURE_MAX: Final = 34  # of 40, for what tells two of one name apart
WHOLE_MAX: Final = 1e15  # above that a float is no exact number
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: Any) -> str:
    """A scalar as a cell; nothing for what is not there. Line breaks become blanks: a record stays one line."""
    if value is None or value == "":
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return " ".join(value.split()) if "\n" in value or "\r" in value else value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:1000]
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_MAX:
        return str(int(value))
    return str(value)


def heading(key: Any) -> str:
    """A key of JSON as the name of a column, as the header of a CSV has it: no blanks around it, and not too long. It
    may hold NUL or half a character, which nothing in the database can."""
    found = text(key).replace("\0", " ").strip()[:NAME_MAX]
    return (found if found.isascii() else found.encode("utf-8", "replace").decode()) or "nameless"


def words(values: Any) -> str:
    """Several words in one cell."""
    if isinstance(values, str):
        return text(values)
    found = values if isinstance(values, list) else []
    return BETWEEN.join(text(each).replace(BETWEEN, " ") for each in found if each not in (None, ""))


def at(record: Any, *path: str) -> Any:
    """What lies at the end of a path of keys, None where it breaks off."""
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def part(record: Any, *path: str) -> dict[str, Any]:
    """The object at the end of a path of keys; an empty one where something else or nothing is."""
    found = at(record, *path)
    return found if isinstance(found, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none of what is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if abs(found) < 1e15 else None


def seconds(value: Any, each: float = 1) -> str:
    """A length of time in whole seconds, `each` being how many one unit has."""
    found = number(value)
    return "" if found is None else str(round(found * each))


def since_1970(value: Any, each: float = 1) -> str:
    """A stamp that counts seconds (or, with `each` 1000, milliseconds) since 1970, as ISO 8601."""
    found = number(value)
    if found is None:
        return text(value)
    try:
        return (_EPOCH + timedelta(seconds=found / each)).isoformat()
    except OverflowError:
        return text(value)


def later(stamp: Any, by_seconds: float | None) -> str:
    """The stamp that many seconds later; nothing when either is missing or is no stamp."""
    if by_seconds is None or not isinstance(stamp, str):
        return ""
    try:
        return (datetime.fromisoformat(stamp) + timedelta(seconds=by_seconds)).isoformat()
    except (ValueError, OverflowError):
        return ""


def clock(value: Any) -> int | None:
    """Seconds of "hh:mm" or "hh:mm:ss"; None for anything else."""
    parts = str(value or "").strip().split(":")
    if len(parts) not in {2, 3} or not all(
        0 < len(each.strip()) < 10 and each.strip().isdecimal() for each in parts
    ):
        return None
    hours, minutes, rest = (*(int(each) for each in parts), 0)[:3]
    return hours * 3600 + minutes * 60 + rest


def figures(found: Iterable[tuple[str, str, Any, Any]]) -> str:
    """A helpdesk's own figures (name, basis, seconds, met) in one cell: `first_reply/business/1800/t;…`. Each has a
    name of its own, and none that of whether all of them were met."""
    parts, seen = [], Counter({(ALL_MET, basis): 1 for basis in ("calendar", "business")})
    for name, basis, value, met in found:
        whole = seconds(value)
        kept = "" if met is None else ("t" if met else "f")
        if whole or kept:
            called = " ".join(name.replace("/", " ").replace(";", " ").split())[:FIGURE_MAX] or "nameless"
            seen[called, basis] += 1
            times = seen[called, basis]
            parts.append(f"{called}{f' ({times})' if times > 1 else ''}/{basis}/{whole}/{kept}")
    return ";".join(parts)


def messages(found: Iterable[tuple[str, str]]) -> str:
    """Who wrote when, oldest first, of one second in the order given: `customer@2026-01-01T10:00:00+00:00;agent@…`."""
    told = sorted(((who, when) for who, when in found if when), key=itemgetter(1))
    return ";".join(f"{who}@{when}" for who, when in told)
