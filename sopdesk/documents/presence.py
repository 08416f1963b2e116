"""Who has a draft open right now. A browser says so every 15 seconds; whoever is silent for 45 has left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.documents.models import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    return [found.user for found in _now([item.pk]) if found.user_id != than.pk]


def in_change(change: Change) -> list[Presence]:
    """Who has which draft of a change open. Two queries."""
    return list(_now(change.items.values_list("pk", flat=True)).select_related("item__document"))


def _now(items: Iterable[int]):  # type: ignore[no-untyped-def]
    recent = Presence.objects.filter(item__in=items, seen_at__gt=timezone.now() - LEFT_AFTER)
    return recent.select_related("user").order_by("user__name", "pk")
