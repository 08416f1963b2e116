"""Rows as CSV that a spreadsheet opens safely: UTF-8 with its mark, and no cell that would run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
NUMBER: Final = re.compile(r"-[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?", re.ASCII)


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Each row as a line of the file, the first one with the mark that tells spreadsheets it is UTF-8."""
    mark = "\ufeff"
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([neutralised(cell) for cell in row])
        yield mark + out.getvalue()
        mark = ""


def neutralised(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would run it; a number below zero is only a number."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell
