"""Which passages a person may find."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from sopdesk.accounts.audience import readable_by

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.search.models import Passage  # noqa: F401


class PassageQuerySet(models.QuerySet["Passage"]):
    def visible_to(self, user: User | AnonymousUser) -> PassageQuerySet:
        return self.filter(readable_by(user))

    def in_force(self, at: datetime) -> PassageQuerySet:
        return self.filter(in_force__contains=at)
