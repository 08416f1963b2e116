"""The job that watches the days that are told to their end and that nobody has watched as they are, a week a chunk."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from metrics.watching import told
from metrics.watching.watching import watch
from sopdesk.jobs import submitting
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step

KIND: Final = "watching.days"
CHUNK: Final = 7


def submit_due() -> Job | None:
    """Submit the watch of all days that are due, one job at a time; None where nothing is new."""
    days, jobs = told.due(), Job.objects.filter(kind=KIND)
    if not days or jobs.unfinished().exists():
        return None
    payload = {"first": days[0].isoformat(), "last": days[-1].isoformat()}
    before = jobs.order_by("-pk").values_list("pk", flat=True).first()
    return submitting.submit(
        KIND,
        key=sha256(f"after {before}".encode()).hexdigest(),
        payload=payload,
        actor=None,
        unit=Job.Unit.DAYS,
    )


@step(KIND)
def advance(job: Job) -> Step:
    """The next days that are due; what is as it was when it was judged is passed over."""
    first, last = (date.fromisoformat(job.payload[name]) for name in ("first", "last"))
    begins, total = first + timedelta(days=job.progress_done), (last - first).days + 1
    days = [day for day in told.due() if begins <= day <= last][: CHUNK + 1]
    newest = told.newest()
    for day in days[:CHUNK]:
        watch(day, newest)
    done = (days[CHUNK] - first).days if len(days) > CHUNK else total
    return Step({}, done, total, finished=done >= total)
