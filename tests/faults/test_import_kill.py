"""An import whose worker is killed again and again gives the same tickets and figures as one that is left alone.

And one whose Redis is emptied, then killed, ends by itself.
"""

from __future__ import annotations

import gzip
import io
import random
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import psutil
import pytest
import redis
from django.db.models import F, Sum

from metrics import importing, mapping, uploads
from metrics.models import (
    HandleSegment,
    Import,
    Rating,
    Rollup,
    SlaResult,
    Source,
    StaleDay,
    StatusSpan,
    Ticket,
)
from sopdesk.accounts.models import Site, Team
from sopdesk.demo import ticket_file
from sopdesk.demo.tickets import DESKS, draw, last_second
from sopdesk.jobs import running
from tests.examples import THOROUGH
from tests.faults import quick
from tests.faults.processes import Machine, kill, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKETS, PLAIN_TICKETS, WAREHOUSE = 900, 600, 100  # in chunks of fifteen rows
# How far it is, in thousandths, when which process dies: at once, while rows are read, and while figures are added up;
# with SOPDESK_THOROUGH=1 at twenty points of chance, which takes minutes.
CHANCE = random.Random(7)
KILLS = [(1, "worker"), (250, "child"), (500, "worker"), (850, "child")]
if THOROUGH:
    KILLS = [
        (far, CHANCE.choice(["worker", "child"])) for far in sorted(CHANCE.sample(range(1, 800, 36), k=20))
    ]
OF_THE_IMPORT = {"id", "source_id", "first_import", "last_import"}
END = date(2025, 11, 20)  # long past: no promise changes its state meanwhile


def draft(source: str) -> Import:
    blocks = ticket_file.blocks(draw(count=TICKETS, end=END), end=last_second(END), seed=1)
    return importing.receive(blocks, name="t.csv", source=Source.objects.create(name=source), actor=None)


def started(source: str) -> Import:
    return importing.start(draft(source), mapping.shipped()["sopdesk"], actor=None)


def undisturbed(monkeypatch: pytest.MonkeyPatch, start: Callable[[str], Import]) -> Import:
    """The same file, read here in one go: no worker is told of it."""
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    alone = start("undisturbed")
    assert alone.job_id is not None
    while running.run(alone.job_id):
        pass
    monkeypatch.undo()
    return Import.objects.get(pk=alone.pk)


def everything(of: Import) -> list[list[str]]:
    """All that was written for one source, without the numbers rows happen to have."""
    hanging = (StatusSpan, Rating, HandleSegment, SlaResult)
    rows: list[Any] = [Ticket.objects.filter(source=of.source).values()]
    rows += [
        model.objects.filter(ticket__source=of.source).values(name=F("ticket__external_id"), **{
            f"a_{field.attname}": F(field.attname)
            for field in model._meta.concrete_fields if field.attname not in {"id", "ticket_id"}
        })
        for model in hanging
    ]  # fmt: skip
    rows.append(Rollup.objects.filter(source=of.source).values())
    return [sorted(told(row) for row in found) for found in rows]


def told(row: dict[str, Any]) -> str:
    """Lists of buckets have no order of their own, and an open promise grows by the second."""
    if "a_elapsed_s" in row and row["a_fulfilled_at"] is None:
        row = {**row, "a_elapsed_s": None}
    ordered = {
        k: sorted(v or b"") if k.endswith("_log") else v for k, v in row.items() if k not in OF_THE_IMPORT
    }
    return str(ordered)


def test_an_import_survives_its_workers(workers: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site.objects.create(name="Everywhere", slug="everywhere", kind="in_house", time_zone="UTC")
    Team.objects.bulk_create(Team(site=site, slug=slug, name=slug) for slug in DESKS)
    disturbed = started("disturbed")
    struck(workers, disturbed, KILLS)
    until(lambda: progress(disturbed) >= 1000, 120, "the import ends")
    disturbed.refresh_from_db()
    assert (disturbed.state, disturbed.rows_read, disturbed.added) == ("done", TICKETS, TICKETS)
    assert not StaleDay.objects.exists()
    alone = undisturbed(monkeypatch, started)
    assert everything(disturbed) == everything(alone)


def tables_of_a_warehouse() -> bytes:
    """A .zip of Zendesk's tables, the tickets in two parts, the tags packed once more."""
    day = [f"2025-05-0{1 + n % 3}" for n in range(WAREHOUSE)]
    head = "id,status,created_at,updated_at,requester_id,assignee_id\n"
    tickets = [f"{n},solved,{day[n]} 10:00:00,{day[n]} 18:00:00,9,{n % 5}\n" for n in range(WAREHOUSE)]
    steps = [("10:00", "new"), ("12:00", "hold"), ("18:00", "solved")]
    files = {
        "ticket_0_0_0.csv": head + "".join(tickets[: WAREHOUSE // 2]),
        "ticket_0_0_1.csv": head + "".join(tickets[WAREHOUSE // 2 :]),
        "ticket_field_history.csv": "ticket_id,field_name,updated,value\n"
        + "".join(
            f"{n},status,{day[n]} {at}:00,{status}\n" for n in range(WAREHOUSE) for at, status in steps
        ),
        "ticket_comment.csv": "id,ticket_id,public,user_id,created\n"
        + "".join(
            f"{2 * n},{n},true,9,{day[n]} 10:00:00\n{2 * n + 1},{n},true,2,{day[n]} 11:{n % 60:02}:00\n"
            for n in range(WAREHOUSE)
        ),
        "ticket_tag.csv.gz": gzip.compress(
            ("ticket_id,tag\n" + "".join(f"{n},t{n % 3}\n" for n in range(WAREHOUSE))).encode(), mtime=0
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_tables_read_together_survive_their_workers(
    workers: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while a table beside the tickets is kept, and while tickets are written."""
    content, there = tables_of_a_warehouse(), {*uploads.folder().iterdir()}

    def start(name: str) -> Import:
        source = Source.objects.create(name=name)
        received = importing.receive([content], name="desk.zip", source=source, actor=None)
        return importing.start(received, mapping.shipped()["zendesk_warehouse"], actor=None)

    disturbed = start("disturbed")
    struck(workers, disturbed, [(60, "child"), (160, "child")])
    until(lambda: progress(disturbed) >= 1000, 60, "the import ends")
    disturbed.refresh_from_db()
    assert (disturbed.state, disturbed.rows_read, disturbed.added) == ("done", WAREHOUSE, WAREHOUSE)
    assert everything(disturbed) == everything(undisturbed(monkeypatch, start))
    told = Ticket.objects.filter(source=disturbed.source, reply_count=1, first_public_reply_at__isnull=False)
    assert told.exclude(labels=[]).count() == WAREHOUSE
    assert {each.suffix for each in {*uploads.folder().iterdir()} - there} <= {".upload", ".csv"}


def struck(workers: Machine, disturbed: Import, kills: list[tuple[int, str]]) -> None:
    """Kill who is at work on it, when it is that far."""
    for far, victim in kills:
        until(lambda far=far: progress(disturbed) >= far, 60, f"it comes as far as {far}")
        assert progress(disturbed) < 1000, "it ended before it could be killed"
        time.sleep(CHANCE.uniform(0, 0.05))
        strike(workers, disturbed, child=victim == "child")


def progress(of: Import) -> int:
    assert of.job is not None
    of.job.refresh_from_db()
    assert of.job.state != "failed", of.job.error
    return of.job.progress_done


def strike(workers: Machine, disturbed: Import, *, child: bool) -> None:
    """kill -9 of the worker's pool child that is at work on it, or of the worker itself with all of them."""
    worker = workers.worker
    assert worker is not None
    if child:
        # Not waited for: until the worker has buried it, another child might end a short import.
        psutil.Process(until(lambda: at_work(disturbed), 60, "somebody is at work on it")).kill()
        return
    for process in [worker, *worker.children()]:
        kill(process)
    workers.start_worker()


def at_work(on: Import) -> int | None:
    """The process that does a chunk of it now."""
    progress(on)
    assert on.job is not None
    assert not on.job.is_finished, "it ended before it could be killed"
    return quick.process_of(on.job.lease) if on.job.lease else None


def test_an_import_outlives_its_redis(workers: Machine) -> None:
    days = [f"2025-05-{1 + number % 28:02}T10:00Z" for number in range(PLAIN_TICKETS)]
    rows = "".join(f"A{n},open,{day},{day},x\n" for n, day in enumerate(days))
    source = Source.objects.create(name="redis dies")
    file = f"external_id,status,created_at,updated_at,team\n{rows}".encode()
    received = importing.receive([file], name="t.csv", source=source, actor=None)
    ongoing = importing.start(received, mapping.shipped()["sopdesk"], actor=None)

    def now() -> Import:
        return Import.objects.get(pk=ongoing.pk)

    until(lambda: 0 < now().rows_read < PLAIN_TICKETS, 60, "it is on its way")
    redis.Redis.from_url(workers.redis_url).flushall()
    emptied = now().rows_read
    until(lambda: emptied < now().rows_read, 60, "it goes on without what Redis held")
    assert now().rows_read < PLAIN_TICKETS, "it ended before its Redis was killed"
    assert workers.redis is not None
    kill(workers.redis)
    workers.start_redis()

    def ended() -> bool:
        workers.keep_worker()
        return now().state == "done"

    until(ended, 120, "the import ends")
    done = now()
    assert (done.rows_read, done.added, done.changed) == (PLAIN_TICKETS, PLAIN_TICKETS, 0)
    assert Ticket.objects.count() == PLAIN_TICKETS
    assert not StaleDay.objects.exists()
    assert Rollup.objects.filter(label="").aggregate(n=Sum("created_n"))["n"] == PLAIN_TICKETS
