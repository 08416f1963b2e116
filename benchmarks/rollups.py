"""Rollups of many tickets: a day and everything rebuilt, and a dashboard read; beside DuckDB on the same tickets.

`make bench` takes 1 million tickets; `python benchmarks/run.py rollups=5000000` another number.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from django.db import connection

from benchmarks import synthetic_tickets
from benchmarks.measures import Measure, milliseconds, percentile
from benchmarks.synthetic_tickets import DAYS, END
from metrics import rebuilding, reporting, rollups, weeks_behind
from metrics.definitions import METRICS
from metrics.filters import Period
from metrics.models import Source, StaleWeek
from metrics.weeks import monday_of
from sopdesk.jobs import running

TICKETS: Final = 1_000_000
WORKERS: Final = 2
DASHBOARD_MS: Final = 100.0
PAGES: Final = 20
WEEKS: Final = Period(END - timedelta(days=27), END)
YEAR: Final = Period(END - timedelta(days=DAYS - 1), END)
_EXPORT: Final = """
COPY (SELECT created_at, team_id, channel, priority, market, labels[1] AS label, last_solved_at, first_public_reply_at,
    reopen_count FROM metrics_ticket) TO STDOUT (FORMAT csv, HEADER)"""
_DUCK_ROLLUP: Final = """
CREATE OR REPLACE TABLE day AS SELECT created_at::date AS day, team_id, channel, priority, market, label, count(*) AS n,
    sum(reopen_count) AS reopened, sum(epoch(last_solved_at - created_at)) AS s
FROM ticket GROUP BY ALL"""
_DUCK_PAGE: Final = """
SELECT created_at::date AS day, count(*), avg(reopen_count), median(epoch(first_public_reply_at - created_at)),
    median(epoch(last_solved_at - created_at)) FROM ticket WHERE created_at >= DATE '{first}' GROUP BY 1"""


def measure(tickets: int = TICKETS) -> Iterator[Measure]:
    """Rebuild and reading, ours and DuckDB's."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        source = synthetic_tickets.make(tickets)
        ours = _everything()
        _page(WEEKS)  # what is read once in a process is no part of a page
        day = milliseconds(lambda: rollups.rebuild([END - timedelta(days=30)], source.pk))
        pages = {period: [_page(period) for _ in range(PAGES)] for period in (WEEKS, YEAR)}
        lines = {by: [_lines(by) for _ in range(PAGES)] for by in ("priority", "label")}
        behind, weeks = _behind(source)
        duck_rollup, duck_page = _duckdb()
        size = f"{tickets:,} tickets"
        yield Measure(f"rollups, {size}: everything, a ticket", ours / tickets * 1e6, "µs", None,
                      duck_rollup / tickets * 1e6, "DuckDB, three sums by one level")  # fmt: skip
        yield Measure(f"rollups, {size}: one day", day, "ms")
        yield Measure(f"dashboard, {size}: four weeks, p95", percentile(pages[WEEKS], 0.95), "ms", DASHBOARD_MS,
                      duck_page, "DuckDB over all tickets")  # fmt: skip
        yield Measure(f"dashboard, {size}: a year, p95", percentile(pages[YEAR], 0.95), "ms", DASHBOARD_MS)
        yield Measure(f"dashboard, {size}: a year, all weeks behind, p95", percentile(behind, 0.95), "ms")
        yield Measure(f"rollups, {size}: all weeks, a ticket", weeks / tickets * 1e6, "µs")
        yield Measure(f"lines, {size}: a year by priority, p95", percentile(lines["priority"], 0.95), "ms")
        yield Measure(
            f"lines, {size}: a year of any of some labels, p95", percentile(lines["label"], 0.95), "ms"
        )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _everything() -> float:
    """Seconds for all months, by two workers."""
    jobs = rebuilding.start(YEAR.first, YEAR.last)
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as threads:
        for done in [threads.submit(_work, job.pk) for job in jobs]:
            done.result()
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return seconds


def _work(job: int) -> None:
    try:
        while running.run(job):
            pass
    finally:
        connection.close()


def _behind(source: Source) -> tuple[list[float], float]:
    """Milliseconds of a year while the weeks of an import are behind their days, and seconds to catch up with them."""
    days = YEAR.first + timedelta(days=7), YEAR.last
    mondays = {monday_of(days[0] + timedelta(days=n)) for n in range((days[1] - days[0]).days + 1)}
    StaleWeek.objects.bulk_create(StaleWeek(source=source, day=monday) for monday in mondays)
    pages = [_page(YEAR) for _ in range(PAGES)]
    began = time.perf_counter()
    while weeks_behind.catch_up(source.pk, still_here=lambda: None):
        pass
    return pages, time.perf_counter() - began


def _page(period: Period) -> float:
    """All tiles, and their trend by day or week."""

    def read() -> None:
        reporting.reports(None, METRICS, period=period)
        reporting.reports(None, METRICS[:1], by=["week" if period is YEAR else "day"], period=period)

    return milliseconds(read)


def _lines(by: str) -> float:
    """A year's CSAT and median time to solve by priority, or those of the tickets with any of some labels."""
    narrow = {"label": [f"label-{n}" for n in range(5)]} if by == "label" else {}
    cut = [] if by == "label" else [by]
    return milliseconds(
        lambda: reporting.reports(None, ("csat", "resolution"), by=cut, period=YEAR, narrow=narrow)
    )


def _duckdb() -> tuple[float, float]:
    """Seconds for a rollup of the same tickets, milliseconds for a page over the tickets themselves."""
    with TemporaryDirectory(prefix="sopdesk-bench-") as folder:
        path = Path(folder) / "tickets.csv"
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(_EXPORT) as copy:
            for block in copy:
                file.write(block)
        duck = duckdb.connect()
        duck.execute("SET threads = 2")
        duck.read_csv(str(path)).create("ticket")
        rolled = milliseconds(lambda: duck.execute(_DUCK_ROLLUP)) / 1000
        page = milliseconds(lambda: duck.execute(_DUCK_PAGE.format(first=WEEKS.first)).fetchall())
        duck.close()
    return rolled, page
