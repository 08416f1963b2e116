"""Views by mail that mail servers refused until the letter was given up: noted for their owner, in the end paused."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from metrics.dashboards.models import Mailing
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.letters.models import Letter
from sopdesk.letters.posting import MAX_ATTEMPTS

PREFIX: Final = "figures:"
PAUSED_AFTER: Final = 3  # letters given up, with none that left since the first of them
MAIL: Final = System("mail")


def note() -> None:
    """Note on each mailing since when a letter of it could not be delivered, and pause one of which none can be."""
    lost = _given_up()
    rows = Mailing.objects.filter(Q(pk__in=lost) | Q(undelivered_since__isnull=False))
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            mailing = Mailing.objects.select_for_update().filter(pk=pk).first()
            if mailing is not None:
                _note(mailing, lost.get(pk, []))


def _note(mailing: Mailing, lost: list[datetime]) -> None:
    since = min(lost, default=None)
    if since != mailing.undelivered_since:
        mailing.undelivered_since = since
        mailing.save(update_fields=["undelivered_since"])
    own = Letter.objects.filter(key__startswith=f"{PREFIX}{mailing.pk}:", sent_at__isnull=False)
    if mailing.paused_at or len(lost) < PAUSED_AFTER or own.filter(created_at__gte=since).exists():
        return
    mailing.paused_at = timezone.now()
    mailing.save(update_fields=["paused_at"])
    facts = {"view": str(mailing.view), "why": "undelivered"}
    record(actor=MAIL, event=Event.FIGURE_MAIL_PAUSED, subject=mailing, facts=facts)


def _given_up() -> dict[int, list[datetime]]:
    """By mailing, when letters were written that were given up and after which none left to the same person."""
    letters = Letter.objects.filter(key__startswith=PREFIX)
    given_up = letters.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS).values_list("key", "created_at")
    found: dict[int, list[datetime]] = defaultdict(list)
    for key, at in given_up:
        whose = key.rsplit(":", 1)[0]
        if not letters.filter(key__startswith=f"{whose}:", sent_at__isnull=False, created_at__gt=at).exists():
            found[int(whose.split(":")[1])].append(at)
    return found


def forget(mailing: Mailing) -> None:
    """Begin anew: its owner has seen to it."""
    letters = Letter.objects.filter(key__startswith=f"{PREFIX}{mailing.pk}:", sent_at=None)
    letters.filter(attempts__gte=MAX_ATTEMPTS).delete()
    Mailing.objects.filter(pk=mailing.pk).update(undelivered_since=None)
