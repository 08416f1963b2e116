"""Tickets from a neutral CSV file to the dashboard, beside a bare COPY of the same file in the same run."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from benchmarks.measures import Measure
from metrics import importing, mapping
from metrics.models import Import, Source
from sopdesk.accounts.models import Site, Team
from sopdesk.demo import ticket_file
from sopdesk.demo.tickets import DESKS, draw, last_second
from sopdesk.jobs import running

TICKETS = 100_000
END = date(2026, 11, 1)
LIMIT_US = 1_000_000 / 15_000  # 15,000 tickets a second
LIMIT_MB = 300.0


def measure() -> Iterator[Measure]:
    """Microseconds a ticket: the rows (read, checked, converted, stored, promises measured), the days added up, all."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    folder = Path(tempfile.mkdtemp(prefix="sopdesk-bench-"))
    settings.MEDIA_ROOT = folder
    try:
        path = _file(folder)
        bare = _bare_copy(path) / TICKETS * 1e6
        read, added_up, grown = _import(path)
        rows, days = read / TICKETS * 1e6, added_up / TICKETS * 1e6
        yield Measure("import, one ticket, its rows", rows, "µs", LIMIT_US)
        yield Measure("import, one ticket, adding up its days", days, "µs")
        yield Measure("import, rows, times a bare COPY of the file", rows / bare, "x")
        yield Measure("import, all of it, times a bare COPY", (rows + days) / bare, "x")
        yield Measure("import, memory of the worker beyond its start", grown, "MB", LIMIT_MB)
    finally:
        shutil.rmtree(folder)
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _file(folder: Path) -> Path:
    path = folder / "tickets.csv"
    site = Site.objects.create(name="Everywhere", slug="everywhere", kind="vendor", time_zone="UTC")
    Team.objects.bulk_create(Team(site=site, slug=slug, name=slug) for slug in DESKS)
    with path.open("wb") as file:
        file.writelines(
            ticket_file.blocks(draw(count=TICKETS, end=END), end=last_second(END), seed=1, talk=False)
        )
    return path


def _bare_copy(path: Path) -> float:
    """Seconds for COPY into a logged table of text columns: what Postgres takes to be told the same."""
    with path.open("rb") as file, connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in file.readline().decode().strip().split(","))
        cursor.execute(f"CREATE TABLE bare ({columns})")
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(1024**2):
                copy.write(block)
        return time.perf_counter() - began


def _import(path: Path) -> tuple[float, float, float]:
    """Seconds for the rows, seconds for the days, and megabytes the process grew by."""
    process, spent, most = psutil.Process(), {"rows": 0.0, "days": 0.0}, 0.0
    started = _start(path)
    assert started.job is not None  # noqa: S101
    before = process.memory_info().rss
    more = True
    while more:
        phase = started.job.cursor.get("phase", "open")
        began = time.perf_counter()
        more = running.run(started.job.pk)
        spent["days" if phase == "roll_up" else "rows"] += time.perf_counter() - began
        most = max(most, process.memory_info().rss - before)
        started.job.refresh_from_db()
    done = Import.objects.get(pk=started.pk)
    if (done.added, done.rejected) != (TICKETS, 0):
        raise RuntimeError(started.job.error)
    return spent["rows"], spent["days"], most / 1024**2


def _start(path: Path) -> Import:
    with path.open("rb") as file:
        draft = importing.receive(
            iter(lambda: file.read(1024**2), b""),
            name="t.csv",
            source=Source.objects.create(name="Bench"),
            actor=None,
        )
    return importing.start(draft, mapping.shipped()["sopdesk"], actor=None)
