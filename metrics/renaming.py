"""What follows from a new name of a label where it was added up already: repeated contacts (FCR) are of one label.

Everything else resolves names when it is read (metrics/aliases.py). The newest job remembers the names that its days
were added up with; where others are in force now, another one marks the days that they touch, and time
(metrics/ageing.py) catches them up.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from django.conf import settings
from django.db import connection

from metrics import aliases
from metrics.counting import WINDOW_DAYS
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.names_of_labels"
# Whoever wrote within seven days before is followed by a ticket of the same label, or is not any more.
_MARK: Final = f"""
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT NULL::bigint, (created_at AT TIME ZONE %(zone)s)::date - back
FROM metrics_ticket CROSS JOIN generate_series(0, {WINDOW_DAYS}) AS back
WHERE labels && %(changed)s::varchar[] AND requester_key IS NOT NULL
ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day"""


def submit_due() -> Job | None:
    """Submit what new names call for; None where none are new. Safe to run as often as one likes."""
    aliases.forget()
    now = aliases.names().of
    last = Job.objects.filter(kind=KIND).exclude(state=Job.State.FAILED).order_by("-pk").first()
    before = last.payload["of"] if last else {}
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    if not changed:
        return None
    said = json.dumps([last.pk if last else 0, now], sort_keys=True)
    payload = {"of": now, "changed": changed}
    return submit(KIND, key=hashlib.sha256(said.encode()).hexdigest(), payload=payload, actor=None)


@step(KIND)
def advance(job: Job) -> Step:
    """All of it: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"changed": job.payload["changed"], "zone": settings.REPORTING_TIME_ZONE})
    return Step({}, 1, 1, finished=True)
