"""Which files of a .zip are parts of one table: warehouses unload a long table as many files, not all with a header.

Parts have the same columns. One without a header belongs to the table whose name its own has, but for numbers:
ticket_0_0_1.csv to ticket_0_0_0.csv, tickets/000000000001.csv to tickets/000000000000.csv.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from metrics.containers import FileRefused
from metrics.table_shapes import Shape
from metrics.vendors.tables import name_of

IN_ORDER = re.compile(r"(\d+)")
# How unloaders call a part: as a table, and 0001_part_00, tickets.000, export/0001.txt.
_OF_ROWS = re.compile(
    r"(^|/)[^/.]+(\.gz)?$|\.(\d+|csv|tsv|tab|psv|json|ndjson|jsonl|txt|dat|out)(\.\w{1,4})?$", re.IGNORECASE
)
# A file as it is read with that delimiter.
ReadBy = Callable[[str, str], Shape]


def in_order(files: Iterable[str]) -> list[str]:
    """By name, part 10 behind part 9."""
    return sorted(
        files, key=lambda name: [part.zfill(20) if part.isdigit() else part for part in IN_ORDER.split(name)]
    )


def check_alike(files: list[str], shapes: dict[str, Shape]) -> None:
    """Raises FileRefused for parts of different columns. JSON leaves out what is null, so that it may differ."""
    delimited = [name for name in files if shapes[name].delimiter]
    for name in delimited[1:]:
        if {*shapes[name].names} != {*shapes[delimited[0]].names}:
            raise different(delimited[0], name, shapes)


def different(one: str, other: str, shapes: dict[str, Shape]) -> FileRefused:
    apart = sorted({*shapes[one].names} ^ {*shapes[other].names})
    return FileRefused(
        _(
            "“%(one)s” and “%(other)s” would be parts of one table, and their columns differ: %(columns)s. Unload both"
            " with the same columns, or put each table of tickets into a .zip of its own."
        )
        % {"one": one[-60:], "other": other[-60:], "columns": ", ".join(apart[:8]) or "-"}
    )


def belongs_to(file: str, known: dict[str, str], shapes: dict[str, Shape], by: ReadBy) -> str:
    """The file whose table this one is a part of, though it is not known by its columns; "" when it is none.

    `known`: the table of each file that is known. Raises FileRefused when it has the name of a part and is none.
    """
    same = [name for name in known if name_of(name) == name_of(file)]
    if len({known[name] for name in same}) != 1:
        return ""
    shape = shapes[file]
    if not shape.delimiter:
        is_part = {*shape.names} <= {column for name in same for column in shapes[name].names}
        if not is_part and any(name_of(file)) and not shapes[same[0]].delimiter:
            raise different(same[0], file, shapes)
        return same[0] if is_part else ""
    headed = [name for name in same if shapes[name].delimiter]
    if not headed:
        return ""
    if _is_row_of(by(file, shapes[headed[0]].delimiter), shapes[headed[0]], file):
        _check_order(file, headed, shapes)
        return headed[0]
    if any(name_of(file)) and len(shape.columns) > 1:
        raise _no_part(headed[0], file, shapes)
    return ""


def _is_row_of(row: Shape, table: Shape, file: str) -> bool:
    """Whether the first line of a file, read as that table is, is a row of it. One that may be the names of columns
    needs the name of the table; where a table is told by a day or a number, a row has one."""
    if len(row.columns) != len(table.columns):
        return False
    if row.is_bare:
        return True
    is_named = bool({*row.names} & {*table.names})
    return (
        not is_named
        and any(name_of(file))
        and (row.has_data or not {"created_at", "updated"} & {*table.names})
    )


def _check_order(file: str, headed: list[str], shapes: dict[str, Shape]) -> None:
    """Raises FileRefused when it cannot be told in which order the cells of a row stand."""
    for name in headed[1:]:
        if shapes[name].names != shapes[headed[0]].names:
            said = _(
                "“%(file)s” begins with a row in place of the names of its columns, and “%(one)s” and “%(other)s” have"
                " them in different orders. Unload it with a header."
            )
            raise FileRefused(said % {"file": file[-60:], "one": headed[0][-60:], "other": name[-60:]})


def _no_part(one: str, file: str, shapes: dict[str, Shape]) -> FileRefused:
    """Names only columns of the table that is known: what the file begins with may be a row of customers."""
    lacks = [name for name in shapes[one].names if name not in shapes[file].names]
    said = _(
        "“%(one)s” and “%(other)s” would be parts of one table, and their columns differ: “%(other)s” does not begin"
        " with a header that has %(columns)s, nor with a row of as many cells. Unload both with the same columns, or"
        " take it out."
    )
    shown = {"one": one[-60:], "other": file[-60:], "columns": ", ".join(lacks[:8]) or "-"}
    return FileRefused(said % shown)


def is_of_no_ticket(file: str, passed_over: Iterable[str], shapes: dict[str, Shape], by: ReadBy) -> bool:
    """Whether it is a part of a table that is passed over: one has its name, a header, and as many columns."""
    if not any(name_of(file)):
        return False
    return any(
        name_of(name) == name_of(file)
        and not shapes[name].is_bare
        and shapes[name].delimiter
        and len(by(file, shapes[name].delimiter).columns) == len(shapes[name].columns)
        for name in passed_over
        if name != file
    )


def may_be_rows(file: str, shape: Shape, tickets: list[Shape]) -> bool:
    """Whether a file that is told by no other may hold rows of tickets, or of what stands beside them."""
    if shape.is_bare and len(shape.columns) > 1 and _OF_ROWS.search(file):
        return True
    return shape.has_data and any(
        (shape.delimiter, len(shape.columns)) == (table.delimiter, len(table.columns)) for table in tickets
    )


def has_name_of(file: str, known: Iterable[str]) -> bool:
    """Whether it has the name of a part of one of these."""
    name = name_of(file)
    return any(name) and name in {name_of(each) for each in known}


def read_like(part: Shape, other: Shape) -> Shape:
    """How a part is read that its own columns do not tell: by those of another part."""
    if part.delimiter:
        return replace(part, columns=other.columns, delimiter=other.delimiter, start=part.first, line=1)
    return replace(part, columns=[*other.columns, *(set(part.columns) - set(other.columns))])
