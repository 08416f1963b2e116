"""Which initiatives a person may see: all of them, or those of their own site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.improving.models import Initiative  # noqa: F401
    from sopdesk.accounts.models import User


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """An initiative shows figures, so it is seen by whoever may see those: of every site, or of one's own."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self.all()
        return self.filter(site=user.team.site_id) if user.team else self.none()
