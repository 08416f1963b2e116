"""Which threads a person may see: those of changes that they may read. Every read of them starts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.discussion.models import Thread  # noqa: F401


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User | AnonymousUser) -> ThreadQuerySet:
        """As changes are: all of them, or none."""
        return self if allows(user, Permission.CHANGE_READ) else self.none()

    def open(self) -> ThreadQuerySet:
        return self.filter(outcome="")

    def holding(self) -> ThreadQuerySet:
        """Those that stop an approval: open, and to be resolved before it."""
        return self.open().filter(must_resolve=True)

    def of_open_changes(self) -> ThreadQuerySet:
        return self.exclude(change__state__in=["published", "withdrawn"])

    def concerning(self, person: User) -> ThreadQuerySet:
        """Those that this person opened, wrote in or is named in."""
        wrote, named = models.Q(comments__author=person), models.Q(comments__mentioned=person)
        return self.filter(models.Q(author=person) | wrote | named).distinct()
