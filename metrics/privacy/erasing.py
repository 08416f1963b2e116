"""Erasing one person: their tickets stay as bare facts, and nothing in them leads back (decision 35)."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from metrics.models import Suppression, Ticket, TicketBefore, TicketText
from metrics.privacy import filing, forgetting, holding, ledger, purging
from metrics.privacy.persons import Person
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record

log = structlog.get_logger(__name__)

_STAGED: Final = """
UPDATE metrics_stagedevent SET row = row - '{requester,subject,body,custom}'::text[]
WHERE row ->> 'requester' = ANY(%s)"""


class EraseRefused(Exception):
    """Nothing was erased; the message says why."""


class LiftRefused(Exception):
    """Nothing was changed; the message says why."""


def erase(person: Person, *, actor: User) -> int:
    """Take the person out of all tickets, and keep them out. Returns how many tickets. Raises EraseRefused.

    A hold on any of their tickets stops it as a whole: half an erasure would be neither a hold nor an erasure. Uploaded
    files that were read already go, too, of every source: which of them name the person cannot be told.
    """
    require(actor, Permission.PRIVACY_EDIT)
    with transaction.atomic():
        if Ticket.objects.filter(holding.held(), requester_key__in=person.hashes).exists():
            raise EraseRefused(
                _("A legal hold keeps tickets of this person. Nothing was erased. End the hold first.")
            )
        listed = [
            Suppression.objects.get_or_create(key_id=key, hashed=hashed, defaults={"created_by": actor})[0]
            for key, hashed in person.names
        ]
        count = _forget(person.hashes)
        record(actor=actor, event=Event.PERSON_ERASED, subject=listed[0], facts={"tickets": count})
        transaction.on_commit(lambda: _note(person))
        transaction.on_commit(lambda: filing.remove(filing.read()), robust=True)
    return count


def lift(person: Person, *, actor: User) -> None:
    """Take somebody who was erased by mistake off the list. What was taken out of their tickets stays out until the
    helpdesk's rows come in again. Raises LiftRefused.

    The file is written before the commit: were it not written, the next night would erase them again.
    """
    require(actor, Permission.PRIVACY_EDIT)
    with transaction.atomic():
        listed = list(Suppression.objects.select_for_update().filter(hashed__in=person.hashes))
        if not listed:
            raise LiftRefused(_("This person is not on the list of the erased. Nothing was changed."))
        facts = {"entries": len(listed)}
        record(actor=actor, event=Event.PERSON_ERASURE_LIFTED, subject=listed[0], facts=facts)
        Suppression.objects.filter(pk__in=[one.pk for one in listed]).delete()
        try:
            ledger.append_lifted(person.names)
        except OSError as error:
            raise LiftRefused(
                _("The list’s file cannot be written just now, so that nothing was changed. Try again later.")
            ) from error


def _note(person: Person) -> None:
    """The erasure stands whatever becomes of the file: the nightly run writes what is missing in it."""
    try:
        ledger.append(person.names)
    except OSError as error:
        log.error("erasure_not_noted", reason=str(error))


def _forget(hashes: list[str]) -> int:
    """Take these people out of their tickets. Whoever imports tickets of theirs is waited for first: rows are locked by
    number here and as the file has them there, and each could wait for the other."""
    of_theirs = Ticket.objects.filter(requester_key__in=hashes).order_by("source")
    for source_id in of_theirs.values_list("source", flat=True).distinct():
        purging.alone_with(source_id)
    ids = list(
        Ticket.objects.select_for_update()
        .filter(requester_key__in=hashes)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    forgetting.forget(ids)
    TicketText.objects.filter(ticket__in=ids).delete()
    TicketBefore.objects.filter(ticket_number__in=ids).delete()
    TicketBefore.objects.filter(ticket__requester_key__in=hashes).delete()
    with connection.cursor() as cursor:
        cursor.execute(_STAGED, [hashes])
    return Ticket.objects.filter(pk__in=ids).update(requester_key=None, custom={})


def reapply() -> int:
    """Erase again whom a restored backup, or an import that ran meanwhile, brought back. Returns how many tickets.

    The list in the database and the file beside it are each given what only the other has. Safe to run twice.
    """
    with transaction.atomic():
        _take_off_lifted()
        listed = set(Suppression.objects.values_list("key_id", "hashed"))
        noted = ledger.noted()
        missing = sorted(noted - listed)
        Suppression.objects.bulk_create(
            [Suppression(key_id=key, hashed=hashed) for key, hashed in missing], ignore_conflicts=True
        )
        hashes = [hashed for _key, hashed in listed | noted]
        count = _forget(hashes) if hashes else 0
        if count:
            first = Suppression.objects.filter(hashed__in=hashes).earliest("pk")
            record(
                actor=System("retention"), event=Event.PERSON_ERASED, subject=first, facts={"tickets": count}
            )
    if listed - noted:
        ledger.append(sorted(listed - noted))
    return count


def _take_off_lifted() -> None:
    """A restored backup does not know who was taken off the list after it; the file does."""
    lifted = ledger.lifted()
    old = [
        one
        for one in Suppression.objects.filter(hashed__in=[hashed for _key, hashed in lifted])
        if one.created_at < lifted.get((one.key_id, one.hashed), one.created_at)
    ]
    if old:
        facts = {"entries": len(old)}
        record(actor=System("retention"), event=Event.PERSON_ERASURE_LIFTED, subject=old[0], facts=facts)
        Suppression.objects.filter(pk__in=[one.pk for one in old]).delete()
