"""Finding work that nobody does: rows whose hint was lost, and leases of workers that died."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import hint

BATCH = 200


def sweep() -> int:
    """Send a hint again for every job that waits unheld. Returns how many. Safe to run as often as one likes.

    A job whose chunk runs at this moment is passed over: its row is locked, whatever its lease says.
    """
    with transaction.atomic():
        rows = (
            Job.objects.claimable(timezone.now()).select_for_update(skip_locked=True).order_by("created_at")
        )
        waiting = [job.pk for job in rows.only("pk")[:BATCH]]
    for job_id in waiting:
        if not hint(job_id):
            break  # Redis is away: the others would only wait for the same answer.
    return len(waiting)
