"""Legal holds: what they keep, placing one, ending one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import zip_longest
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases, requesters
from metrics import held as asked
from metrics.models import Source, Ticket
from metrics.privacy.models import HeldTicket, LegalHold
from metrics.storing import SOURCE_LOCKS
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record


class HoldRefused(Exception):
    """Nothing was changed; the message says why."""


def kept_by(hold: LegalHold) -> Q:
    """The tickets that one hold keeps: those that it is about now, and those that it has caught before."""
    noted = HeldTicket.objects.filter(hold=hold.pk).values("ticket_number")
    return about(hold) | Q(pk__in=noted) if hold.may_lose_grip else about(hold)


def about(hold: LegalHold) -> Q:
    """The tickets that one hold is about as they are now; of a label also those that have it by another name."""
    parts = {
        "source": hold.source_id,
        "external_id": hold.external_id,
        "labels__overlap": aliases.names().of_one(hold.label) if hold.label else None,
        "requester_key__in": hold.people,
        "created_at__gte": _day_begins(hold.created_from) if hold.created_from else None,
        "created_at__lt": _day_begins(hold.created_to + timedelta(days=1)) if hold.created_to else None,
    }
    return Q(**{name: value for name, value in parts.items() if value})


def _day_begins(day: date) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(settings.REPORTING_TIME_ZONE))


def held() -> Q:
    """The tickets that any standing hold keeps."""
    return _held() or Q(pk__in=[])


def _held() -> Q | None:
    holds = [*LegalHold.objects.standing()]
    kept = [about(hold) for hold in holds]
    if changing := [hold.pk for hold in holds if hold.may_lose_grip]:
        kept.append(Q(pk__in=HeldTicket.objects.filter(hold__in=changing).values("ticket_number")))
    return reduce(or_, kept) if kept else None


def _note(ids: Sequence[int], among: Q) -> None:
    """Remember which of these tickets each hold is about now, before a file changes them. Two statements at most."""
    holds = [hold for hold in LegalHold.objects.standing() if hold.may_lose_grip]
    if not holds:
        return
    caught = {f"of_{hold.pk}": ExpressionWrapper(about(hold), BooleanField()) for hold in holds}
    tickets = Ticket.objects.filter(reduce(or_, map(about, holds)), among, pk__in=ids)
    rows = tickets.order_by().annotate(**caught).values_list("pk", *caught)
    noted = [
        HeldTicket(hold=hold, ticket_number=pk)
        for pk, *of in rows
        for hold, is_caught in zip(holds, of, strict=True)
        if is_caught
    ]
    HeldTicket.objects.bulk_create(noted, ignore_conflicts=True)


def place(*, person: str, actor: User, **values: Any) -> LegalHold:
    """Keep tickets from deletion: `reason`, and what narrows them. `person`: an address, which is not kept.

    Raises ValidationError when nothing narrows it.
    """
    require(actor, Permission.PRIVACY_EDIT)
    keys = requesters.known_keys() if person else []
    people, names = [requesters.hashed(person, key) for key in keys], [*map(requesters.fingerprint, keys)]
    with transaction.atomic():
        hold = LegalHold(placed_by=actor, people=people, people_keys=names, **values)
        hold.full_clean()
        _wait_for_imports(hold)
        hold.save()
        record(actor=actor, event=Event.HOLD_PLACED, subject=hold, facts=_facts(hold))
    return hold


def _wait_for_imports(hold: LegalHold) -> None:
    """Until no chunk is being stored that read the holds before this one: it would take a ticket out unseen."""
    sources = Source.objects.filter(pk=hold.source_id) if hold.source_id else Source.objects.all()
    with connection.cursor() as cursor:
        for source in sources.order_by("pk").values_list("pk", flat=True):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, source])


def end(hold: LegalHold, *, because: str, actor: User) -> LegalHold:
    """End it: what it kept is deleted with the next purge if it is over its time. Raises HoldRefused."""
    require(actor, Permission.PRIVACY_EDIT, hold)
    with transaction.atomic():
        locked = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if locked.ended_at is not None:
            raise HoldRefused(_("This hold has ended already. Nothing was changed."))
        locked.ended_by, locked.ended_at, locked.ended_because = actor, timezone.now(), because
        locked.save(update_fields=["ended_by", "ended_at", "ended_because"])
        record(actor=actor, event=Event.HOLD_ENDED, subject=locked, facts=_facts(locked))
        locked.noted.all().delete()
    return locked


def _facts(hold: LegalHold) -> dict[str, Any]:
    """What is held, without saying of whom or why: the record outlives both."""
    facts = {"source": hold.source_id, "from": hold.created_from, "to": hold.created_to}
    marks = {
        "by_label": bool(hold.label),
        "by_ticket": bool(hold.external_id),
        "by_person": bool(hold.people),
    }
    tickets = Ticket.objects.filter(kept_by(hold)).count()
    return {**facts, **marks, "tickets": tickets}


def _people() -> list[asked.Names]:
    holds = LegalHold.objects.standing().exclude(people=[])
    return [tuple(zip_longest(hold.people_keys, hold.people, fillvalue="")) for hold in holds]


asked.register(condition=_held, people=_people, note=_note)
