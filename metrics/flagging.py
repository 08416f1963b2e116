"""Tickets with values that cannot be true: kept, left out of the metrics they would spoil, and named here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from metrics.models import Import, Ticket
from sopdesk.accounts.models import User

SHOWN: Final = 20
WORDS: Final = {
    "created_ahead": _(
        "created in the future: left out of what counts on the day it was created, and of the backlog"
    ),
    "solved_before_created": _("solved before it was created: left out of resolution and SLA"),
    "solved_out_of_order": _("last solved before it was first solved: left out of resolution and SLA"),
    "reply_before_created": _("answered before it was created: left out of first reply"),
    "closed_before_created": _("closed before it was created"),
    "rated_before_created": _("rated before it was created"),
    "negative_handle_time": _("handle time below zero: left out of AHT"),
    "negative_count": _("a count below zero"),
    "vendor_figure_unread": _("a figure by the source’s own reckoning that cannot be read: it was not kept"),
    "history_cut": _(
        "the history of its statuses is cut off in the file: waits and reopenings are not known, left out of the"
        " resolution SLA and of reopenings"
    ),
}


def flagged(ticket_import: Import, user: User) -> list[tuple[Ticket, list[str]]]:
    """The first tickets that this import flagged and this person may see, each with its reasons in words."""
    if not ticket_import.flagged:
        return []
    tickets = Ticket.objects.visible_to(user).filter(
        source=ticket_import.source_id, last_import=ticket_import.pk
    )
    found = tickets.exclude(flags=[]).order_by("pk")[:SHOWN]
    return [(ticket, in_words(ticket.flags)) for ticket in found]


def in_words(flags: Iterable[str]) -> list[str]:
    return [str(WORDS.get(flag, flag)) for flag in flags]
