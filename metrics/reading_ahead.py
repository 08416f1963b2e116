"""The next chunk of a file, read while Postgres is at work on this one.

Nothing here writes. What is read ahead is bytes in memory; the chunk whose place it is puts them into the database and
commits them with its own cursor. They are thrown away when the next chunk is of another place, or when the door has
changed meanwhile (somebody was erased). So a worker that dies or is given other work loses some memory, nothing else.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from metrics import staging
from metrics.admitting import Door
from metrics.chunks import Chunk
from metrics.mapping import FileMapping
from metrics.reading import Layout, Reader


@dataclass(frozen=True)
class Place:
    """Where a chunk begins (bytes; 1-based line) and how it is read: all that its outcome depends on."""

    path: Path
    layout: Layout
    mapping: FileMapping
    door: Door
    rows: int
    size: int
    offset: int
    line: int


@dataclass(frozen=True)
class Ready:
    """A chunk as COPY takes it, and the place of the next."""

    chunk: Chunk
    blocks: list[bytes]
    after: Place
    at_end: bool
    other_encoding: int


_reader: Final = ThreadPoolExecutor(1, thread_name_prefix="reading-ahead")
_of_this_thread: Final = threading.local()


def read(place: Place) -> Ready:
    """The chunk at this place. Asks nothing of the database, so that any thread may do it."""
    chunk = Chunk()
    header = place.layout.header
    convert = staging.neutral(place.mapping, header, place.door)
    with place.path.open("rb") as file:
        reader = Reader(file, place.layout, place.offset, place.line)
        rows = chunk.readable(reader.rows(rows=place.rows, size=place.size), header)
        blocks = [*staging.written((row.line, convert(row)) for row in rows)]
        after = replace(place, offset=reader.offset, line=reader.line)
        return Ready(chunk, blocks, after, reader.at_end, reader.other_encoding)


def take(place: Place) -> Ready:
    """The chunk at this place: the one that was read ahead, if it is that, else read now."""
    ahead: tuple[Place, Future[Ready]] | None = getattr(_of_this_thread, "ahead", None)
    _of_this_thread.ahead = None
    if ahead is not None and ahead[0] == place:
        return ahead[1].result()
    return read(place)


def begin(place: Place) -> None:
    """Have the chunk at this place read by another thread, for whoever takes it next in this one."""
    _of_this_thread.ahead = (place, _reader.submit(read, place))
