"""After an upgrade that counts something new: every day is added up anew from the tickets, once, by itself.

A migration that adds a column to the sums leaves it empty on the days that were added up before. Which days those are
is told by when the migration was applied: what was imported since was counted by it already. So a new desk has
nothing to do.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from metrics import rebuilding
from metrics.models import Import, StaleDay
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import submit

# The newest migration of metrics since which a day counts something that it did not count before.
COUNTS_SINCE: Final = "0027_weeks_of_all_teams"

AGAIN_AFTER: Final = timedelta(days=1)  # where it failed, which somebody has to look into


def submit_due() -> Job | None:
    """Submit what an upgrade calls for; None where it calls for nothing. Safe to run as often as one likes."""
    key = hashlib.sha256(COUNTS_SINCE.encode()).hexdigest()
    jobs = Job.objects.filter(kind=rebuilding.KIND, key=key)
    if jobs.exclude(state=Job.State.FAILED, finished_at__lt=timezone.now() - AGAIN_AFTER).exists():
        return None
    applied = applied_at(COUNTS_SINCE)
    if applied is None or not Import.objects.filter(job__isnull=False, created_at__lt=applied).exists():
        return None
    found = rebuilding.span()
    if found is None:
        return None
    payload = {"first": found[0].isoformat(), "last": found[1].isoformat()}
    return submit(rebuilding.KIND, key=key, payload=payload, actor=None, unit=Job.Unit.DAYS)


def applied_at(migration: str) -> datetime | None:
    """When this desk took a migration of metrics. One query."""
    rows = MigrationRecorder(connection).migration_qs.filter(app="metrics", name=migration)
    found: datetime | None = rows.values_list("applied", flat=True).first()
    return found


def days_behind() -> int:
    """How many days are to be added up anew: those of jobs that do so, and those that time left behind. Two queries."""
    jobs = Job.objects.filter(kind=rebuilding.KIND).unfinished()
    left = [_days(job.payload) - job.progress_done for job in jobs.only("payload", "progress_done")]
    return max(sum(left), StaleDay.objects.filter(ticket_import=None).count())


def _days(payload: dict[str, str]) -> int:
    return (date.fromisoformat(payload["last"]) - date.fromisoformat(payload["first"])).days + 1
