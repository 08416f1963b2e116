"""What a file looks like before it is started: sample values of each column, and a check of its first rows."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from metrics import (
    containers,
    converting,
    json_members,
    mapping,
    reading,
    rejecting,
    rewriting,
    staging,
    surveying,
    tables,
    workbooks,
)
from metrics import told_apart as customers
from metrics.admitting import door_of
from metrics.chunks import Chunk
from metrics.importing import stored_path
from metrics.left_out import words_of
from metrics.models import Import
from metrics.reading import Reader
from metrics.sampling import Sampled
from metrics.tables import Found

CHECK_ROWS: Final = 1000
CHECK_BYTES: Final = 4 * 1024**2


@dataclass(frozen=True)
class Fault:
    line: int
    column: str
    value: str
    code: str
    called: str = ""  # the column in words

    @property
    def reason(self) -> str:
        return rejecting.reason(self.column, self.code)


@dataclass(frozen=True)
class Check:
    """What became of the first rows: nothing of it is kept. `customers`: by what they are told apart, if at all."""

    rows: int
    faults: list[Fault]
    flagged: int
    tickets: int
    first_at: Any
    last_at: Any
    customers: str = ""

    @property
    def is_good(self) -> bool:
        return self.rows > len(self.faults)


def sampled(draft: Import) -> Sampled:
    """The first rows of the file by column. Raises FileRefused."""
    return Sampled(draft.header, [row for row in _first_rows(draft, CHECK_ROWS) if row.cells])


def read_together(draft: Import) -> Found | None:
    """Which files of several are read, and which are not; None where there are not several. Raises FileRefused."""
    return tables.found_in(stored_path(draft)) if draft.form == mapping.TABLES else None


def told_apart(draft: Import, found: Check) -> str:
    """A warning where customers are told apart otherwise than until now; "" where not. Raises FileRefused."""
    beside = read_together(draft)
    has_people = beside is not None and bool({*beside.sides.values()} & {"users", "contacts"})
    # The first look may not see each of them.
    return customers.warning(customers.compared(draft, customers.ADDRESS if has_people else found.customers))


def left_out(draft: Import) -> list[str]:
    """What of the file will not be read though it stands there, as far as it is seen before. Raises FileRefused."""
    if draft.form == surveying.WORKBOOK:
        return words_of({"sheets": workbooks.others_of(stored_path(draft))})
    if (several := json_members.found_in(stored_path(draft))) is not None:
        return words_of({"passed_over": several.passed_over})
    found = read_together(draft)
    return words_of({"passed_over": found.passed_over, "doubtful": found.doubtful}) if found else []


def check(draft: Import, content: dict[str, Any], zone: str) -> Check:
    """Read the first rows as the import would, in a transaction that is taken back. Raises FileRefused."""
    fitted = mapping.parse(content).fitted(draft.header)
    chunk = Chunk()
    with transaction.atomic():
        staging.create_incoming()
        door = door_of(draft.source)
        neutral = staging.neutral(fitted, draft.header, door)
        first = _first_rows(draft, CHECK_ROWS)
        rows = chunk.readable(first, draft.header)
        staging.copy_in(neutral.columns, staging.written(rows, neutral.convert))
        chunk.reject(converting.convert(fitted, zone), door.masked)
        flagged, tickets, first_at, last_at = converting.summary()
        transaction.set_rollback(True)
    faults = [
        Fault(line, column, value, why, rejecting.called(column, fitted.columns))
        for line, column, value, why in sorted(chunk.refused)
    ]
    people = customers.by(Sampled(draft.header, first).cells(fitted.columns.get("requester", "")))
    return Check(chunk.read, faults, flagged, tickets, first_at, last_at, people)


def _first_rows(draft: Import, count: int) -> list[reading.Row]:
    path = stored_path(draft)
    if draft.form:
        return _rewritten(path, draft, count)
    layout = reading.layout_of(path)
    if containers.is_seekable_text(path):
        with path.open("rb") as file:
            return [*Reader(file, layout, layout.start, layout.line).rows(rows=count, size=CHECK_BYTES)]
    return _from_beginning(path, layout, count)


def _rewritten(path: Path, draft: Import, count: int) -> list[reading.Row]:
    """Of what is no delimited text: as its first rows will stand in the CSV."""
    text = rewriting.first_rows(path, draft.form, draft.header, count).encode("utf-8", "surrogateescape")
    layout, line = reading.Layout(",", draft.header, 0, 0), int(draft.form in surveying.BY_LINES)
    return [*Reader(io.BytesIO(text), layout, 0, line).rows(rows=count + 1, size=len(text))][1:]


def _from_beginning(path: Path, layout: reading.Layout, count: int) -> list[reading.Row]:
    """Of a packed file: its first megabytes, without the row that they cut in two."""
    with containers.plain_beginning(path, CHECK_BYTES) as file:
        return [*Reader(file, layout, 0, 1).rows(rows=count + 1, size=CHECK_BYTES)][1 : count + 1]
