"""Which frameworks and duties a person may see, and how they are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Q

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from compliance.models import Duty, Framework  # noqa: F401
    from sopdesk.accounts.models import User


class FrameworkQuerySet(models.QuerySet["Framework"]):
    def visible_to(self, user: User | AnonymousUser) -> FrameworkQuerySet:
        return self if allows(user, Permission.COMPLIANCE_READ) else self.none()

    def with_counts(self) -> FrameworkQuerySet:
        """Each with `duties_count`, `blockers_count`, `core_count` and `unverified_count` of duties in use."""
        now = Q(duties__superseded_at=None)
        return self.annotate(
            duties_count=Count("duties", filter=now),
            blockers_count=Count("duties", filter=now & Q(duties__gate="blocker")),
            core_count=Count("duties", filter=now & Q(duties__tier="core")),
            unverified_count=Count("duties", filter=now & Q(duties__verified=False)),
        )


class DutyQuerySet(models.QuerySet["Duty"]):
    def visible_to(self, user: User | AnonymousUser) -> DutyQuerySet:
        return self if allows(user, Permission.COMPLIANCE_READ) else self.none()

    def in_use(self) -> DutyQuerySet:
        """Those of the latest catalogue."""
        return self.filter(superseded_at=None)

    def matching(self, words: str) -> DutyQuerySet:
        """Those whose key, article or text holds every one of the words."""
        found = self
        for word in words.split()[:10]:
            fields = ("key", "article", "title", "duty", "applies_when")
            found = found.filter(Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR))
        return found
