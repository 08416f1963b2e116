"""Weeks and blocks of them: what whole periods of many days are read from (docs/decisions/0055-blocks-of-weeks.md).

A block is four weeks. Blocks follow one another without a gap from Monday 1 January of the year 1 on, so that everybody
finds the same ones. `weeks` says how many weeks a row is of; below zero it is of all teams and channels together, for
who sees them all (docs/decisions/0058-blocks-of-all-teams.md).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

WEEKS: Final = 4  # of a block
BLOCK: Final = timedelta(weeks=WEEKS)
OF_ALL: Final = -1  # times the weeks: of all teams and channels together
MONDAY_SQL: Final = "(day - (extract(isodow FROM day)::int - 1))"
BLOCK_SQL: Final = f"(day - (day - DATE '0001-01-01') %% {7 * WEEKS})"


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def block_of(day: date) -> date:
    """The Monday on which its block begins."""
    return day - timedelta(days=(day.toordinal() - 1) % (7 * WEEKS))
