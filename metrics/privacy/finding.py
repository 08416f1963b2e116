"""Finding the tickets of one customer among millions: an index on each month that is over, made at night.

An index that every import had to keep up would cost it 1 to 2 µs a ticket. Who asks for a person can wait for the
newest months to be read through, so that only those that imports have mostly left are indexed (decision 44).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from metrics import partitions

log = structlog.get_logger(__name__)

OVER_DAYS: Final = 31
PATIENCE_MS: Final = 5000
_MONTHS: Final = """
SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf AND NOT EXISTS (
    SELECT FROM pg_class WHERE relname = relid::regclass::text || '_person') ORDER BY 1"""


def index_months(today: date | None = None) -> list[str]:
    """Index the months that ended OVER_DAYS ago and have no index yet. Returns their tables. Safe to run twice.

    Who imports into such a month waits while it is made (a second for a million tickets); where an import holds the
    month, it is left to the next night.
    """
    until = partitions.name_of(((today or timezone.now().date()) - timedelta(days=OVER_DAYS)).replace(day=1))
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [partitions.TICKETS])
        missing = [name for (name,) in cursor.fetchall() if name < until or name == partitions.OTHERS]
    return [name for name in missing if _index(name)]


def _index(table: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(PATIENCE_MS)])
            cursor.execute(
                f"CREATE INDEX {table}_person ON {table} (requester_key) WHERE requester_key IS NOT NULL"
            )
    except DatabaseError as error:
        log.warning("month_not_indexed", table=table, reason=str(error).strip())
        return False
    return True
