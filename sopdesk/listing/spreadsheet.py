"""Rows as CSV that a spreadsheet opens safely: UTF-8 with its mark, and no cell that would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Each row as a line of the file, the first one with the mark that tells spreadsheets it is UTF-8."""
    mark = "\ufeff"
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([neutralised(cell) for cell in row])
        yield mark + out.getvalue()
        mark = ""


def neutralised(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
