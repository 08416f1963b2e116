"""Readiness as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.readership.models import MustRead
    from sopdesk.readership.readiness import Group, Tally

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file, line by line, with a mark that tells spreadsheets it is UTF-8."""
    yield "\ufeff" + _line(head)
    yield from (_line(row) for row in rows)


def report(rows: Iterable[tuple[MustRead, Tally]]) -> Iterator[str]:
    """Every must-read with its counts."""
    head = ["document", "title", "change", "opened", "due", *_counts_head()]
    body = (
        [
            row.document.key,
            getattr(row, "title", ""),
            row.change.title,
            row.opened_at.date(),
            row.due_on,
            *_counts(tally),
        ]
        for row, tally in rows
    )
    return lines(head, body)


def groups(found: Iterable[Group]) -> Iterator[str]:
    """One must-read's counts, or those of all, by team, site or vendor."""
    head = ["group", "site", *_counts_head(), "took_check", "passed", "passed_at_once"]
    body = (
        [row.name, row.note, *_counts(row.tally), row.tally.tried, row.tally.passed, row.tally.at_once]
        for row in found
    )
    return lines(head, body)


def people(found: Iterable[User], due_on: Any, standing_of: Any) -> Iterator[str]:
    """The people of one must-read, and where each stands."""
    head = ["name", "team", "site", "standing", "due", "read_at", "tries"]
    body = (
        [
            person.name,
            person.team.name if person.team else "",
            person.team.site.name if person.team else "",
            standing_of(person),
            due_on,
            _moment(getattr(person, "read_at", None)),
            getattr(person, "tries", None) or 0,
        ]
        for person in found
    )
    return lines(head, body)


def overall(found: Iterable[tuple[User, Tally]]) -> Iterator[str]:
    """Everybody with what is asked of them."""
    head = ["name", "team", "site", *_counts_head()]
    body = (
        [
            person.name,
            person.team.name if person.team else "",
            person.team.site.name if person.team else "",
            *_counts(tally),
        ]
        for person, tally in found
    )
    return lines(head, body)


def neutralised(cell: Any) -> str:
    """The cell as text, with an apostrophe before it where a spreadsheet would run it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _counts_head() -> list[str]:
    return ["asked", "read", "due", "overdue", "read_percent"]


def _counts(tally: Tally) -> list[Any]:
    return [
        tally.n,
        tally.read,
        tally.due,
        tally.overdue,
        f"{(tally.share or 0) * 100:.1f}" if tally.n else "",
    ]


def _moment(value: Any) -> str:
    return value.isoformat(timespec="minutes") if value else ""


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([neutralised(cell) for cell in cells])
    return out.getvalue()
