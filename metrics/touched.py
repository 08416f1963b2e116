"""The reporting days on which these tickets count: marked, they are added up anew; frozen, they never are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from metrics.counting import WINDOW_DAYS

# What these tickets count at, and how many days before it as well: a contact may be the repeat of one up to seven days
# before it. A promise begins with its ticket or with a wait (`asked_at`).
_MOMENTS: Final = f"""
    SELECT created_at AS at, {WINDOW_DAYS} AS reach FROM metrics_ticket WHERE id = ANY(%(ids)s)
    UNION ALL SELECT unnest(ARRAY[first_solved_at, last_solved_at, closed_at] || asked_at), 0 FROM metrics_ticket
    WHERE id = ANY(%(ids)s)
    UNION ALL SELECT counts_at, 0 FROM metrics_rating WHERE ticket_id = ANY(%(ids)s)
    UNION ALL SELECT ended_at, 0 FROM metrics_handlesegment WHERE ticket_id = ANY(%(ids)s)"""
# A mark that is there is written again: somebody may be adding its day up just now, from what was before, and about to
# take the mark away.
_MARK: Final = f"""
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT %(import)s::bigint, (at AT TIME ZONE %(zone)s)::date - back AS behind
FROM ({_MOMENTS}) AS days, generate_series(0, reach) AS back WHERE at IS NOT NULL ORDER BY behind
ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day"""
# A moment ahead of the clock is a mistake of the source, for which all days until then would be frozen.
_FREEZE: Final = f"""
UPDATE metrics_source SET figures_frozen_before = last.day + 1 FROM (
    SELECT max((at AT TIME ZONE %(zone)s)::date) AS day FROM ({_MOMENTS}
        UNION ALL SELECT updated_at, 0 FROM metrics_ticket WHERE id = ANY(%(ids)s)) AS days
    WHERE at <= %(now)s
) AS last WHERE id = %(source)s AND last.day >= coalesce(figures_frozen_before, '-infinity')"""


def mark(ids: Sequence[int], *, import_id: int | None = None) -> None:
    """Mark all days of these tickets as behind, as they are now; of an import, or else for time to catch up."""
    names = {"ids": [*ids], "import": import_id, "zone": settings.REPORTING_TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, names)


def freeze(source_id: int, ids: Sequence[int]) -> None:
    """Freeze the sums of this source up to the last day on which these tickets count, or were updated."""
    names: dict[str, Any] = {
        "ids": [*ids], "source": source_id, "now": timezone.now(), "zone": settings.REPORTING_TIME_ZONE
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, names)
