"""Did it work? On the page of a change, and beside the document that it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateparse import parse_date

from metrics.effects import showing
from metrics.effects.models import Card
from metrics.effects.windows import LOOKS, day_of, due_on
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels
from sopdesk.documents.impacts import governed
from sopdesk.documents.items import items_of
from sopdesk.documents.models import Change
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version


@panels.register(Slot.CHANGE_ASIDE)
def of_change(viewer: User, change: Change) -> Panel | None:
    """The latest card of each of its versions, or when there will be one. Two queries."""
    published = change.state in {Change.State.PUBLISHED, Change.State.SCHEDULED}
    if not published or change.effective_at is None or not allows(viewer, Permission.METRICS_READ):
        return None
    if not governed(items_of(change)):
        return None
    return _panel(viewer, change.pk, change.effective_at, of="change")


@panels.register(Slot.DOCUMENT_ASIDE)
def of_document(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """The latest card of the version that is shown, or when there will be one. One query."""
    if version is None or document.kind != "sop" or not allows(viewer, Permission.METRICS_READ):
        return None
    if not version.data.get("labels") or version.since is None:
        return None
    return _panel(viewer, version.pk, version.since, of="version")


def _panel(viewer: User, pk: int, effective_at: datetime, *, of: str) -> Panel:
    newest = sorted(_latest(viewer, timezone.now(), pk, of=of), key=lambda card: card.pk)
    shown = [(card, showing.readings(card)) for card in newest]
    own = [day for card in newest for said in card.began.values() if (day := parse_date(said))]
    next_on = next_look(max([day_of(effective_at), *own]))
    return Panel("effects/card_panel.html", {"cards": shown, "next_on": next_on}, order=42)


@worded
def _latest(viewer: User, now: datetime, pk: int, *, of: str) -> QuerySet[Card]:
    cards = Card.objects.visible_to(viewer, now).filter(**{of: pk}).widest(viewer)
    return cards.latest_looks().select_related("version__document", "site")


def next_look(day: date) -> date | None:
    """The day of the first look that is to come, when the last team began on `day`; None when all have come."""
    today = timezone.localdate()
    return next((due for look in LOOKS if (due := due_on(day, look)) > today), None)
