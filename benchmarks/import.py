"""Tickets from a neutral CSV file to the dashboard, beside other ways to bring the same rows into Postgres.

To the tickets: read, checked, stored, what hangs on them too, and their promises measured. To the dashboard: their days
added up as well, with which every figure of every dashboard is right. To the end: their weeks too, from which long
periods are read.

In turns, and of each the quickest: the machine may have other work. The slow peers bring in fewer rows; all is per row.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
import psycopg
import sqlalchemy
from django.db import connection
from django.utils.dateparse import parse_datetime

from benchmarks import bringing
from benchmarks.measures import Measure
from metrics.models import Source, Ticket

TICKETS = 100_000
PEER_ROWS = 10_000
ROUNDS = 2
LIMIT = 15_000.0  # tickets a second


def measure() -> Iterator[Measure]:
    """Tickets a second from end to end, the parts in microseconds a ticket, and how the peers do."""
    with bringing.desk(TICKETS) as path:
        costs, bare, pandas, django = [], [], [], []
        for number in range(ROUNDS):
            bare.append(_bare_copy(path))
            pandas.append(_pandas(path))
            django.append(_django(path))
            costs.append(bringing.bring(path, f"Bench {number}"))
        yield from _told(min(costs, key=lambda cost: cost.whole), min(bare), min(pandas), min(django))


def _told(cost: bringing.Cost, bare: float, pandas: float, django: float) -> Iterator[Measure]:
    each = cost.whole / TICKETS * 1e6
    yield Measure("import, from file to tickets", TICKETS / cost.rows, "/s", at_least=LIMIT)
    yield Measure("import, from file to dashboard", 1e6 / each, "/s", at_least=LIMIT)
    yield Measure("import, to the end, its weeks added up too", TICKETS / (cost.whole + cost.weeks), "/s")
    yield Measure("import, one ticket, its rows", cost.rows / TICKETS * 1e6, "µs")
    yield Measure("import, one ticket, adding up its days", cost.days / TICKETS * 1e6, "µs")
    yield Measure("import, one ticket, its weeks after that", cost.weeks / TICKETS * 1e6, "µs")
    yield Measure("import, one ticket, to the end, processor, our process", cost.ours / TICKETS * 1e6, "µs")
    yield Measure("import, one ticket, to the end, processor, Postgres", cost.postgres / TICKETS * 1e6, "µs")
    yield Measure("import, one ticket, to the dashboard", each, "µs", peer=bare, peer_is="bare COPY, as text")
    yield Measure(
        "import, one ticket, to the dashboard", each, "µs", peer=pandas, peer_is="pandas to_sql, as text"
    )
    yield Measure(
        "import, one ticket, to the dashboard",
        each,
        "µs",
        peer=django,
        peer_is="bulk_create, the ticket alone",
    )
    yield Measure("load of the machine meanwhile, two cores", os.getloadavg()[0], "")


def _bare_copy(path: Path) -> float:
    """µs a row for COPY into a logged table of text columns: what Postgres takes to be told the same."""
    with path.open("rb") as file, connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in file.readline().decode().strip().split(","))
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(f"CREATE TABLE bare ({columns})")
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(1024**2):
                copy.write(block)
        return (time.perf_counter() - began) / TICKETS * 1e6


def _pandas(path: Path) -> float:
    """µs a row for read_csv and to_sql into a table of text columns."""
    database = connection.settings_dict
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            host=database["HOST"], port=database["PORT"] or 5432, user=database["USER"],
            password=database["PASSWORD"], dbname=database["NAME"],
        ),
    )  # fmt: skip
    began = time.perf_counter()
    frame = pd.read_csv(path, nrows=PEER_ROWS, dtype=str)
    frame.to_sql("frame", engine, index=False, if_exists="replace", chunksize=1000)
    took = time.perf_counter() - began
    engine.dispose()
    return took / PEER_ROWS * 1e6


def _django(path: Path) -> float:
    """µs a row for objects made of the rows and bulk_create: the ticket alone, without checks, promises or sums."""
    source = Source.objects.get_or_create(name="Peer")[0]
    Ticket.objects.filter(source=source).delete()
    began = time.perf_counter()
    with path.open(newline="") as file:
        Ticket.objects.bulk_create(
            (_object(row, source) for row in islice(csv.DictReader(file), PEER_ROWS)), batch_size=1000
        )
    took = time.perf_counter() - began
    Ticket.objects.filter(source=source).delete()
    return took / PEER_ROWS * 1e6


def _object(row: dict[str, str], source: Source) -> Ticket:
    at = {name: parse_datetime(row[name]) if row[name] else None for name in row if name.endswith("_at")}
    moments = ("first_public_reply_at", "first_solved_at", "last_solved_at", "reopened_at", "closed_at")
    return Ticket(
        source=source, external_id=row["external_id"], status=row["status"], raw_status=row["status"],
        channel=row["channel"], priority=row["priority"], market=row["market"], locale=row["locale"],
        assignee=row["assignee"], team_name=row["team"], labels=row["labels"].split("|"), row_hash="0" * 32,
        created_at=row["created_at"], updated_at=row["updated_at"], **{name: at[name] for name in moments},
    )  # fmt: skip
