"""A purge that is killed again and again deletes what it should, once, and nothing that should stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from metrics.models import Source, StatusSpan, Ticket, TicketKey, TicketText
from metrics.privacy import purging
from metrics.privacy.models import Purge
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.faults.processes import Machine, kill, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
OLD, YOUNG, KILLS = 160, 20, 2
WORK = """
import django; django.setup()
from metrics.privacy import purging
from sopdesk.jobs import running
purging.CHUNK = 4
while running.run({job}):
    pass
"""


def tickets(source: Source, count: int, updated: datetime) -> None:
    """With a span and a text each."""
    made = Ticket.objects.bulk_create(
        Ticket(
            source=source, external_id=f"{updated.year}-{n}", status="solved", raw_status="solved", row_hash=uuid4(),
            created_at=updated, updated_at=updated,
        ) for n in range(count)
    )  # fmt: skip
    StatusSpan.objects.bulk_create(
        StatusSpan(ticket=ticket, status="open", from_at=updated, to_at=updated) for ticket in made
    )
    TicketText.objects.bulk_create(TicketText(ticket=ticket, subject="x") for ticket in made)


def left(source: Source) -> int:
    return Ticket.objects.filter(source=source).count()


def test_a_purge_survives_its_workers(place: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    source = Source.objects.create(name="Desk", keep_months=12)
    tickets(source, OLD, datetime(2024, 5, 4, 9, tzinfo=UTC))
    tickets(source, YOUNG, timezone.now())
    purge = purging.start(source, actor=None)
    code = WORK.format(job=purge.job_id)
    for _round in range(KILLS):
        before = left(source)
        worker = place.start("purge", ["-c", code])
        until(lambda before=before: left(source) < before, 30, "tickets go")
        kill(worker)
        # A minute later: the lease of the dead has run out.
        Job.objects.filter(pk=purge.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert left(source) > YOUNG, "it ended before it could be killed"
    assert purge.job_id is not None
    while running.run(purge.job_id):
        pass
    assert left(source) == TicketKey.objects.count() == YOUNG
    assert StatusSpan.objects.count() == TicketText.objects.count() == YOUNG
    counts = Purge.objects.get().counts
    assert (counts["Ticket"], counts["StatusSpan"], counts["TicketText"]) == (OLD, OLD, OLD)
