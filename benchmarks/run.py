"""`make bench`: runs every benchmark beside this file and prints one table. Ends with 1 when a limit is missed.

A benchmark is a module with `measure()`, which gives Measures. It makes its own data, in a database of its own.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings.test")
os.environ.setdefault("SOPDESK_TEST_DB", "bench")

import django  # noqa: E402

from benchmarks.measures import Measure  # noqa: E402
from sopdesk import embedded  # noqa: E402


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all. Returns the exit code."""
    embedded.ensure()
    django.setup()
    measures = [measure for name in wanted or _names() for measure in _measures(name)]
    for measure in measures:
        print(measure.line())
    return 0 if all(measure.holds for measure in measures) else 1


def _names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules([str(HERE)]))


def _measures(wanted: str) -> list[Measure]:
    """Of one benchmark; `rollups=5000000` is that many of what it measures."""
    name, _equals, size = wanted.partition("=")
    module = importlib.import_module(f"benchmarks.{name}")
    return list(module.measure(*[int(size)] if size else [])) if hasattr(module, "measure") else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
