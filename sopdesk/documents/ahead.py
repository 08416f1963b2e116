"""Drafts that some people read before they are in force. An app says whose they are in its reading_ahead.py:

    @ahead.register
    def read_early(person: User | AnonymousUser) -> QuerySet[ChangeItem]: ...

What such a draft shows, its pictures, is shown to them too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import ChangeItem

    Finder = Callable[[User | AnonymousUser], QuerySet[ChangeItem]]

_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """Let people read ahead the drafts that the function returns for them."""
    if finder not in _finders:
        _finders.append(finder)
    return finder


def drafts(person: User | AnonymousUser) -> list[QuerySet[ChangeItem]]:
    """What this person may read ahead, one queryset for each app that lets them."""
    return [finder(person) for finder in _finders]
