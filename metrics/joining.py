"""The tables of a data warehouse in one .zip are rewritten as one CSV: the tickets, with what stands beside them.

    of each table beside the tickets: unpack -> gather ...; of the table of tickets: unpack -> convert ...

A table is unpacked beside the upload, for a packed one cannot be read from the middle. What is kept of those beside the
tickets lies in the lookups (metrics/vendors/lookups.py), so that they take no memory. Rows stand in the CSV at the
lines they have in the table of tickets (docs/decisions/0051-tables-read-together.md).
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from metrics import containers, left_out, table_rows, table_shapes, tables, written
from metrics.containers import FileRefused
from metrics.joined_rows import Joined, turning
from metrics.later import Later
from metrics.table_rows import TableRow, TableRows
from metrics.vendors import lookups
from metrics.vendors.lookups import Lookups
from metrics.vendors.tables import folded

CHUNK_ROWS: Final = 10_000
SIDE_ROWS: Final = 50_000
CHUNK_BYTES: Final = 32 * 1024**2
SAID_EVERY: Final = 1_000
JOINED_MAX: Final = containers.UNPACKED_MAX
FIRST_BYTES: Final = 2 * 1024**2
_OF_ONE: Final = ("columns", "delimiter", "length", "lines", "at")  # of the cursor: where it is in a table

Cursor = dict[str, Any]


def first_rows(path: Path, header: list[str], count: int) -> str:
    """The first rows as they will stand in the CSV, with the header before them, as far as the beginnings of the
    tables beside them tell. Raises FileRefused."""
    found, file = tables.found_in(path), io.BytesIO()
    with lookups.kept_in(None) as known:
        for number, member in enumerate(found.looked_into):
            shape, group = found.read_by(member), found.sides[member]
            some = table_rows.beginning(path, member, shape, size=table_shapes.LOOKED_AT, count=SIDE_ROWS)
            _keep(found.vendor, group, (row for row in some.rows if not row.reason), known, number)
        joined, before, rest = Joined(file, header, turning(found.vendor, header, known)), 0, count
        for member in found.tickets:
            shape = found.read_by(member)
            some = table_rows.beginning(path, member, shape, size=FIRST_BYTES, count=rest)
            for row in some.rows:
                joined.write(row, before)
            before, rest = before + some.line - 1, rest - len(some.rows)
            if not some.is_whole or rest <= 0:
                break
    return file.getvalue().decode("utf-8", "surrogateescape")


def advance(
    upload: Path,
    target: Path,
    header: list[str],
    cursor: Cursor,
    say: Callable[[], object],
    wanted: Collection[str] = (),
) -> Cursor:
    """One chunk; the cursor says `rewritten` when the CSV is there. `wanted`: the columns that are read, though the
    header may lack them. Raises FileRefused, naming the file of the .zip."""
    if cursor.get("complete"):
        return _tidied(upload, target, cursor)
    if "other_encoding" not in cursor or not _names(upload).exists():
        return _begin(upload)
    group, member, like = cursor["plan"][cursor["table"]]
    table = upload.with_suffix(f".table{cursor['table']}")
    if "at" not in cursor or not table.exists():
        return _unpacked(upload, table, member, like, cursor, say)
    if group != tables.TICKETS:
        return _gather(upload, table, group, member, cursor, say)
    return _convert(upload, table, target, header, cursor, say, wanted)


def _names(upload: Path) -> Path:
    return upload.with_suffix(".names")


def _begin(upload: Path) -> Cursor:
    found, sizes = tables.found_in(upload), containers.members(upload)
    _names(upload).unlink(missing_ok=True)
    with lookups.kept_in(_names(upload)):
        pass
    groups = {**found.sides, **dict.fromkeys(found.tickets, tables.TICKETS)}
    plan = [(group, member, found.like.get(member, "")) for member, group in groups.items()]
    return {
        "vendor": found.vendor,
        "plan": plan,
        "sizes": [sizes[member] for member in groups],
        "table": 0,
        "share": 0.0,
        "unpacked": 0,
        "other_encoding": 0,
        "passed_over": found.passed_over,
        "doubtful": found.doubtful,
    }


def _unpacked(
    upload: Path, table: Path, member: str, like: str, cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    """With the table unpacked; read on where it was when somebody took it away meanwhile."""
    for before in upload.parent.glob(f"{upload.stem}.table*"):
        before.unlink(missing_ok=True)
    with tables.naming(member):
        containers.unpack(upload, table, member=member, still_here=say)
        first = table_rows.first_place(table, tables.shape_in(upload, table, like))
    if "at" in cursor:
        return cursor
    # What a .gz in it unpacks to no .zip says.
    unpacked = cursor["unpacked"] + table.stat().st_size
    tables.check_unpacked(unpacked, upload.stat().st_size)
    of_tickets = cursor.get("tickets_unpacked", 0)
    if cursor["plan"][cursor["table"]][0] == tables.TICKETS:
        of_tickets += table.stat().st_size
    return {
        **cursor,
        "unpacked": unpacked,
        "tickets_unpacked": of_tickets,
        **first,
    }


def _gather(
    upload: Path, table: Path, group: str, member: str, cursor: Cursor, say: Callable[[], object]
) -> Cursor:
    """Keep the next rows of a table beside the tickets. One that cannot be read would leave tickets wrong, unseen."""
    with table.open("rb") as file, lookups.kept_in(_names(upload)) as known:
        reader = table_rows.rows_from(file, cursor)
        rows = _readable(_rows(reader, SIDE_ROWS, member, say), member)
        _keep(cursor["vendor"], group, rows, known, cursor["table"])
    return _after(reader, cursor)


def _rows(reader: TableRows, count: int, member: str, say: Callable[[], object]) -> Iterator[TableRow]:
    """The next rows; now and then says that it is still at work, before its transaction is taken for forgotten."""
    with tables.naming(member):
        for number, row in enumerate(reader.rows(rows=count, size=CHUNK_BYTES)):
            if number % SAID_EVERY == 0:
                say()
            yield row


def _check_size(size: int) -> None:
    """A ticket told many times over, beside thousands of rows of its own, would fill the disk."""
    if size > JOINED_MAX:
        raise FileRefused(
            _(
                "The tickets make more than %(size)s MB with what stands beside them: that is more than is read. See"
                " whether the table of tickets has the same id again and again."
            )
            % {"size": JOINED_MAX // 1024**2}
        )


def _readable(rows: Iterable[TableRow], member: str) -> Iterable[TableRow]:
    for row in rows:
        if row.reason:
            raise FileRefused(
                _(
                    "Line %(line)s of “%(file)s” cannot be read: a quote is not closed, it has more or fewer cells"
                    " than its header, or is no object of JSON. Nothing was imported."
                )
                % {"line": row.line, "file": member[-60:]}
            )
        yield row


def _keep(vendor: str, group: str, rows: Iterable[TableRow], known: Lookups, table: int) -> None:
    kept = tables.VENDORS[vendor].kept
    for row in rows:
        if (told := kept(group, row.values)) is not None:
            known.add(group, told, f"{table}:{row.line}")


def _convert(
    upload: Path,
    table: Path,
    target: Path,
    header: list[str],
    cursor: Cursor,
    say: Callable[[], object],
    wanted: Collection[str],
) -> Cursor:
    """Write the next tickets behind those that are written. Parts of their table stand one after another."""
    part = written.part_of(target)
    if not part.exists() or part.stat().st_size < cursor.get("written", 0):
        part.write_bytes(b"")
        if cursor.get("written"):
            return _from_the_first_ticket(cursor)
    before, header = cursor.get("before", 0), [*header, *cursor.get("more", [])]
    named = {folded(name): name for name in wanted}
    later = Later(table_shapes.names(header), named, cursor.get("later"))
    member = cursor["plan"][cursor["table"]][1]
    with table.open("rb") as file, part.open("r+b") as out, lookups.kept_in(_names(upload)) as known:
        out.seek(cursor.get("written", 0))
        out.truncate()
        reader = table_rows.rows_from(file, cursor)
        turn = turning(cursor["vendor"], header, known)
        joined = Joined(out, header, turn, cursor.get("next_line", 1))
        for row in _rows(reader, CHUNK_ROWS, member, say):
            joined.write(row, before)
            later.see(row.values, row.line - 1, member)
            _check_size(out.tell())
        joined.to(before + reader.line)
        after = {
            **_after(reader, cursor), "written": out.tell(), "next_line": joined.line, "later": later.told,
        }  # fmt: skip
        out.flush()
        os.fsync(out.fileno())
    if reader.at_end:
        after["before"] = before + reader.line - 1
    return _ended(after, [named[name] for name in later.to_read])


def _ended(cursor: Cursor, more: list[str]) -> Cursor:
    """With `complete` when that was all. The tickets are written once more when they have columns more to be read."""
    is_all = cursor["table"] == len(cursor["plan"])
    if is_all and more:
        return {**_from_the_first_ticket(cursor), "more": [*cursor.get("more", []), *more]}
    return {**cursor, "complete": is_all}


def _from_the_first_ticket(cursor: Cursor) -> Cursor:
    """Where the tickets begin: somebody took away what was written of them, or they have columns more."""
    first = next(at for at, (group, *_rest) in enumerate(cursor["plan"]) if group == tables.TICKETS)
    other = cursor["other_encoding"] - cursor.get("of_tickets", 0)
    return {
        **_without(
            cursor, *_OF_ONE, "before", "of_tickets", "tickets_unpacked", "written", "next_line", "later"
        ),
        "table": first,
        "unpacked": cursor["unpacked"] - cursor.get("tickets_unpacked", 0),
        "other_encoding": other,
    }


def _tidied(upload: Path, target: Path, cursor: Cursor) -> Cursor:
    """A step of its own: what it takes away nobody needs, should the worker die before that is committed."""
    part = written.part_of(target)
    os.truncate(part, cursor["written"])
    part.replace(target)
    for place in (_names(upload), *upload.parent.glob(f"{upload.stem}.table*")):
        place.unlink(missing_ok=True)
    return {
        "rewritten": target.name,
        "other_encoding": cursor.get("other_encoding", 0),
        "left_out": left_out.kept(cursor, "later", "passed_over", "doubtful"),
    }


def _after(reader: TableRows, cursor: Cursor) -> Cursor:
    """The cursor at the next row, or at the next table."""
    sizes, table, offset = cursor["sizes"], cursor["table"], reader.at["offset"]
    read = sizes[table] * min(1.0, offset / max(1, cursor["length"]))
    after = {**cursor, "at": reader.at, "share": (sum(sizes[:table]) + read) / max(1, sum(sizes))}
    after["other_encoding"] += reader.other_encoding
    if cursor["plan"][table][0] == tables.TICKETS:
        after["of_tickets"] = cursor.get("of_tickets", 0) + reader.other_encoding
    return {**_without(after, *_OF_ONE), "table": table + 1} if reader.at_end else after


def _without(cursor: Cursor, *names: str) -> Cursor:
    return {name: value for name, value in cursor.items() if name not in names}
