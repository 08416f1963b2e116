"""What an intake came to: counts, and every file as a line of CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sopdesk.exchange.models import IntakeFile

if TYPE_CHECKING:
    from sopdesk.exchange.models import Intake

What, Outcome = IntakeFile.What, IntakeFile.Outcome
HEAD = (
    "file",
    "would become",
    "outcome",
    "kind",
    "key",
    "title",
    "sections",
    "pictures",
    "change",
    "reasons",
    "notes",
    "sha256",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def counts(intake: Intake) -> dict[str, int]:
    """How many files of each sort, by what they would become and by what became of them."""
    rows = intake.files.values_list("what", "outcome")
    found = Counter(what for what, _outcome in rows)
    done = Counter(outcome for _what, outcome in rows if outcome)
    return {
        **{name: found[name] for name in What.values},
        **{f"did_{name}": done[name] for name in Outcome.values if name},
    }


def as_csv(intake: Intake) -> Iterator[str]:
    """The report, a line a file."""
    yield _line(HEAD)
    files = intake.files.select_related("item__change").order_by("number")
    for file in files.iterator(chunk_size=500):
        change = file.item.change_id if file.item else ""
        cells: tuple[Any, ...] = (
            file.name, file.get_what_display(), file.get_outcome_display() if file.outcome else "", file.kind, file.key,
            file.title, file.sections, len(file.pictures), change, " ".join(file.reasons), " ".join(file.notes),
            file.sha256,
        )  # fmt: skip
        yield _line(cells)


def _line(cells: tuple[Any, ...]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([_plain(str(cell)) for cell in cells])
    return out.getvalue()


def _plain(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
