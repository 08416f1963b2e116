"""An import whose Postgres crashes in the middle ends by itself, with every ticket once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from metrics import importing, mapping
from metrics.models import Source
from sopdesk.embedded import postgres
from tests.embedded.conftest import Place, place_of_its_own
from tests.faults.processes import CELERY, kill, until
from tests.forking import Nursery

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKETS = 600  # in chunks of fifteen rows
HEAD = "external_id,status,created_at,updated_at,team\n"


def text(count: int = TICKETS) -> str:
    days = [f"2025-05-{1 + number % 28:02}T10:00Z" for number in range(count)]
    return HEAD + "".join(f"A{n},open,{day},{day},x\n" for n, day in enumerate(days))


@contextmanager
def copy_of_the_database(place: Place) -> Iterator[str]:
    """A server of its own, with the same tables: this one serves the other tests, and must not be crashed."""
    place.servers("start")
    told = dict(
        line.removeprefix("export ").split("=", 1)
        for line in place.servers("urls").stdout.splitlines()
        if "=" in line
    )
    address = told["DATABASE_URL"].strip("'\"")
    dump = subprocess.run(
        [postgres.program("pg_dump"), "--no-owner", "-d", postgres.url(connection.settings_dict["NAME"])],
        capture_output=True, check=True,
    )  # fmt: skip
    subprocess.run(
        [postgres.program("psql"), "-q", "-d", address], input=dump.stdout, capture_output=True, check=True
    )
    place.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
        "SOPDESK_FAULT_DATABASE": "sopdesk",
        "SOPDESK_FAULT_REDIS": told["REDIS_URL"].strip("'\""),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    try:
        yield address
    finally:
        place.servers("stop")


def asked(address: str, question: str) -> int:
    """One number; -1 while the server is away."""
    try:
        with psycopg.connect(address, connect_timeout=2) as database:
            found = database.execute(question).fetchone()
            return int(found[0] or 0) if found else 0
    except psycopg.Error:
        return -1


def crash(place: Place) -> None:
    """pg_ctl stop -m immediate, and start again."""
    code = "from sopdesk.embedded import postgres; postgres.stop(immediate=True); postgres.start()"
    assert place.run("-c", code).returncode == 0


def test_an_import_outlives_a_crash_of_postgres(settings: Settings) -> None:
    with place_of_its_own() as place:
        settings.MEDIA_ROOT = place.var / "test-media"  # where the workers there look for files
        source = Source.objects.create(name="postgres crashes")
        draft = importing.receive([text().encode()], name="t.csv", source=source, actor=None)
        importing.start(draft, mapping.shipped()["sopdesk"], actor=None)
        with copy_of_the_database(place) as address:
            crash_under_way(place, address)


def crash_under_way(place: Place, address: str) -> None:
    """The copy holds a job that nobody was told of; the sweep finds it."""
    worker = [*CELERY, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    beat = [*CELERY, "beat", "--pidfile", "", "--schedule", str(place.var / "schedule")]
    log = place.var.parent / "celery.log"
    with Nursery(place.environment) as nursery:
        started = [nursery.start(command, log, log) for command in (worker, beat)]
        try:
            await_the_end(place, address)
        finally:
            for process in started:
                kill(process)


def await_the_end(place: Place, address: str) -> None:
    read = "SELECT sum(rows_read) FROM metrics_import"
    until(lambda: 0 < asked(address, read) < TICKETS, 60, "it is on its way")
    crash(place)
    ended = "SELECT count(*) FROM jobs_job WHERE state = 'done'"
    until(lambda: asked(address, ended) == 1, 60, "it ends")
    assert asked(address, "SELECT count(*) FROM metrics_ticket") == TICKETS
    assert asked(address, read) == TICKETS
    assert asked(address, "SELECT count(*) FROM audit_entry WHERE event = 'import:finished'") == 1
    assert asked(address, "SELECT sum(created_n) FROM metrics_rollup WHERE label = ''") == TICKETS
