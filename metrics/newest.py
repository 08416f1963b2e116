"""Until when each source has told of its tickets: what happened there since, nobody here knows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection

from metrics.counting import begin_sql
from metrics.models import Facet, Source, Ticket

WITHIN_DAYS: Final = 3
# Of the last days with tickets the newest change; the end of the last day where none was created so late. A ticket or a
# change that lies ahead of the clock tells of nothing.
_TOLD: Final = f"""
WITH last AS (SELECT source_id, least(max(last_day), (%(now)s AT TIME ZONE %(zone)s)::date) AS day
    FROM {Facet._meta.db_table} GROUP BY 1)
SELECT last.source_id, source.name,
    least(%(now)s, coalesce(newest.at, {begin_sql("(last.day + 1)")}))
FROM last JOIN {Source._meta.db_table} AS source ON source.id = last.source_id LEFT JOIN LATERAL (
    SELECT max(t.updated_at) AS at FROM {Ticket._meta.db_table} AS t
    WHERE t.source_id = last.source_id AND t.updated_at <= %(now)s
      AND t.created_at >= {begin_sql(f"(last.day - {WITHIN_DAYS})")} AND t.created_at < {begin_sql("(last.day + 1)")}
) AS newest ON true ORDER BY source.name"""


def told_until(now: datetime) -> dict[int, tuple[str, datetime]]:
    """Of each source that has tickets its name, and the newest moment that it told of. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"now": now, "zone": settings.REPORTING_TIME_ZONE})
        return {source: (name, at) for source, name, at in cursor.fetchall() if at is not None}
