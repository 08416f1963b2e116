"""An import whose Redis is killed, or whose Postgres crashes in the middle, ends by itself, with every ticket once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.db.models import Sum

from metrics import importing, mapping
from metrics.models import Import, Rollup, Source, StaleDay, Ticket
from sopdesk.embedded import postgres
from tests.embedded.conftest import Place, place_of_its_own
from tests.faults.processes import Machine, kill, machine, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKETS, CHUNK = 1_500, "50"
HEAD = "external_id,status,created_at,updated_at,team\n"


def text(count: int = TICKETS) -> str:
    days = [f"2025-05-{1 + number % 28:02}T10:00Z" for number in range(count)]
    return HEAD + "".join(f"A{n},open,{day},{day},x\n" for n, day in enumerate(days))


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setenv("SOPDESK_FAULT_CHUNK_ROWS", CHUNK)
    with machine(tmp_path) as started:
        started.start_redis()
        started.start_worker()
        started.start_beat()
        sender = Celery("sender", broker=started.redis_url)
        sender.conf.update(broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
        monkeypatch.setattr("sopdesk.jobs.submitting.app", sender)
        yield started


def test_an_import_outlives_its_redis(workers: Machine) -> None:
    source = Source.objects.create(name="redis dies")
    draft = importing.receive([text().encode()], name="t.csv", source=source, actor=None)
    ongoing = importing.start(draft, mapping.shipped()["sopdesk"], actor=None)

    def rows_read() -> int:
        return Import.objects.get(pk=ongoing.pk).rows_read

    until(lambda: 0 < rows_read() < TICKETS, 60, "it is on its way")
    assert workers.redis is not None
    kill(workers.redis)
    workers.start_redis()

    def ended() -> bool:
        workers.keep_worker()
        return Import.objects.get(pk=ongoing.pk).state == "done"

    until(ended, 120, "the import ends")
    done = Import.objects.get(pk=ongoing.pk)
    assert (done.rows_read, done.added, done.changed) == (TICKETS, TICKETS, 0)
    assert Ticket.objects.count() == TICKETS
    assert not StaleDay.objects.exists()
    assert Rollup.objects.filter(label="").aggregate(n=Sum("created_n"))["n"] == TICKETS


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
        "SOPDESK_FAULT_QUICK": "1",
        "SOPDESK_FAULT_CHUNK_ROWS": CHUNK,
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


def test_an_import_outlives_a_crash_of_postgres() -> None:
    with place_of_its_own() as place, copy_of_the_database(place) as address:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "sopdesk.celery"]
        commands = [
            [*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"],
            [*celery, "beat", "--pidfile", "", "--schedule", str(place.var / "schedule")],
        ]
        root = Path(__file__).resolve().parents[2]
        started = [
            subprocess.Popen(
                command, env=place.environment, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for command in commands
        ]
        try:
            folder = place.var / "watched" / "Desk"
            folder.mkdir(parents=True)
            (folder / "t.csv").write_text(text())
            code = (
                "import django; django.setup();"
                "from pathlib import Path; from metrics import collecting;"
                "collecting.QUIET_SECONDS = 0; collecting.collect(Path({!r}))"
            )
            assert place.run("-c", code.format(str(folder.parent))).returncode == 0
            read = "SELECT sum(rows_read) FROM metrics_import"
            until(lambda: 0 < asked(address, read) < TICKETS, 60, "it is on its way")
            crash(place)
            until(
                lambda: asked(address, "SELECT count(*) FROM jobs_job WHERE state = 'done'") == 1,
                60,
                "it ends",
            )
            assert asked(address, "SELECT count(*) FROM metrics_ticket") == TICKETS
            assert asked(address, read) == TICKETS
            assert asked(address, "SELECT count(*) FROM audit_entry WHERE event = 'import:finished'") == 1
            assert asked(address, "SELECT sum(created_n) FROM metrics_rollup WHERE label = ''") == TICKETS
        finally:
            for process in started:
                process.kill()
                process.wait(10)
