"""Finding work that nobody does: rows whose hint was lost, and leases of workers that died."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import hint

BATCH: Final = 200
# Of jobs that nobody asked for: about what workers do until the next sweep. More would only lie behind all others.
LATER_BATCH: Final = 20
LONG: Final = timedelta(minutes=5)  # after that one of them, the oldest, is taken among the first


def sweep() -> int:
    """Send a hint again for every job that waits unheld, those first that somebody asked for. Returns how many.

    Safe to run as often as one likes. A job whose chunk runs at this moment is passed over: its row is locked, whatever
    its lease says. So that the others get on however much is asked for, each sweep lets the one of them that has waited
    longest, and for LONG, do its next chunk among the first.
    """
    now = timezone.now()
    with transaction.atomic():
        free = Job.objects.claimable(now).select_for_update(skip_locked=True)
        free = free.annotate(since=Coalesce("last_chunk_at", "created_at")).order_by("since")
        first = list(free.asked_for()[:BATCH])
        later = list(free.filter(created_by=None)[:LATER_BATCH])
    lifted = later[:1] if later and now - later[0].since > LONG else []
    for job in (*first, *lifted, *later[len(lifted) :]):
        if not hint(job, Importance.FIRST if job in lifted else None):
            break  # Redis is away: the others would only wait for the same answer.
    return len(first) + len(later)
