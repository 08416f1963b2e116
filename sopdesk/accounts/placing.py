"""Adding teams and the sites they work at. Audiences, tickets and the record name a team by its short name, which
therefore never changes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from sopdesk.accounts.models import Site, Team, User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record


@dataclass(frozen=True)
class NewSite:
    """A site that is not there yet: its name, Site.Kind, and IANA zone."""

    name: str
    kind: str
    time_zone: str


def add_team(*, actor: User, name: str, at: Site | NewSite) -> Team:
    """Add a team, and its site with it where that is new. Raises ValidationError, and then neither was added."""
    require(actor, Permission.PEOPLE_EDIT)
    with transaction.atomic():
        site = at if isinstance(at, Site) else _add_site(at)
        team = Team(name=name, site=site, slug=slugify(f"{site.slug}-{name}")[:40].strip("-"))
        team.full_clean()
        team.save()
        record(
            actor=actor, event=Event.TEAM_CREATED, subject=team, facts={"team": team.slug, "site": site.slug}
        )
    return team


def _add_site(new: NewSite) -> Site:
    site = Site(name=new.name, slug=slugify(new.name)[:40], kind=new.kind, time_zone=new.time_zone)
    site.full_clean()
    site.save()
    return site
