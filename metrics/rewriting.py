"""JSON, NDJSON, workbooks and tables of a warehouse are rewritten once as CSV, and then read like any other file.

So there is one reader, one set of broken rows to test, and a rejected row of whatever file can be mended in a
spreadsheet. The rewriting goes by chunks too: the cursor says how far the file was read and how long the CSV is, and
what a killed worker wrote beyond that is cut off again (docs/decisions/0027-rewritten-as-csv.md).
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from metrics import containers, joining, json_members, left_out, shared_strings, surveying, workbooks, written
from metrics.json_pages import SIDE, Record
from metrics.json_records import Place, Records
from metrics.later import Later
from metrics.mapping import TABLES
from metrics.surveying import WORKBOOK
from metrics.vendors import detecting, lookups

CHUNK_RECORDS: Final = 20_000
CHUNK_BYTES: Final = 32 * 1024**2

Cursor = dict[str, Any]


def first_rows(path: Path, form: str, header: list[str], count: int) -> str:
    """The first rows as they will stand in the CSV, with the header before them. Raises FileRefused."""
    if form == WORKBOOK:
        return "".join(workbooks.first_lines(path, count))
    if form == TABLES:
        return joining.first_rows(path, header, count)
    found = surveying.survey(path)
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(header)
    with surveying.names_in(found) as known:
        turn = detecting.turning(form, known)
        for record in found.tickets[:count]:
            write(_row(record, header, {} if record.reason else turn(record.value)))
    return out.getvalue()


def advance(
    upload: Path,
    form: str,
    header: list[str],
    cursor: Cursor,
    say: Callable[[], object],
    wanted: Collection[str] = (),
) -> Cursor:
    """One chunk of the rewriting of `upload`; the cursor says `rewritten` when the CSV is there, and what of the file
    is not in it (metrics/left_out.py). `wanted`: the columns that are read, though the header may lack them.

    Raises FileRefused.
    """
    target = upload.with_suffix(".csv")
    if form == WORKBOOK:
        return _workbook(upload, target, header, cursor, say)
    if form == TABLES:
        return joining.advance(upload, target, header, cursor, say, wanted)
    if "stage" not in cursor:
        return _begin(upload, header, say)
    if cursor["stage"] == "gather":
        return _gather(_plain(upload), cursor)
    if cursor["stage"] == "convert":
        return _convert(_plain(upload), target, form, header, cursor, wanted)
    return _tidied(upload, target, cursor)


def share(cursor: Cursor) -> float:
    """How much of the rewriting is done, 0 to 1. Gathering the lists beside the tickets reads the file once before."""
    if "share" in cursor:
        return float(cursor["share"])
    if "offset" in cursor:
        return float(cursor["offset"] / max(1, cursor["size"]))
    if "place" not in cursor:
        return 0.0
    if cursor["stage"] == "done":
        return 1.0
    read: float = cursor["place"]["offset"] / max(1, cursor["size"])
    return 0.3 * read if cursor["stage"] == "gather" else 0.3 + 0.7 * read


def _plain(upload: Path) -> Path:
    unpacked = upload.with_suffix(".plain")
    return unpacked if unpacked.exists() else upload


def _names(upload: Path) -> Path:
    return upload.with_suffix(".names")


def _begin(upload: Path, header: list[str], say: Callable[[], object]) -> Cursor:
    several = json_members.found_in(upload)
    if several is not None:
        json_members.write(upload, several, upload.with_suffix(".plain"), say)
    elif not containers.is_seekable_text(upload):
        containers.unpack(upload, upload.with_suffix(".plain"), still_here=say)
    found = surveying.survey(upload)
    _names(upload).unlink(missing_ok=True)
    size = _plain(upload).stat().st_size
    stage = "gather" if found.has_sides else "convert"
    return {
        "stage": stage,
        "lines": found.lines,
        "group": found.group,
        "size": size,
        "place": asdict(Place()),
        "passed_over": several.passed_over if several else [],
    }


def _chunk(file: IO[bytes], cursor: Cursor, stage: str) -> Iterator[Record]:
    """The records of a chunk, which ends after a number of records or bytes; then the cursor says what is next."""
    place = Place(**cursor["place"])
    records = Records(file, place, lines=cursor["lines"], size=cursor["size"])
    count = 0
    for some in records:
        yield from some
        count += len(some)
        if count >= CHUNK_RECORDS or records.place.offset - place.offset >= CHUNK_BYTES:
            cursor["place"] = asdict(records.place)
            return
    cursor["place"], cursor["stage"] = asdict(Place()), stage


def _workbook(
    upload: Path, target: Path, header: list[str], cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    plain, part = upload.with_suffix(".plain"), written.part_of(target)
    is_there = plain.exists() and part.exists() and part.stat().st_size >= cursor.get("written", 0)
    if "stage" not in cursor or not is_there:
        part.write_bytes(b"")
        return workbooks.begin(upload, plain, say)
    after = workbooks.advance(upload, plain, part, header, cursor, say)
    if after["offset"] is not None:
        return after
    part.replace(target)
    plain.unlink(missing_ok=True)
    shared_strings.forget(plain)
    return {"rewritten": target.name, "left_out": left_out.kept(after, "sheets", "beyond", "merged")}


def _gather(plain: Path, cursor: Cursor) -> Cursor:
    """Keep the lists that explain the tickets, wherever in the file they stand."""
    after = dict(cursor)
    with plain.open("rb") as file, lookups.kept_in(plain.with_suffix(".names")) as known:
        for place, record in enumerate(_chunk(file, after, "convert")):
            if record.group in SIDE and record.group != cursor["group"] and not record.reason:
                known.add(record.group, record.value, f"{record.number}:{place}")
    return after


def _convert(
    plain: Path, target: Path, form: str, header: list[str], cursor: Cursor, wanted: Collection[str]
) -> Cursor:
    """Write the next tickets behind those that are written."""
    after, part = dict(cursor), written.part_of(target)
    if not part.exists() or part.stat().st_size < cursor.get("written", 0):
        after = cursor = _from_the_first(cursor)
        part.write_bytes(b"")
    header = [*header, *cursor.get("more", [])]
    later = Later(header, wanted, cursor.get("later"))
    others: Counter[str] = Counter(cursor.get("others"))
    names = plain.with_suffix(".names")
    with (
        plain.open("rb") as file,
        part.open("r+b") as out,
        lookups.kept_in(names if names.exists() else None) as known,
    ):
        out.seek(cursor.get("written", 0))
        out.truncate()
        turn = detecting.turning(form, known)
        if not cursor.get("written"):
            out.write(written.line(header))
        for record in _chunk(file, after, "done"):
            if surveying.is_ticket(record, cursor["group"]):
                cells = {} if record.reason else turn(record.value)
                later.see(cells, record.number)
                out.write(written.line(_row(record, header, cells)))
            elif record.group not in SIDE and not record.reason:
                others[record.group] += 1
        after |= {"written": out.tell(), "later": later.told, "others": dict(others)}
        out.flush()
        os.fsync(out.fileno())
    if after["stage"] == "done" and later.to_read:
        return {**_from_the_first(after), "more": [*cursor.get("more", []), *later.to_read]}
    return after


def _from_the_first(cursor: Cursor) -> Cursor:
    """Where the tickets begin: somebody took away what was written of them, or they have columns more."""
    return {**cursor, "stage": "convert", "place": asdict(Place()), "written": 0, "later": {}, "others": {}}


def _tidied(upload: Path, target: Path, cursor: Cursor) -> Cursor:
    """A step of its own: what it takes away nobody needs, should the worker die before that is committed."""
    part = written.part_of(target)
    os.truncate(part, cursor["written"])
    part.replace(target)
    for place in (_names(upload), upload.with_suffix(".plain")):
        place.unlink(missing_ok=True)
    return {"rewritten": target.name, "left_out": left_out.kept(cursor, "later", "others", "passed_over")}


def _row(record: Record, header: list[str], cells: dict[str, str]) -> list[str]:
    """The cells in order; of a broken record its text, in a row that the reader knows by its length and mark."""
    if record.reason:
        return written.broken(record.reason, record.text, len(header))
    return [cells.get(name, "") for name in header]
