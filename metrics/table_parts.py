"""Which files of a .zip are parts of one table: warehouses unload a long table as many files, not all with a header.

Parts have the same columns. One without a header belongs to the table whose name its own has, but for numbers:
ticket_0_0_1.csv to ticket_0_0_0.csv, tickets/000000000001.csv to tickets/000000000000.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from metrics.containers import FileRefused
from metrics.table_rows import Shape
from metrics.vendors.tables import name_of

IN_ORDER = re.compile(r"(\d+)")


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


def belongs_to(file: str, known: dict[str, str], shapes: dict[str, Shape]) -> str:
    """The file whose table this one is a part of, though it is not known by its columns; "" when it is none.

    `known`: the table of each file that is known. Raises FileRefused when it has the name of a part and is none.
    """
    same = [name for name in known if name_of(name) == name_of(file)]
    if len({known[name] for name in same}) != 1:
        return ""
    shape, first = shapes[file], shapes[same[0]]
    if shape.is_bare and shape.delimiter == first.delimiter and len(shape.columns) == len(first.columns):
        return same[0]
    if not shape.delimiter and {*shape.names} <= {column for name in same for column in shapes[name].names}:
        return same[0]
    is_alike = bool(shape.delimiter) == bool(first.delimiter) and len(shape.columns) > 1
    if is_alike and any(name_of(file)):
        raise different(same[0], file, shapes)
    return ""


def has_name_of(file: str, known: Iterable[str]) -> bool:
    """Whether it has the name of a part of one of these."""
    name = name_of(file)
    return any(name) and name in {name_of(each) for each in known}


def read_like(part: Shape, other: Shape) -> Shape:
    """How a part is read that its own columns do not tell: by those of another part."""
    if part.delimiter:
        return replace(part, columns=other.columns, start=part.first, line=1)
    return replace(part, columns=[*other.columns, *(set(part.columns) - set(other.columns))])
