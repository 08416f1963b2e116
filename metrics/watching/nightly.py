"""The job that watches the days nobody has watched yet, a week a chunk."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone

from metrics.models import Rollup
from metrics.watching.expecting import DAYS
from metrics.watching.watching import watch
from sopdesk.jobs import submitting
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step

KIND: Final = "watching.days"
CHUNK: Final = 7
BACK: Final = timedelta(days=364)  # how far the first watch goes back


def submit_due() -> Job | None:
    """Submit the watch up to the newest complete day, from where the last one ended; None where nothing is new."""
    ends = Rollup.objects.filter(label="", created_n__gt=0).aggregate(first=Min("day"), last=Max("day"))
    if ends["last"] is None:
        return None
    today = timezone.localdate(timezone=ZoneInfo(settings.REPORTING_TIME_ZONE))
    last = min(ends["last"], today - timedelta(days=1))
    done = Job.objects.filter(kind=KIND).exclude(state=Job.State.FAILED).order_by("-pk").first()
    after = date.fromisoformat(done.payload["last"]) + timedelta(days=1) if done else ends["first"]
    first = max(after, ends["first"] + timedelta(days=DAYS), last - BACK)
    if first > last:
        return None
    payload = {"first": first.isoformat(), "last": last.isoformat()}
    return submitting.submit(
        KIND,
        key=sha256(last.isoformat().encode()).hexdigest(),
        payload=payload,
        actor=None,
        unit=Job.Unit.DAYS,
    )


@step(KIND)
def advance(job: Job) -> Step:
    """The next days."""
    first, last = (date.fromisoformat(job.payload[name]) for name in ("first", "last"))
    total, done = (last - first).days + 1, job.progress_done
    days = [first + timedelta(days=place) for place in range(done, min(done + CHUNK, total))]
    for day in days:
        watch(day)
    return Step({}, done + len(days), total, finished=done + len(days) >= total)
