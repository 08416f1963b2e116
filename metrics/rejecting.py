"""Rejected rows as a CSV to mend and bring in again: the file's own columns, and before them what was wrong.

A cell that a spreadsheet would take for a formula gets an apostrophe before it. The import takes it off again from
files with these first columns, so that mending changes nothing else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _

from metrics import refusing, veiling
from metrics.importing import stored_path
from metrics.models import Import, RejectedRow
from metrics.reading import BROKEN, FIRST_REJECTED, Layout, decode
from metrics.schema import BY_NAME, EARLIEST, LATEST, SCALES, STATUSES, Kind

HEAD: Final = (FIRST_REJECTED, "rejected_column", "rejected_value", "rejected_reason")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def reason(column: str, code: str) -> str:
    """Why a row was not taken, as a sentence that says what to do."""
    sentences = {
        "nul": _("The row holds NUL bytes. Take them out."),
        "quotes": _(
            'A double quote is opened and never closed, or text follows a closed one. Write " inside a cell as "".'
        ),
        "long": _("The row has a cell of more than 1 MB, or is longer than 8 MB. Shorten it."),
        "unkept": _(
            "A value of this row is larger than the desk can keep, or cannot be kept at all. Look for numbers that are"
            " far too long."
        ),
        "cells": _(
            "The row has more or fewer cells than the header. Look for a delimiter inside a cell without quotes."
        ),
        "json": _("This is no JSON object. Mend what stands there, or leave it out."),
        "header": _("The header is repeated here. Take the line out."),
        "missing": _("The cell is empty, and every ticket needs it."),
    }
    return sentences.get(code) or _wrong_value(column)


def called(column: str, columns: dict[str, str]) -> str:
    """A neutral column in words, with its header in the file: `created (“Erstellt”)`. "" for a whole row."""
    known = BY_NAME.get(column)
    header = columns.get(column, "")
    if known is None:
        return column
    return f"{known.label} (“{header}”)" if header and header != column else str(known.label)


def _wrong_value(name: str) -> str:
    column = BY_NAME.get(name)
    wanted = {
        Kind.TIME: _(
            "This is no time between %(first)s and %(last)s that the mapping reads. Write it as 2026-10-31 14:05."
        )
        % {"first": EARLIEST[:4], "last": LATEST[:4]},
        Kind.WHOLE: _("This is no whole number."),
        Kind.SECONDS: _("This is no whole number."),
        Kind.TRUTH: _("This is neither true nor false."),
        Kind.STATUS: _("This is no status we know. Map it to one of %(known)s.")
        % {"known": ", ".join(STATUSES)},
        Kind.SCALE: _("This is no scale we know: %(known)s.") % {"known": ", ".join(SCALES)},
        Kind.RATING: _("This is no answer on the scale of the rating."),
        Kind.ANSWERS: _(
            "Write earlier ratings as answer@time, with ; between them, each time as 2026-10-31T14:05:00Z."
        ),
        Kind.MESSAGES: _(
            "Write messages as customer@time, agent@time or auto@time, with ; between them, each time as"
            " 2026-10-31T14:05Z."
        ),
        Kind.HISTORY: _(
            "Write statuses as status@time, with ; between them, each status one of %(known)s or mapped to one, each"
            " time as 2026-10-31T14:05Z."
        )
        % {"known": ", ".join(STATUSES)},
        Kind.SPANS: _("Write spans as from/to, with ; between them, each from before its to."),
    }
    too_long = _("This is longer than %(limit)s characters.") % {"limit": column.limit if column else 0}
    return wanted.get(column.kind, too_long) if column else too_long


def listed(ticket_import: Import, count: int) -> list[tuple[RejectedRow, str, str]]:
    """The first rejected rows, each with its column and the reason in words."""
    columns = ticket_import.mapping.get("columns", {})
    rows = ticket_import.rejected_rows.order_by("line", "pk")[:count]
    return [(row, called(row.column, columns), reason(row.column, row.reason)) for row in rows]


def grouped(ticket_import: Import, count: int) -> list[tuple[str, str, str, int]]:
    """What the rejected rows have in common, most frequent first: the column in words, value, reason, and how many."""
    columns = ticket_import.mapping.get("columns", {})
    by = ticket_import.rejected_rows.order_by().values_list("column", "value", "reason")
    most = by.annotate(rows=Count("pk")).order_by("-rows", "column", "value", "reason")[:count]
    return [
        (called(column, columns), value, reason(column, code), rows) for column, value, code, rows in most
    ]


def as_csv(ticket_import: Import) -> Iterator[str]:
    """The download, line by line, with a mark that tells spreadsheets it is UTF-8.

    What the door takes out of tickets is not in it: customers are hashes, texts are masked (metrics/veiling.py).
    """
    yield "\ufeff" + _line([*HEAD, *ticket_import.header])
    path = stored_path(ticket_import)
    layout = Layout(_delimiter(ticket_import), ticket_import.header, 0, 0)
    cursor = ticket_import.job.cursor if ticket_import.job else {}
    kept = ticket_import.rejected_rows.order_by("line", "pk").iterator(chunk_size=2000)
    rows = chain(kept, refusing.beyond(path, cursor))
    if not path.exists():
        gone = _("The row itself is gone: the uploaded file was deleted. Mend it where it came from.")
        yield from (_line([*_facts(row), gone]) for row in rows)
        return
    veiled = veiling.of_rejected(ticket_import)
    with path.open("rb") as file:
        for row in rows:
            file.seek(row.offset)
            text = decode(file.read(row.length))[0].replace("\0", "").rstrip("\r\n")
            yield _line([*_facts(row), *veiled(row, _cells(text, layout.delimiter))])


def _facts(row: RejectedRow) -> list[str]:
    return [str(row.line), row.column, row.value, reason(row.column, row.reason)]


def _delimiter(ticket_import: Import) -> str:
    return str(ticket_import.job.cursor.get("delimiter", ",")) if ticket_import.job else ","


def _cells(text: str, delimiter: str) -> list[str]:
    """The row's cells as well as they can be told apart; whatever the parser makes of a broken one is kept."""
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return cells[-1:] if cells[:1] == [BROKEN] else cells
    except csv.Error:
        return [text]


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([neutralised(cell) for cell in cells])
    return out.getvalue()


def neutralised(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
