"""Brings the demo tickets in."""

from __future__ import annotations

import time
from datetime import date
from typing import Final

from metrics import importing, mapping
from metrics.models import Import, Source
from sopdesk.demo import ticket_file
from sopdesk.demo.ticket_promises import promise
from sopdesk.demo.tickets import COUNT, END, SEED, draw, last_second
from sopdesk.jobs import running

SOURCE: Final = "Lumio Desk"


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
