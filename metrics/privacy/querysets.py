"""Who may see holds, purges, exports of a person, and views of texts: those who answer for privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.privacy.models import LegalHold, PersonExport, Purge, TextView  # noqa: F401
    from sopdesk.accounts.models import User


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, user: User | AnonymousUser) -> LegalHoldQuerySet:
        return self if allows(user, Permission.PRIVACY_EDIT) else self.none()

    def standing(self) -> LegalHoldQuerySet:
        return self.filter(ended_at=None)


class PurgeQuerySet(models.QuerySet["Purge"]):
    def visible_to(self, user: User | AnonymousUser) -> PurgeQuerySet:
        return self if allows(user, Permission.PRIVACY_EDIT) else self.none()


class PersonExportQuerySet(models.QuerySet["PersonExport"]):
    def visible_to(self, user: User | AnonymousUser) -> PersonExportQuerySet:
        """One's own: what a person is told goes through the hands of who answers them."""
        return self.filter(created_by=user.pk) if allows(user, Permission.PRIVACY_EDIT) else self.none()


class TextViewQuerySet(models.QuerySet["TextView"]):
    def visible_to(self, user: User | AnonymousUser) -> TextViewQuerySet:
        return self if allows(user, Permission.PRIVACY_EDIT) else self.none()
