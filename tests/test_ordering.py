"""Files that take long are begun first, so that no process waits at the end for another's."""

from __future__ import annotations

from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from tests.ordering import LONG, file_of, order

ROOT = Path(__file__).resolve().parent.parent


def item(name: str, marker: str = "") -> Any:
    return SimpleNamespace(nodeid=name, get_closest_marker=lambda wanted: wanted == marker)


def test_what_is_named_is_there() -> None:
    assert [name for name in LONG if not (ROOT / name).is_file()] == []
    assert len(set(LONG)) == len(LONG)


def test_long_files_come_first_and_each_stays_whole() -> None:
    named = [item(f"{name}::test_{number}") for name in LONG for number in (1, 2)]
    journeys = [
        item("tests/journeys/test_z.py::test_it", "journey"),
        item("tests/faults/test_z.py::test_it", "faults"),
    ]
    others = [item(f"tests/a/test_{size}.py::test_{n}[a::b]") for size in (1, 3, 2) for n in range(size)]
    items = [*others, *journeys, *named]
    Random(7).shuffle(items)
    order(items)
    files = list(dict.fromkeys(map(file_of, items)))
    assert files == [
        *LONG, "tests/faults/test_z.py", "tests/journeys/test_z.py",
        "tests/a/test_3.py", "tests/a/test_2.py", "tests/a/test_1.py",
    ]  # fmt: skip
    assert [file_of(one) for one in items] == sorted(map(file_of, items), key=files.index)
