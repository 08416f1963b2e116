"""The order of the tests, so that all processes end at about the same time: files that take long are begun first.

Each process takes the next whole file as soon as it is nearly done with its own (`--dist loadfile`), so what is set up
for a module is set up once, and the end is of short files. The order is the same in every process, as xdist demands.
"""

from __future__ import annotations

from collections import Counter

import pytest

# More than 40 s each on a busy machine, the longest first, but: while the first makes the database, the next two need
# none, and real processes begin when the checks beside the tests have ended.
LONG = (
    "tests/test_access.py",
    "tests/text/test_guards.py",
    "tests/text/test_diff.py",
    "tests/journeys/test_every_page.py",
    "tests/faults/test_import_kill.py",
    "tests/faults/test_jobs.py",
    "tests/documents/test_reviewing.py",
    "tests/journeys/test_accessible.py",
    "tests/embedded/test_backup.py",
    "tests/journeys/test_attacks.py",
    "tests/faults/test_import_servers.py",
    "tests/web/test_layout.py",
    "tests/embedded/test_up.py",
    "tests/journeys/test_editor.py",
    "tests/metrics/effects/cards/test_cards.py",
    "tests/metrics/effects/cards/test_team_days.py",
    "tests/exchange/test_history.py",
    "tests/metrics/test_every_odd_file.py",
    "tests/documents/test_state_machine.py",
    "tests/documents/test_concurrency.py",
    "tests/exchange/test_exporting.py",
    "tests/text/test_merging.py",
    "tests/text/test_attacks.py",
    "tests/web/test_every_page.py",
    "tests/metrics/test_servicenow.py",
    "tests/metrics/test_bad_files.py",
    "tests/metrics/effects/test_demo_effects.py",
)
PLACES = {name: place for place, name in enumerate(LONG)}


def order(items: list[pytest.Item]) -> None:
    """Those of LONG, then journeys and real processes, then the others, those of many tests first."""
    sizes = Counter(map(file_of, items))
    marked = {
        file_of(item)
        for item in items
        if item.get_closest_marker("faults") or item.get_closest_marker("journey")
    }

    def place(item: pytest.Item) -> tuple[int, bool, int, str]:
        name = file_of(item)
        return PLACES.get(name, len(LONG)), name not in marked, -sizes[name], name

    items.sort(key=place)  # stable: within a file those that empty the tables stay last


def file_of(item: pytest.Item) -> str:
    """As xdist tells files apart."""
    return item.nodeid.split("::", 1)[0]
