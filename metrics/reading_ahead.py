"""The next chunk of a file, read and converted while Postgres is at work on this one.

What is read ahead is thrown away when the next chunk is of another place, or when the door has changed meanwhile
(somebody was erased). Of a long file the rows wait converted in a table of the schema `ahead`, made on a connection of
its own so that both processors are at work; of a short one they wait as bytes in memory. Tickets are written by the
chunk whose place it is, with its own cursor: a worker that dies or is given other work loses nothing, and what it left
in `ahead` goes when the import ends.

The same thread makes the months that a chunk needs, and tells the planner of what was stored while the last chunk is.
Both are optional: what was not done there is done by whoever needs it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction

from metrics import converting, partitions, staging, storing, unmapped
from metrics.admitting import Door
from metrics.chunks import Chunk
from metrics.mapping import FileMapping
from metrics.reading import Layout, Reader
from sopdesk.jobs.models import Job

log = structlog.get_logger(__name__)

Columns = tuple[str, ...]
CONVERTED_FROM_BYTES: Final = 1024**2  # so much has to be left of a file
SHORT_LIMIT: Final = "200ms"  # sooner than Postgres looks for a ring of who waits for whom
LOCK_LIMIT: Final = "2s"  # statistics wait no longer for a table: whoever has it may wait for them


@dataclass(frozen=True)
class Place:
    """Where a chunk begins (bytes; 1-based line) and how it is read: all that its outcome depends on. `end`: of the
    file, in bytes; `zone`: of its stamps without one; `rows`: of this chunk, `most`: of any."""

    import_id: int
    path: Path
    end: int
    zone: str
    layout: Layout
    mapping: FileMapping
    door: Door
    rows: int
    most: int
    size: int
    offset: int
    line: int


@dataclass(frozen=True)
class Ready:
    """A chunk as COPY takes it (columns, blocks), or the table where it waits converted, with what is wrong in it, what
    storing it needs to know and what its report tells; and the place of the next."""

    chunk: Chunk
    columns: Columns
    blocks: list[bytes]
    after: Place
    at_end: bool
    other_encoding: int
    table: str = ""
    faults: tuple[converting.Fault, ...] = ()
    known: storing.Known | None = None
    unmapped: unmapped.Found | None = None


_reader: Final = ThreadPoolExecutor(1, thread_name_prefix="reading-ahead")
_of_this_thread: Final = threading.local()


def _kept(_columns: Columns, blocks: Iterator[bytes]) -> list[bytes]:
    return [*blocks]


def read(place: Place, put: Callable[[Columns, Iterator[bytes]], list[bytes]] = _kept) -> Ready:
    """The chunk at this place. Asks nothing of the database, so that any thread may do it; `put` takes its blocks."""
    chunk = Chunk()
    header = place.layout.header
    neutral = staging.neutral(place.mapping, header, place.door)
    with place.path.open("rb") as file:
        reader = Reader(file, place.layout, place.offset, place.line)
        rows = chunk.readable(reader.rows(rows=place.rows, size=place.size), header)
        blocks = put(neutral.columns, staging.written(rows, neutral.convert))
        # Longer step by step: about what can be read ahead while those before are stored.
        rows_then = min(place.most, place.rows + max(1, place.rows // 2))
        after = replace(place, offset=reader.offset, line=reader.line, rows=rows_then)
        return Ready(chunk, neutral.columns, blocks, after, reader.at_end, reader.other_encoding)


def take(place: Place, still_here: Callable[[], None]) -> Ready:
    """The chunk at this place: the one that was read ahead, if it is that, else read now.

    `still_here` is called now and then while it is waited for.
    """
    ahead: tuple[Place, Future[Ready]] | None = getattr(_of_this_thread, "ahead", None)
    _of_this_thread.ahead = None
    if ahead is None:
        return read(place)
    if ahead[0] != place:
        _reader.submit(_throw_away, ahead[1])
        return read(place)
    while wait([ahead[1]], timeout=1).not_done:
        still_here()
    try:
        ready = ahead[1].result()
    except (DatabaseError, InterfaceError):  # no connection to be had, say: the import has one
        return read(place)
    return read(place) if ready.table and _was_emptied(ready.table) else ready


def begin(place: Place) -> None:
    """Have the chunk at this place read by another thread, for whoever takes it next in this one."""
    is_long = place.end - place.offset >= CONVERTED_FROM_BYTES
    # Events wait as they came, beside what they were converted to (metrics/folding.py).
    do = _read_and_convert if is_long and place.mapping.shape == "tickets" else read
    _of_this_thread.ahead = (place, _reader.submit(do, place))


def begin_statistics(import_id: int) -> None:
    """Have the planner told of what is stored so far by another thread, where this one begins to store the last chunk:
    nothing else is to be done beside that."""
    _of_this_thread.statistics = (import_id, _reader.submit(_refresh_statistics))


def have_statistics(import_id: int, still_here: Callable[[], None]) -> bool:
    """Whether that was done for this import by this thread. It is waited for, so that the caller may have no table
    locked: `still_here` is called meanwhile."""
    begun: tuple[int, Future[None]] | None = getattr(_of_this_thread, "statistics", None)
    _of_this_thread.statistics = None
    if begun is None or begun[0] != import_id:
        return False
    while wait([begun[1]], timeout=1).not_done:
        still_here()
    if error := begun[1].exception():
        log.warning("statistics_not_made_beside", reason=str(error)[:200])
    return error is None


def _refresh_statistics() -> None:
    """Each table in a transaction of its own, so that none is locked while another is waited for."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false), set_config('default_statistics_target', %s, false)",
                [LOCK_LIMIT, storing.DETAIL],
            )
        storing.refresh_statistics()
    finally:
        connection.close()


def _was_emptied(table: str) -> bool:
    """Postgres does that to an unlogged table, and to all of it, when it starts again after a crash. Or it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [table])
        if cursor.fetchone()[0]:
            return True
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table})")
        return bool(cursor.fetchone()[0])


def forget(import_id: int) -> None:
    """Take away what dead or busy workers left behind of an import that has ended."""
    _drop(table for table, number in _waiting() if number == import_id)


def sweep() -> None:
    """Take away what waits for imports that have ended: whoever converted it may not have seen the end."""
    found = _waiting()
    numbers = Job.objects.filter(kind="metrics.import_tickets").unfinished().values_list("payload", flat=True)
    going = {payload["import"] for payload in numbers}
    _drop(table for table, number in found if number not in going)


def _waiting() -> list[tuple[str, int]]:
    """Tables of rows that wait, each with the number of its import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ahead.%I', tablename), split_part(tablename, '_', 2)::bigint FROM pg_tables"
            " WHERE schemaname = 'ahead' AND tablename ~ '^import_[0-9]+_'"
        )
        found: list[tuple[str, int]] = cursor.fetchall()
        return found


def _drop(tables: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _read_and_convert(place: Place) -> Ready:
    table = f"ahead.import_{place.import_id}_{uuid4().hex}"
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('jit', 'off', true)")
            staging.create_incoming()
            ready = read(place, _put_in)
            faults = converting.convert(place.mapping, place.zone, table)
            ready = _looked_at(replace(ready, table=table, faults=tuple(faults)), place.mapping)
        _make_months(ready)
        return ready
    finally:
        connection.close()


def _make_months(ready: Ready) -> None:
    """Where nobody has to be waited for. Else whoever stores the chunk makes what is missing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [SHORT_LIMIT])
            partitions.make(ready.known.months if ready.known else ())
    except DatabaseError as error:
        log.info("months_not_made_ahead", reason=str(error)[:200])


def _looked_at(ready: Ready, mapping: FileMapping) -> Ready:
    """With all that can be said of the converted rows before they are stored."""
    converting.adopt(ready.table)
    known, found = storing.known(), unmapped.of_chunk(mapping)
    if "conversation" not in converting.given_by(mapping):
        known = replace(known, days_of_new=storing.days_of_new())
    converting.put_away()
    return replace(ready, known=known, unmapped=found)


def _put_in(columns: Columns, blocks: Iterator[bytes]) -> list[bytes]:
    staging.copy_in(columns, blocks)
    return []


def _throw_away(ahead: Future[Ready]) -> None:
    """In the thread that read it, so that it is there by now."""
    if ahead.exception() is not None or not ahead.result().table:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {ahead.result().table}")
    finally:
        connection.close()
