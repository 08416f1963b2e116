"""Which people, teams and sites a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db import models
from django.db.models import Count, Q

from sopdesk.accounts.permissions import Permission, Role, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import Site, Team, User  # noqa: F401

    Viewer: TypeAlias = User | AnonymousUser


def _seen(user: Viewer, site: str) -> Q | None:
    """The condition on the path to the site: everybody, one's own site, or (None) nobody."""
    if not allows(user, Permission.PEOPLE_READ):
        return None
    if allows(user, Permission.PEOPLE_READ_ALL_SITES):
        return Q()
    team: Team | None = getattr(user, "team", None)
    return Q(**{site: team.site_id}) if team is not None else None


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, user: Viewer) -> SiteQuerySet:
        """All sites, or for a lead the own one: vendors do not see each other's."""
        seen = _seen(user, "pk")
        return self.none() if seen is None else self.filter(seen)


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: Viewer) -> TeamQuerySet:
        seen = _seen(user, "site")
        return self.none() if seen is None else self.filter(seen)

    def with_members(self) -> TeamQuerySet:
        """Each with `members_count`: how many who may sign in."""
        return self.annotate(members_count=Count("members", filter=Q(members__is_active=True)))


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Viewer) -> UserQuerySet:
        seen = _seen(user, "team__site")
        return self.none() if seen is None else self.filter(seen)

    def administrators(self) -> UserQuerySet:
        """Those who can still let others in."""
        return self.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR])
