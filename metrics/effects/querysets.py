"""Which cards and effective dates a person may see: of all sites, or those of their own site alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from metrics.effects.models import Card, TeamStart  # noqa: F401
    from sopdesk.accounts.models import User


class CardQuerySet(models.QuerySet["Card"]):
    def visible_to(self, user: User | AnonymousUser, now: datetime | None = None) -> CardQuerySet:
        """Whoever reads the figures of all sites sees all cards; a lead those of their own site, and never one that
        other sites' tickets went into. Nobody sees the card of a text that they may not read."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        readable = self.filter(Exists(Version.objects.visible_to(user, now).filter(pk=OuterRef("version"))))
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return readable
        return readable.none() if user.team is None else readable.filter(site=user.team.site_id)

    def newest(self) -> CardQuerySet:
        """Of each version and site the latest look, and of that the card that was worked out last."""
        later = Q(look__gt=OuterRef("look")) | Q(look=OuterRef("look"), pk__gt=OuterRef("pk"))
        same_site = Q(site=OuterRef("site")) | Q(site=None, whole=OuterRef("whole"))
        others = self.model.objects.annotate(whole=Q(site=None)).filter(
            later, same_site, version=OuterRef("version")
        )
        return self.annotate(whole=Q(site=None)).filter(~Exists(others))

    def latest_looks(self) -> CardQuerySet:
        """The same of a few versions, for their own pages: `newest` looks through all cards for each of them."""
        ranked = self.order_by("version_id", "site_id", "-look", "-pk")
        return ranked.distinct("version_id", "site_id")

    def widest(self, user: User) -> CardQuerySet:
        """Those over as many sites as the person may see: all of them, or their own."""
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self.filter(site=None)
        return self.filter(site=F("site"))

    def of_each_look(self) -> CardQuerySet:
        """Of each version, site and look the card that was worked out last."""
        ranked = self.order_by("version_id", "site_id", "look", "-pk")
        return ranked.distinct("version_id", "site_id", "look")


class TeamStartQuerySet(models.QuerySet["TeamStart"]):
    def visible_to(self, user: User | AnonymousUser) -> TeamStartQuerySet:
        """Whoever reads the figures of all sites sees all; a lead those of their own site's teams."""
        if not user.is_authenticated or not allows(user, Permission.METRICS_READ):
            return self.none()
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self
        return self.none() if user.team is None else self.filter(team__site=user.team.site_id)

    def holding(self) -> TeamStartQuerySet:
        """What was said last of each change and team; also that it was taken back."""
        return self.order_by("change_id", "team_id", "-pk").distinct("change_id", "team_id")
