"""The text of a ticket is shown on demand, and who had it shown is noted before it is."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.models import Ticket, TicketText
from metrics.privacy import holding
from metrics.privacy.models import TextView
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require


class TextRefused(Exception):
    """Nothing was shown; the message says why."""


def show(ticket: Ticket, *, why: str, actor: User) -> TicketText:
    """The text of a ticket that this person may see. Raises TextRefused without a reason or without a text."""
    require(actor, Permission.TICKETS_READ_TEXT, ticket)
    why = " ".join(why.split())[:200]
    if not why:
        raise TextRefused(_("Say why you need the text. It is noted beside your name."))
    with transaction.atomic():
        text = TicketText.objects.filter(ticket=ticket).first()
        if text is None:
            raise TextRefused(_("There is no text of this ticket any more."))
        TextView.objects.create(ticket_number=ticket.pk, ticket_label=str(ticket), user=actor, why=why)
    return text


def forget_old() -> int:
    """Delete views that were noted long enough ago (TEXT_VIEWS_KEPT_DAYS), but of tickets that a hold keeps. Returns
    how many."""
    over = TextView.objects.filter(at__lt=timezone.now() - timedelta(days=settings.TEXT_VIEWS_KEPT_DAYS))
    held = Ticket.objects.filter(holding.held(), pk__in=over.values("ticket_number")).values("pk")
    return over.exclude(ticket_number__in=held).delete()[0]
