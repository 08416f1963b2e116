"""Finding work that nobody does: rows whose hint was lost, and leases of workers that died."""

from __future__ import annotations

from django.utils import timezone

from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import hint

BATCH = 200


def sweep() -> int:
    """Send a hint again for every job that waits unheld. Returns how many. Safe to run as often as one likes."""
    waiting = (
        Job.objects.claimable(timezone.now()).order_by("created_at").values_list("pk", flat=True)[:BATCH]
    )
    for job_id in waiting:
        hint(job_id)
    return len(waiting)
