"""What of discussions can be handed over: points that somebody asked to be resolved; only they let go of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.discussion.models import Thread
from sopdesk.documents import holdings
from sopdesk.documents.holdings import Held, Moves
from sopdesk.documents.models import Change

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


def _open() -> QuerySet[Thread]:
    changes = Change.objects.open().values("pk")
    return Thread.objects.filter(must_resolve=True, outcome=Thread.Outcome.OPEN, change__in=changes)


def _find(person: User, by: str) -> Iterable[Held]:
    for thread in _open().filter(must_by=person).select_related("change"):
        words = thread.section or thread.quote[:60]
        label = f"{thread.change.title}: {words}" if words else thread.change.title
        url = reverse("changes:read", args=[thread.change_id])
        yield Held("must_resolve", thread.pk, label, url, "must_resolve", _("Points that must be resolved"))


def _give(person: User, moves: Moves, actor: User) -> set[int]:
    return _move(_open().filter(must_by=person, pk__in=moves), moves)


def _back(person: User, moves: Moves, actor: User) -> set[int]:
    rows = [row for row in _open().filter(pk__in=moves) if row.must_by_id == moves[row.pk].pk]
    return _move(rows, dict.fromkeys((row.pk for row in rows), person))


def _move(rows: Iterable[Thread], to: Moves) -> set[int]:
    moved = set()
    for row in rows:
        row.must_by = to[row.pk]
        row.save(update_fields=["must_by"])
        moved.add(row.pk)
    return moved


holdings.register(holdings.Sort("must_resolve", _find, _give, _back, holdings.approves, order=50))
