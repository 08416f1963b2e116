"""Rows of an import that are not taken: what is kept of them, and how one that the database refuses is found.

The first 100,000 are rows of the database, for the report; those beyond lie in a file beside the upload and go with it.
What a killed worker wrote there beyond the length in the job's cursor is cut off by the next.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import DataError, IntegrityError, connection
from django.db.models import F

from metrics.chunks import Chunk
from metrics.models import Import, RejectedRow
from metrics.reading import Reader
from metrics.reading_ahead import Place
from metrics.storing import Stored

log = structlog.get_logger(__name__)
KEPT: Final = 100_000
# What is wrong with a row, whatever it is; an error of the database itself or of the disk is none of these.
OF_A_ROW: Final = (DataError, IntegrityError, ValueError, TypeError, ArithmeticError, LookupError)
SET_ASIDE_MAX: Final = 1_000  # so many are no accidents of rows
ROWS_AFTER: Final = 500  # of the chunk after such a row: there may be more
_FIELDS: Final = ("line", "column", "value", "reason", "offset", "length")
_NOTHING: Final = Stored(0, 0, 0, 0)

Cursor = dict[str, Any]


def count(
    ticket_import: Import,
    upload: Path,
    chunk: Chunk,
    cursor: Cursor,
    stored: Stored = _NOTHING,
    other_encoding: int = 0,
) -> Cursor:
    """Add what became of a chunk, and keep its rejected rows. Returns what the cursor has to know of that."""
    rows = sorted(chunk.rejected_rows(ticket_import), key=lambda row: row.line)
    room = max(0, KEPT - ticket_import.rejected)
    RejectedRow.objects.bulk_create(rows[:room], batch_size=2000)
    Import.objects.filter(pk=ticket_import.pk).update(
        rows_read=F("rows_read") + chunk.read,
        added=F("added") + stored.added,
        changed=F("changed") + stored.changed,
        same=F("same") + stored.same,
        flagged=F("flagged") + stored.flagged,
        rejected=F("rejected") + len(rows),
        other_encoding=F("other_encoding") + other_encoding,
    )
    size: int = cursor.get("rejected_bytes", 0)
    return {"rejected_bytes": _append(_beside(upload), rows[room:], size)} if rows[room:] else {}


def _beside(upload: Path) -> Path:
    return upload.with_suffix(".rejected")


def _append(path: Path, rows: Iterable[RejectedRow], size: int) -> int:
    """Write them behind the first `size` bytes, safely on the disk before the cursor says so. Returns the new size."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(size)
        file.truncate()
        for row in rows:
            file.write(json.dumps([getattr(row, name) for name in _FIELDS]).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def beyond(upload: Path, cursor: Cursor) -> Iterator[RejectedRow]:
    """The rejected rows beyond those of the database, as long as the file of them is there."""
    left, path = cursor.get("rejected_bytes", 0), _beside(upload)
    if not left or not path.exists():
        return
    with path.open("rb") as file:
        while left > 0 and (line := file.readline()):
            left -= len(line)
            yield RejectedRow(**dict(zip(_FIELDS, json.loads(line), strict=True)))


def narrowed(ticket_import: Import, place: Place, cursor: Cursor) -> Cursor | None:
    """Where to go on after a chunk failed for the data of one of its rows: at the same place with half as many rows, or
    behind that row once it is alone. None where that is no accident of rows any more."""
    if place.rows > 1:
        return {**cursor, "rows": place.rows // 2}
    if cursor.get("set_aside", 0) >= SET_ASIDE_MAX:
        return None
    _tell(ticket_import)
    chunk = Chunk()
    with place.path.open("rb") as file:
        reader = Reader(file, place.layout, place.offset, place.line)
        for row in chunk.readable(reader.rows(rows=1, size=place.size), place.layout.header):
            chunk.refused.append((row.line, "", "", "unkept"))
    kept = count(ticket_import, place.path, chunk, cursor, other_encoding=reader.other_encoding)
    after = {"offset": reader.offset, "line": reader.line, "rows": ROWS_AFTER}
    return {**cursor, **after, **kept, "set_aside": cursor.get("set_aside", 0) + 1}


def _tell(ticket_import: Import) -> None:
    """For who runs the desk: it may be a fault of ours. Only the kind of the error, for its words may quote the row."""
    log.warning("import_row_set_aside", ticket_import=ticket_import.pk, error=type(sys.exception()).__name__)


_NEXT_TICKET: Final = """
SELECT external_id, max(line) FROM metrics_stagedevent WHERE ticket_import_id = %s AND external_id > %s
GROUP BY 1 ORDER BY 1 LIMIT 1"""


def narrowed_fold(ticket_import: Import, upload: Path, tickets: int, cursor: Cursor) -> Cursor | None:
    """The same of tickets of an event log: half as many, or all but that one."""
    if tickets > 1:
        return {**cursor, "tickets": tickets // 2}
    if cursor.get("set_aside", 0) >= SET_ASIDE_MAX:
        return None
    _tell(ticket_import)
    with connection.cursor() as database:
        database.execute(_NEXT_TICKET, [ticket_import.pk, cursor.get("after", "")])
        number, line = database.fetchone()
    chunk = Chunk()
    chunk.places[line] = (0, 0)
    chunk.refused.append((line, "", "", "unkept"))
    kept = count(ticket_import, upload, chunk, cursor)
    return {
        **cursor,
        **kept,
        "after": number,
        "tickets": ROWS_AFTER,
        "set_aside": cursor.get("set_aside", 0) + 1,
    }
