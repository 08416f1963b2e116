"""Finding work that nobody does: rows whose hint was lost, and leases of workers that died."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import hint, in_line

BATCH: Final = 200
# For jobs that nobody asked for messages are added until so many lie in Redis: about what workers do of quick ones
# until the next sweep. While none are taken none are added, sweep after sweep.
LATER_LINE: Final = 200
LONG: Final = timedelta(minutes=5)  # after that one of them, the oldest, is taken among the first


def sweep() -> int:
    """Send a hint again for every job that waits unheld, those first that somebody asked for. Returns how many.

    Safe to run as often as one likes. A job whose chunk runs at this moment is passed over: its row is locked, whatever
    its lease says. So that the others get on however much is asked for, each sweep lets the one of them that has waited
    longest, and for LONG, do its next chunk among the first.
    """
    now, room = timezone.now(), max(0, LATER_LINE - in_line())
    with transaction.atomic():
        free = Job.objects.claimable(now).select_for_update(skip_locked=True)
        free = (
            free.annotate(since=Coalesce("last_chunk_at", "created_at")).order_by("since").only("created_by")
        )
        first = list(free.asked_for()[:BATCH])
        later = list(free.filter(created_by=None)[: max(1, room)])
    lifted = later[:1] if later and now - later[0].since > LONG else []
    told = [*first, *lifted, *later[len(lifted) : room]]
    for job in told:
        if not hint(job, Importance.FIRST if job in lifted else None):
            break  # Redis is away: the others would only wait for the same answer.
    return len(told)
