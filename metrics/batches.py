"""How many days are added up at once, and how they are shared by two connections."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from itertools import accumulate
from math import ceil
from typing import Final

import structlog
from django.db import OperationalError, connection, transaction

from metrics import partitions
from metrics.week_locks import Busy
from metrics.weeks import BLOCK, block_of, monday_of
from sopdesk.jobs.running import bound_transaction

log = structlog.get_logger(__name__)

# As many days at once as have about so many tickets: planning these statements takes tens of milliseconds, and groups
# that do not fit into memory take twice as long.
TICKETS: Final = 60_000
MOST_WEEKS: Final = 52
_A_MONTH: Final = 30  # days
_A_WEEK: Final = timedelta(days=7)
LOCK_LIMIT: Final = "2s"
# By how full pages were when last looked at, of any of the months: the newest may not have been. Else as if a ticket
# took half a kilobyte. A source has the largest share that the statistics give it of any of the months: of the newest
# they may lack what was just loaded.
_BY_MONTH: Final = """
SELECT relname, coalesce(pg_relation_size(oid), 0) / current_setting('block_size')::float
    * coalesce(sum(reltuples) FILTER (WHERE relpages > 0) OVER () / nullif(sum(relpages) OVER (), 0), 16)
    * coalesce(max(share) OVER (), 1)
FROM pg_class LEFT JOIN LATERAL (
    SELECT coalesce(sum(f) FILTER (WHERE v = %(source)s), 1 - sum(f)) AS share
    FROM pg_stats, unnest(most_common_vals::text::bigint[], most_common_freqs) AS often (v, f)
    WHERE tablename = relname AND attname = 'source_id' AND %(source)s::bigint IS NOT NULL) AS own ON true
WHERE relname = ANY(%(names)s)"""


def tickets_a_day(days: Collection[date], source_id: int | None = None) -> dict[date, float]:
    """About how many tickets, of a source or of all, were created on one of these days, by its month; those of months
    without a partition are taken to be spread evenly. One query."""
    names = {month: partitions.name_of(month) for month in {day.replace(day=1) for day in days}}
    with connection.cursor() as cursor:
        asked = {"names": [*names.values(), partitions.OTHERS], "source": source_id}
        cursor.execute(_BY_MONTH, asked)
        found = dict(cursor.fetchall())
    apart = [name for name in names.values() if name not in found]
    found |= dict.fromkeys(apart, found.get(partitions.OTHERS, 0) / max(1, len(apart)))
    return {day: found[names[day.replace(day=1)]] / _A_MONTH for day in days}


def end(first: date) -> date:
    """The day before which the days from this one on are added up together with their weeks: the end of a week, and of
    a block where it reaches that far."""
    a_week = tickets_a_day([first])[first] * 7
    after = monday_of(first) + timedelta(weeks=max(1, min(MOST_WEEKS, int(TICKETS / max(a_week, 1)))))
    return block_of(after) if block_of(after) > first else after


def halves(days: Sequence[date], source_id: int, *, of_blocks: bool = False) -> tuple[date, date]:
    """Where the first half of what is added up at once ends, and where the second: both of about as many tickets of
    this source, and of not too many, nor too many weeks. A half ends with a week, or with a block.

    `days`: in order; with `of_blocks` Mondays, each of which stands for its week.
    """
    a_day, times = tickets_a_day(days, source_id), 7 if of_blocks else 1
    so_far = [*accumulate(times * (a_day[day] + 1) for day in days)]
    share = so_far[-1] / 2 / ceil(so_far[-1] / 2 / TICKETS)
    first, *ends = days[0], *(days[min(len(days) - 1, bisect_left(so_far, n * share))] for n in (1, 2))
    middle, last = (_begin(day + timedelta(days=14 if of_blocks else 3), of_blocks) for day in ends)
    step = BLOCK if of_blocks else _A_WEEK
    if ends[1] == days[-1]:
        last = ends[1] + step
    middle = min(
        max(middle, _begin(first, of_blocks) + step), _begin(first, of_blocks) + MOST_WEEKS * _A_WEEK
    )
    return middle, min(max(last, middle + step), middle + MOST_WEEKS * _A_WEEK)


def _begin(day: date, of_block: bool) -> date:
    return block_of(day) if of_block else monday_of(day)


def twofold(here: Callable[[], int], apart: Callable[[], int], *, still_here: Callable[[], None]) -> int:
    """Do one thing and, on a connection of its own, another. Returns the sum of what both say.

    What the other commits is right by itself, whatever becomes of the transaction here. It waits for nobody for long,
    since it is waited for here by one who holds locks: the database would not see the ring. Where it is Busy, had to
    wait, or got no connection, nothing was done. `still_here` is called now and then meanwhile.
    """
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_on_its_own, apart)
        done = here()
        while wait([other], timeout=1).not_done:
            still_here()
    return done + other.result()


def _on_its_own(do: Callable[[], int]) -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            bound_transaction()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_LIMIT])
            return do()
    except Busy:
        return 0  # it stays marked, and its turn comes
    except OperationalError as error:
        log.warning("other_half_not_done", reason=str(error)[:200])
        return 0  # and if it is not for now only, whoever comes to it next says so
    finally:
        connection.close()
