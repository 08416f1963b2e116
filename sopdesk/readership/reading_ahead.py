"""Whose pictures may be seen ahead: those of texts that somebody is asked to read before they are in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from sopdesk.documents import ahead
from sopdesk.documents.models import ChangeItem
from sopdesk.readership.models import MustRead

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


@ahead.register
def read_early(person: User | AnonymousUser) -> QuerySet[ChangeItem]:
    """The drafts of the must-reads that have not begun, for those who are to read them."""
    coming = MustRead.objects.live().for_reader(person).filter(has_begun=False)  # type: ignore[misc]
    return ChangeItem.objects.filter(
        Exists(coming.filter(change=OuterRef("change"), document=OuterRef("document")))
    )
