"""Who may add up what, at the same time as whom: advisory locks until the end of the transaction.

Whoever adds up blocks of weeks has these to himself, and sees what others made of their days before. Whoever adds up
days alone, and leaves the weeks for later, has their weeks to himself and shares the block.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

BLOCKS: Final = 0x534F  # (this, day number); (this, 0) is of what filters offer
WEEKS: Final = 0x5357  # (this, day number)


class Busy(Exception):
    """Somebody else has some of these weeks in hand."""


def of_blocks(cursor: CursorWrapper, blocks: Iterable[date], *, waits: bool) -> None:
    """To add up these blocks. Raises Busy for who does not wait."""
    _take(cursor, BLOCKS, blocks, shared=False, waits=waits)


def of_weeks(cursor: CursorWrapper, blocks: Iterable[date], mondays: Iterable[date], *, waits: bool) -> None:
    """To add up days of these weeks, which lie in these blocks. Raises Busy for who does not wait."""
    _take(cursor, BLOCKS, blocks, shared=True, waits=waits)
    _take(cursor, WEEKS, mondays, shared=False, waits=waits)


def _take(cursor: CursorWrapper, space: int, days: Iterable[date], *, shared: bool, waits: bool) -> None:
    take = f"pg_{'' if waits else 'try_'}advisory_xact_lock{'_shared' if shared else ''}(%s, day)"
    sql = f"SELECT {take} FROM unnest(%s::int[]) AS day ORDER BY day"
    cursor.execute(sql, [space, [day.toordinal() for day in days]])
    if not waits and not all(taken for (taken,) in cursor.fetchall()):
        raise Busy
