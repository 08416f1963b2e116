"""Work for real workers: it writes rows that can be counted afterwards, slowly enough to be killed in between."""

import os
import signal
import time
from pathlib import Path

from django.db import connection

from metrics import importing, joining, reading_ahead
from metrics.promises import recomputing
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from tests.faults import quick

ROWS_PER_CHUNK = 5
running.uuid4 = quick.lease_of_this_process  # type: ignore[attr-defined]
running.LEASE, running.IDLE_LIMIT, running.GONE_CHECK = quick.LEASE, quick.IDLE_LIMIT, quick.GONE_CHECK
# An import in many small chunks, so that there is a place to be killed between two of them.
importing.CHUNK_ROWS = quick.IMPORT_CHUNK_ROWS  # type: ignore[misc]
joining.CHUNK_ROWS = joining.SIDE_ROWS = quick.IMPORT_CHUNK_ROWS  # type: ignore[misc]
reading_ahead.CONVERTED_FROM_BYTES = 0  # type: ignore[misc]
recomputing.CHUNK = quick.RECOMPUTED_CHUNK


@step("faults.write_rows")
def write_rows(job: Job) -> Step:
    """Writes the numbers 0 … rows-1, each once, five a chunk, each with a pause of `pause` seconds."""
    at, rows = job.cursor.get("at", 0), job.payload["rows"]
    for number in range(at, min(at + ROWS_PER_CHUNK, rows)):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO fault_rows VALUES (%s, %s)", [job.pk, number])
        _stand_still_once(job, number)
        time.sleep(job.payload["pause"])
    end = min(at + ROWS_PER_CHUNK, rows)
    return Step({"at": end}, end, rows, end >= rows)


def _stand_still_once(job: Job, number: int) -> None:
    """At row `stall_at`, the first time, stop the process as a machine that hangs would."""
    marker = job.payload.get("stall_marker")
    if marker and number == job.payload["stall_at"] and not Path(marker).exists():
        Path(marker).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)


@step("faults.die")
def die(job: Job) -> Step:
    """Kills the process that works on it, as running out of memory would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


@step("faults.wait_in_postgres")
def wait_in_postgres(job: Job) -> Step:
    """A statement that takes longer than any chunk may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    raise AssertionError("was not stopped")
