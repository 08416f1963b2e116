"""The reporting days on which these tickets count: marked, they are added up anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import connection

from metrics.counting import WINDOW_DAYS

# A contact may be the repeat of one up to seven days before it. A mark that is there is written again: somebody may be
# adding its day up just now, from what was before, and about to take the mark away.
_MARK: Final = f"""
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT %(import)s::bigint, (at AT TIME ZONE %(zone)s)::date - back AS behind FROM (
    SELECT created_at AS at, {WINDOW_DAYS} AS reach FROM metrics_ticket WHERE id = ANY(%(ids)s)
    UNION ALL SELECT unnest(ARRAY[first_solved_at, last_solved_at, closed_at] || asked_at), 0 FROM metrics_ticket
    WHERE id = ANY(%(ids)s)
    UNION ALL SELECT counts_at, 0 FROM metrics_rating WHERE ticket_id = ANY(%(ids)s)
    UNION ALL SELECT ended_at, 0 FROM metrics_handlesegment WHERE ticket_id = ANY(%(ids)s)
) AS days, generate_series(0, reach) AS back WHERE at IS NOT NULL ORDER BY behind
ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day"""


def mark(ids: Sequence[int], *, import_id: int | None = None) -> None:
    """Mark all days of these tickets as behind, as they are now; of an import, or else for time to catch up."""
    names = {"ids": [*ids], "import": import_id, "zone": settings.REPORTING_TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, names)
