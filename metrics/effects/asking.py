"""Asking for a card anew: tickets that came late, or a better method, make another row; the old one stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.effects import looking, starts
from metrics.effects.errors import CardRefused
from metrics.effects.models import Card
from metrics.effects.windows import due_on
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.jobs.models import Job


def ask_anew(card: Card, *, actor: User) -> Job:
    """Have the same look taken again, over all sites and each, with the tickets there are now.

    Asking twice on a day before it is done is one job. On another day it is another one: the first may have made no
    card, since it found a team that no card names and that had not its weeks yet.
    Raises PermissionDenied, and CardRefused while a team that began later has not its weeks yet.
    """
    require(actor, Permission.EFFECTS_RECOMPUTE, card)
    days, own = looking.known(), starts.of_change(card.change_id)
    ends = due_on(starts.last_of(card.day, own, card.teams), card.look)
    if own and days and not looking.has_come(ends, days, timezone.localdate()):
        when = {"day": date_format(ends, "j M Y")}
        raise CardRefused(
            _("The team that began last has its weeks on %(day)s. It is worked out then, by itself.") % when
        )
    with transaction.atomic():
        Version.objects.select_for_update(of=("self",)).only("pk").get(pk=card.version_id)
        newest = Card.objects.filter(version=card.version_id, look=card.look).latest("pk")
        due = looking.Due(card.version_id, card.look, f" {timezone.localdate()}")
        job = looking.submit(due, asked=(actor, newest.pk))
        facts = {"version": str(card.version), "weeks": card.look, "job": job.pk}
        record(actor=actor, event=Event.EFFECT_ASKED_ANEW, subject=card.version.change, facts=facts)
        return job
