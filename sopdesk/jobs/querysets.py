"""Jobs by where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.jobs.models import Job  # noqa: F401


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User | AnonymousUser) -> JobQuerySet:
        """One's own; those who import tickets see each other's."""
        if allows(user, Permission.TICKETS_IMPORT):
            return self
        return self.filter(created_by=user.pk) if user.is_authenticated else self.none()

    def asked_for(self) -> JobQuerySet:
        """Those that a person began, who waits for them (`Importance.FIRST`)."""
        return self.filter(created_by__isnull=False)

    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=["queued", "running"])

    def claimable(self, at: datetime) -> JobQuerySet:
        """Those that nobody holds: never leased, or the lease has run out."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lte=at))
