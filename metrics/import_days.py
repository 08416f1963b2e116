"""The last phases of an import: the days it touched are added up, and then their weeks."""

from __future__ import annotations

from typing import Any, Final

from metrics import reading_ahead, rollups, storing, weeks_behind
from metrics.models import Import
from sopdesk.jobs.running import say_something

STATISTICS_FROM: Final = 5_000
TWOFOLD_FROM_DAYS: Final = 28


def is_much(ticket_import: Import) -> bool:
    """Whether it has stored so much by now that the planner has to be told."""
    return ticket_import.added + ticket_import.changed > STATISTICS_FROM


def days(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """The next days that this import left behind. When all are done every figure is right."""
    are_made = reading_ahead.have_statistics(ticket_import.pk, say_something)
    behind = rollups.stale_days(ticket_import.pk)
    if "days" not in cursor:
        cursor = {**cursor, "days": behind, "lacks_last": are_made}
        if is_much(ticket_import) and not are_made:
            storing.refresh_statistics()
            # Another connection sees statistics only when they are committed, and plans badly without them.
            if behind > TWOFOLD_FROM_DAYS:
                return {**cursor, "left": behind}
    if behind > TWOFOLD_FROM_DAYS:
        rollups.catch_up_twofold(ticket_import.pk, still_here=say_something)
    else:
        rollups.catch_up(ticket_import.pk)
    left = rollups.stale_days(ticket_import.pk)
    return {**cursor, "left": left, "phase": "roll_up" if left else _rest(ticket_import, cursor)}


def weeks(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """What no figure waits for: statistics of the last chunk too, in which most promises run and most tickets are open;
    then the next weeks that were left behind. Some pages are slower until all is done."""
    if cursor.get("lacks_last"):
        storing.refresh_statistics()
        cursor = {**cursor, "lacks_last": False}
    else:
        weeks_behind.catch_up(ticket_import.source_id, still_here=say_something)
    return {**cursor, "phase": _rest(ticket_import, cursor)}


def _rest(ticket_import: Import, cursor: dict[str, Any]) -> str:
    is_due = cursor.get("lacks_last") or weeks_behind.are_due(ticket_import.source_id)
    return "weeks" if is_due else "done"
