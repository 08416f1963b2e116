"""Which intakes and exports a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.jobs.models import Job

if TYPE_CHECKING:
    from datetime import timedelta

    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.exchange.models import Export, Intake  # noqa: F401


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, user: User | AnonymousUser) -> IntakeQuerySet:
        """Those who import see each other's, as they see each other's drafts."""
        allowed = allows(user, Permission.DOCUMENT_IMPORT) and allows(user, Permission.CHANGE_READ)
        return self if allowed else self.none()

    def with_files_older_than(self, age: timedelta) -> IntakeQuerySet:
        """Those whose files are still there, and are not being imported just now."""
        old = self.filter(removed_at=None, created_at__lt=timezone.now() - age)
        return old.exclude(importing__state__in=(Job.State.QUEUED, Job.State.RUNNING))


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User | AnonymousUser) -> ExportQuerySet:
        """One's own: it was made of what its maker may read."""
        return self.filter(created_by=user.pk) if user.is_authenticated else self.none()
