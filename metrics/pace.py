"""How fast an import goes, and how long it will take yet, from what its job has written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metrics.models import Import
from sopdesk.jobs.models import Job

ENOUGH: Final = 20  # thousandths: before that nothing can be said of the rest


@dataclass(frozen=True)
class Pace:
    """Bytes of the file (as it is read, unpacked), rows a second, and seconds left; None where it is not known."""

    bytes_done: int | None
    bytes_all: int | None
    rows_per_second: int | None
    seconds_left: int | None

    @property
    def minutes_left(self) -> int | None:
        """Rounded up, for words such as "about 3 minutes"; None below two minutes."""
        if self.seconds_left is None or self.seconds_left < 120:
            return None
        return -(-self.seconds_left // 60)


def pace(ticket_import: Import, job: Job) -> Pace:
    """As its last chunk left it. While nobody works nothing is known, and the time without a worker does not count. Nor
    is it known when all figures are right, and only weeks are added up yet."""
    place = job.cursor.get("place") or {}
    at = job.cursor.get("offset", place.get("offset"))
    if not job.worked_s or job.waits_for_worker or job.cursor.get("phase") == "weeks":
        return Pace(at, job.cursor.get("size"), None, None)
    passed, done = max(1.0, job.worked_s), job.progress_done
    left = round(passed * (1000 - done) / done) if done >= ENOUGH else None
    return Pace(at, job.cursor.get("size"), round(ticket_import.rows_read / passed) or None, left)
