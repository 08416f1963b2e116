"""The order of the tests, so that all processes end at about the same time.

Each of them begins with a part of the list, and takes from another's end when its own is done. Hence tests that need no
database stand first (the other process is making it meanwhile), and among those that empty its tables, which must come
after the ones that only look at it, the longest stand first and the shortest last.
"""

from __future__ import annotations

import pytest

TRANSACTIONAL = {"transactional_db", "live_server"}


def order(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    marker, fixtures = item.get_closest_marker("django_db"), set(getattr(item, "fixturenames", ()))
    takes_long = 0 if item.get_closest_marker("faults") else 1 if item.get_closest_marker("journey") else 2
    if (marker and marker.kwargs.get("transaction")) or fixtures & TRANSACTIONAL:
        return 3 + takes_long
    if marker or "db" in fixtures:
        return 2
    return 1 if takes_long == 0 else 0
