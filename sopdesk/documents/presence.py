"""Who has a draft open right now. A browser says so every 15 seconds; whoever is silent for 45 has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.documents import panels, states
from sopdesk.documents.models import Presence
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.documents.models import Change, ChangeItem

LEFT_AFTER = timedelta(seconds=45)


def seen(item: ChangeItem, *, actor: User) -> None:
    """Note that this person has the draft open. Not a decision, so nothing is recorded of it."""
    require(actor, Permission.CHANGE_EDIT, item)
    Presence.objects.update_or_create(item=item, user=actor, defaults={"seen_at": timezone.now()})


def left(item: ChangeItem, *, actor: User) -> None:
    """Note that this person has closed the draft."""
    Presence.objects.filter(item=item, user=actor).delete()


def others(item: ChangeItem, *, than: User) -> list[User]:
    """Who else has this draft open, by name. One query."""
    return [found.user for found in _now().filter(item=item).exclude(user=than)]


def in_change(change: Change, *, than: User) -> list[Presence]:
    """Who else has which draft of a change open, by name. One query while nobody has, which is mostly so, or three."""
    return _in_change(change.pk, than.pk, timezone.now() - LEFT_AFTER)


@worded
def _in_change(change: int, than: int, since: datetime) -> QuerySet[Presence]:
    found = _now(since).filter(item__change=change).exclude(user=than)
    return found.prefetch_related("item__document")


def _now(since: datetime | None = None) -> QuerySet[Presence]:
    recent = Presence.objects.filter(seen_at__gt=since or timezone.now() - LEFT_AFTER)
    return recent.select_related("user").order_by("user__name", "pk")


@panels.register(panels.Slot.CHANGE_ABOVE)
def editing_now(viewer: User, change: Change) -> panels.Panel | None:
    """On the page of a change that can be edited: who is at it right now. The page asks again by itself."""
    if change.state not in states.EDITABLE:
        return None
    return panels.Panel(
        "documents/change_presence.html", {"present": in_change(change, than=viewer)}, order=10
    )
