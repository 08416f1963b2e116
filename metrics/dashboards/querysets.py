"""Which saved views and mailings a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.dashboards.models import Mailing, SavedView  # noqa: F401
    from sopdesk.accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Their own, those shared with their team and those shared with everyone, for whoever reads figures."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared="everyone") | Q(shared="team", team=user.team_id))


class MailingQuerySet(models.QuerySet["Mailing"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those they made, and those that write to them; for whoever looks after people all: an owner may be gone."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        if allows(user, Permission.PEOPLE_EDIT):
            return self.all()
        receives = self.model.receivers.through.objects.filter(mailing=models.OuterRef("pk"), user=user)
        return self.filter(Q(owner=user) | models.Exists(receives))
