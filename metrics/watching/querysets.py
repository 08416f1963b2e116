"""Which alerts a person may see: all, or those of their own site."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.watching.models import Alert  # noqa: F401
    from sopdesk.accounts.models import User


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: User | AnonymousUser) -> AlertQuerySet:
        """One without a site is of all sites' tickets together, and a lead never sees it."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self
        return self.none() if user.team is None else self.filter(site=user.team.site_id)

    def pressing(self, since: date) -> AlertQuerySet:
        """Those that lasted until this day or longer, and that nobody has closed."""
        return self.exclude(state="closed").filter(last_day__gte=since)
