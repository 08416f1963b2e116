"""Who sees what was measured again: whoever may edit service levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.promises.models import Recompute  # noqa: F401
    from sopdesk.accounts.models import User


class RecomputeQuerySet(models.QuerySet["Recompute"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.SERVICE_LEVELS_EDIT) else self.none()
