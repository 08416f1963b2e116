"""Brings the demo tickets in."""

from __future__ import annotations

import time
from datetime import date
from typing import Final

from django.db import transaction

from metrics import calendars, importing, mapping
from metrics.models import Import, SlaPolicy, Source
from metrics.service_levels import add_targets
from sopdesk.demo import ticket_file
from sopdesk.demo.tickets import COUNT, END, SEED, draw, last_second
from sopdesk.jobs import running

SOURCE: Final = "Lumio Desk"


HOUR: Final = 3600
# Promises in desk hours (07:00 to 23:00 in Dublin, every day), by priority.
PROMISES: Final = {
    "first_reply": {"urgent": HOUR // 2, "high": 3 * HOUR // 2, "": 5 * HOUR},
    "next_reply": {"urgent": HOUR, "high": 3 * HOUR, "": 8 * HOUR},
    "resolution": {"urgent": 6 * HOUR, "high": 12 * HOUR, "": 32 * HOUR},
}


def promise(source: Source) -> SlaPolicy:
    """Lumio's own promises to its customers, made when they are not there yet."""
    with transaction.atomic():
        hours = calendars.create(
            "lumio-desk", "Every day 07:00–23:00", "Europe/Dublin", [[["07:00", "23:00"]]] * 7
        )
        policy, made = SlaPolicy.objects.get_or_create(
            slug="lumio-desk", version=1, defaults={"name": "Lumio Desk", "calendar": hours, "source": source}
        )
        if made:
            add_targets(policy, PROMISES)
    return policy


def is_loaded() -> bool:
    """Whether they were brought in before."""
    return bool(Import.objects.filter(source__name=SOURCE, job__state="done").exists())


def load(*, count: int = COUNT, end: date = END, seed: int = SEED) -> Import:
    """Bring them in through the import, here and now. Doing it twice changes nothing. The teams must be there."""
    from_csv = mapping.shipped()["sopdesk"]
    source, _made = Source.objects.get_or_create(name=SOURCE, defaults={"time_zone": "UTC"})
    promise(source)
    blocks = ticket_file.blocks(draw(count=count, end=end, seed=seed), end=last_second(end), seed=seed)
    draft = importing.receive(blocks, name="lumio-tickets.csv", source=source, actor=None)
    try:
        started = importing.start(draft, from_csv, mapping_name="sopdesk", actor=None)
    except importing.AlreadyImported as already:
        importing.discard(draft)
        started = already.ticket_import
    job = started.job
    while job is not None and not job.is_finished:
        if not running.run(job.pk):
            time.sleep(0.2)  # finished, or a worker has it in hand
        job.refresh_from_db()
    return Import.objects.select_related("job").get(pk=started.pk)
