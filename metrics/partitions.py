"""The partitions that tickets lie in: one for each month of their creation, by UTC, and one for all others.

Months without tickets have none, but where some were to come that were refused. What lies more than ten years back or
more than a month ahead, which is most often a mistake, goes to the others: a table of many hundred partitions is slow
to plan for, whoever asks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from metrics import held
from metrics.models import Ticket

LOCKS: Final = 0x5350  # advisory locks (this, 0): who makes partitions
YEARS_BACK: Final = 10
DAYS_AHEAD: Final = 31
TICKETS: Final = "metrics_ticket"
KEYS: Final = "metrics_ticketkey"
OTHERS: Final = "metrics_ticket_other"

# Not to_regclass: what it did not find before is not looked for again while the transaction waits for the lock.
_MISSING: Final = """
SELECT DISTINCT month::date FROM unnest(%s::date[]) AS day, date_trunc('month', day) AS month
WHERE NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relname = 'metrics_ticket_' || to_char(month, 'YYYY_MM')) ORDER BY 1"""


def name_of(month: date) -> str:
    """The partition of a month, whether it is there or not."""
    return f"{TICKETS}_{month:%Y_%m}"


def make(days: Iterable[date]) -> list[date]:
    """Make the partitions that tickets created on these days (UTC) need. Returns the months that had none."""
    today = timezone.now().date()
    first, last = today.replace(year=today.year - YEARS_BACK, day=1), today + timedelta(days=DAYS_AHEAD)
    wanted = [day for day in days if first <= day <= last]
    if not wanted or not _missing(wanted):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCKS])
        made = _missing(wanted)  # somebody else may have been at it meanwhile
        for month in made:
            cursor.execute(_creation(month))
    return made


def _missing(days: list[date]) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [days])
        return [month for (month,) in cursor.fetchall()]


def _bounds(month: date) -> tuple[str, str]:
    begins = month.replace(day=1)
    ends = (begins + timedelta(days=31)).replace(day=1)
    return f"'{begins} 00:00+00'", f"'{ends} 00:00+00'"


def _creation(month: date) -> str:
    """Attaching, unlike creating in place, lets others read and write the other months meanwhile.

    What is there already of this month, among the others, moves over.
    """
    name, (begins, ends) = name_of(month), _bounds(month)
    return (
        f"CREATE TABLE {name} (LIKE {TICKETS} INCLUDING DEFAULTS);"
        f"WITH moved AS (DELETE FROM {OTHERS} WHERE created_at >= {begins} AND created_at < {ends} RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM moved;"
        f"ALTER TABLE {TICKETS} ATTACH PARTITION {name} FOR VALUES FROM ({begins}) TO ({ends})"
    )


class MonthHeld(Exception):
    """A legal hold keeps tickets of the month. Nothing was taken away."""


def drop(month: date) -> None:
    """Take away a month with its tickets, their keys and what hangs on them. Its rollups stay as they are. Raises
    MonthHeld."""
    name, kept = name_of(month), held.condition()
    begins = datetime.combine(month.replace(day=1), time(0), UTC)
    in_it = Q(created_at__gte=begins, created_at__lt=begins + relativedelta(months=1))
    if kept is not None and Ticket.objects.filter(kept, in_it).exists():
        raise MonthHeld(f"A legal hold keeps tickets of {month:%B %Y}. Nothing was taken away.")
    hanging = [
        relation.related_model._meta.db_table
        for relation in Ticket._meta.related_objects
        if relation.on_delete is models.CASCADE
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if not cursor.fetchone()[0]:
            return
        for table in hanging:
            cursor.execute(f"DELETE FROM {table} AS h USING {name} AS t WHERE h.ticket_id = t.id")
        cursor.execute(f"DELETE FROM {KEYS} AS k USING {name} AS t WHERE k.id = t.id")
        # Last, because from here until the end nobody else can read tickets.
        cursor.execute(f"DROP TABLE {name}")
