"""Asking for a card anew: tickets that came late, or a better method, make another row; the old one stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from metrics.effects import looking
from metrics.effects.models import Card
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.jobs.models import Job


def ask_anew(card: Card, *, actor: User) -> Job:
    """Have the same look taken again, over all sites and each, with the tickets there are now.

    Asking twice before it is done is one job. Raises PermissionDenied.
    """
    require(actor, Permission.EFFECTS_RECOMPUTE, card)
    with transaction.atomic():
        Version.objects.select_for_update(of=("self",)).only("pk").get(pk=card.version_id)
        newest = Card.objects.filter(version=card.version_id, look=card.look).latest("pk")
        job = looking.submit(card.version_id, card.look, asked=(actor, newest.pk))
        facts = {"version": str(card.version), "weeks": card.look, "job": job.pk}
        record(actor=actor, event=Event.EFFECT_ASKED_ANEW, subject=card.version.change, facts=facts)
        return job
