"""The CSV that a file is rewritten as: its lines, the rows of it that could not be read, and the file it grows in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from metrics.reading import BROKEN


def part_of(target: Path) -> Path:
    """The CSV while it is written; also one that was ready when the worker died before that was committed."""
    part = target.with_suffix(".part")
    if target.exists() and not part.exists():
        target.replace(part)
    return part


def broken(reason: str, text: str, width: int) -> list[str]:
    """A row of that many columns which could not be read: the reader knows it by its length and mark."""
    shown = " ".join(text.split())[:20_000] or "-"
    return [BROKEN, reason, *[""] * (width - 2), shown][: width + 1]


def line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    try:
        # Bytes that were no UTF-8 are written as they came; the reader takes their line as Windows-1252.
        return out.getvalue().encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return out.getvalue().encode("utf-8", "replace")
