"""A worker's memory for a file of 1 GB. Run it by name, it takes minutes: `benchmarks/run.py import_gigabyte`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import bringing
from benchmarks.measures import Measure

TICKETS = 20_000
SIZE = 1024**3
LIMIT_MB = 300.0


def measure() -> Iterator[Measure]:
    """Long rows fill a chunk by its bytes: that is what takes most memory."""
    if "import_gigabyte" not in sys.argv:
        return
    with bringing.desk(TICKETS) as path:
        size = _lengthen(path)
        with bringing.Watch() as watch:
            cost = bringing.bring(path, "Bench")
        yield Measure("import of 1 GB, size of its file", size / 1024**2, "MB")
        yield Measure("import of 1 GB, most memory of the process", watch.most, "MB", LIMIT_MB)
        yield Measure("import of 1 GB, of that beyond its start", watch.most - watch.before, "MB")
        yield Measure("import of 1 GB, from file to dashboard", cost.whole, "s")
        yield Measure("load of the machine meanwhile, two cores", os.getloadavg()[0], "")


def _lengthen(path: Path) -> int:
    """Give each row a cell of notes, which no mapping reads, until the file has its size."""
    notes = ("," + "x" * (SIZE // TICKETS)).encode()
    longer = path.with_suffix(".long")
    with path.open("rb") as rows, longer.open("wb") as file:
        file.write(rows.readline().rstrip() + b",notes\n")
        file.writelines(row.rstrip(b"\r\n") + notes + b"\n" for row in rows)
    longer.replace(path)
    return path.stat().st_size
