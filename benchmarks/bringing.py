"""For the benchmarks of imports: a file of tickets, its import from end to end, and what that cost."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from metrics import importing, mapping, service_levels
from metrics.models import Import, Source
from sopdesk.accounts.models import Site, Team
from sopdesk.demo import ticket_file
from sopdesk.demo.tickets import DESKS, draw, last_second
from sopdesk.jobs import running

END = date(2026, 11, 1)


@dataclass
class Cost:
    """Seconds by the clock for the rows, for their days, and for their weeks after that, when every figure is right;
    seconds of processor for our process and for Postgres."""

    rows: float = 0.0
    days: float = 0.0
    weeks: float = 0.0
    ours: float = 0.0
    postgres: float = 0.0
    tickets: int = field(default=0)

    @property
    def whole(self) -> float:
        """From the file to the dashboard."""
        return self.rows + self.days


@contextmanager
def desk(tickets: int) -> Iterator[Path]:
    """A desk in a database of its own, and a file with so many tickets of its teams. Both end with the block."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    folder = Path(tempfile.mkdtemp(prefix="sopdesk-bench-"))
    settings.MEDIA_ROOT = folder
    try:
        path = folder / "tickets.csv"
        teams()
        write(path, tickets)
        yield path
    finally:
        shutil.rmtree(folder)
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def teams() -> None:
    """With the policy that the first import of a desk would make: 0.15 s, once."""
    service_levels.default_policy()
    site = Site.objects.create(name="Everywhere", slug="everywhere", kind="vendor", time_zone="UTC")
    Team.objects.bulk_create(Team(site=site, slug=slug, name=slug) for slug in DESKS)


def write(path: Path, tickets: int) -> None:
    with path.open("wb") as file:
        file.writelines(
            ticket_file.blocks(draw(count=tickets, end=END), end=last_second(END), seed=1, talk=False)
        )


def bring(path: Path, source: str) -> Cost:
    """Import the file for a source of its own, chunk by chunk, as a worker does."""
    started = _start(path, source)
    assert started.job is not None  # noqa: S101
    cost, mine, theirs, more = Cost(), time.process_time(), postgres_seconds(), True
    while more:
        began, phase = time.perf_counter(), started.job.cursor.get("phase", "open")
        more = running.run(started.job.pk)
        took = time.perf_counter() - began
        if phase == "roll_up":
            cost.days += took
        elif phase == "weeks":
            cost.weeks += took
        else:
            cost.rows += took
        started.job.refresh_from_db()
    cost.ours, cost.postgres = time.process_time() - mine, postgres_seconds() - theirs
    done = Import.objects.get(pk=started.pk)
    if done.rejected or not done.added:
        raise RuntimeError(started.job.error or f"{done.rejected} rows rejected")
    cost.tickets = done.added
    return cost


def _start(path: Path, source: str) -> Import:
    with path.open("rb") as file:
        draft = importing.receive(
            iter(lambda: file.read(1024**2), b""),
            name="t.csv",
            source=Source.objects.create(name=source),
            actor=None,
        )
    return importing.start(draft, mapping.shipped()["sopdesk"], actor=None)


def postgres_seconds() -> float:
    """Processor seconds of the whole server, ended sessions too; 0 where it runs on another machine."""
    connection.ensure_connection()
    try:
        server = psutil.Process(connection.connection.info.backend_pid).parent()
        if server is None:
            return 0.0
        living = [child.cpu_times() for child in server.children()]
        ended = server.cpu_times()
    except psutil.Error:
        return 0.0
    return ended.children_user + ended.children_system + sum(one.user + one.system for one in living)


class Watch:
    """The most memory (MB) this process held while it was watched, looked at fifty times a second."""

    def __init__(self) -> None:
        self.before = self.most = _held()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, _held())


def _held() -> float:
    return float(psutil.Process().memory_info().rss) / 1024**2
