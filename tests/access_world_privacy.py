"""What the access table's rows of privacy are about."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.utils import timezone

from metrics import partitions
from metrics.models import Source, Ticket
from metrics.privacy import holding, person_files, persons
from metrics.privacy.models import PersonExport
from sopdesk.accounts.models import Team, User

ANN = "ann@example.com"


def privacy_things(cast: dict[str, User]) -> dict[str, Any]:
    """A source with a hold, a ticket of each of two sites, and what Carla made of one person."""
    source = Source.objects.get_or_create(name="access")[0]
    dublin, harbor = (
        ticket(source, number, cast[name].team) for number, name in (("1", "dev"), ("2", "eve"))
    )
    hold = holding.place(person="", reason="Dispute", label="refund", actor=cast["carla"])
    made: PersonExport = person_files.make(persons.find(ANN), actor=cast["carla"])
    return {
        "source": source.pk,
        "hold": hold.pk,
        "person_export": made.pk,
        "ticket": dublin.pk,
        "harbor_ticket": harbor.pk,
    }


def ticket(source: Source, number: str, team: Team | None) -> Ticket:
    """A ticket of Ann's in that team's hands, made now."""
    now = timezone.now()
    partitions.make([date(now.year, now.month, 1)])
    return Ticket.objects.create(
        source=source, external_id=number, status="open", raw_status="open", created_at=now, updated_at=now,
        team=team, requester_key=persons.find(ANN).hashes[0], row_hash=uuid4(),
    )  # fmt: skip
