"""As whom a writer may look at a preview: themselves, an agent of any team, the public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Role

if TYPE_CHECKING:
    from sopdesk.documents.models import ChangeItem

MYSELF, AGENT, PUBLIC = "", "agent", "public"


@dataclass(frozen=True)
class Group:
    """Readers that stand together in the list: (key, name) each."""

    name: str
    readers: list[tuple[str, str]]


def groups() -> list[Group]:
    """All sorts of readers there are, in-house before vendors. One query."""
    found = [Group("", [(MYSELF, _("me")), (AGENT, _("an in-house agent")), (PUBLIC, _("the public"))])]
    teams = Team.objects.select_related("site").order_by("site__kind", "site__name", "name")
    by_site: dict[str, Group] = {}
    for team in teams:
        site = (
            _("%(site)s (vendor)") % {"site": team.site.name}
            if team.site.kind == "vendor"
            else team.site.name
        )
        by_site.setdefault(site, Group(site, [])).readers.append(
            (f"team:{team.slug}", _("an agent of %(team)s") % {"team": team.name})
        )
    return [*found, *by_site.values()]


def reader(key: str, *, viewer: User) -> User | AnonymousUser:
    """Somebody of this sort, who is nobody in particular and stored nowhere. An unknown key is the viewer."""
    if key == PUBLIC:
        return AnonymousUser()
    if key == AGENT:
        return _agent(None)
    if key.startswith("team:"):
        team = Team.objects.filter(slug=key.removeprefix("team:")).first()
        return _agent(team) if team else viewer
    return viewer


def may_read(item: ChangeItem, who: User | AnonymousUser) -> bool:
    """Whether the draft's audience takes in this reader once it is published."""
    if item.audience == Audience.PUBLIC:
        return True
    if not isinstance(who, User):
        return False
    if item.audience == Audience.INTERNAL or who.pk:
        return True
    return who.team is not None and who.team.slug in item.audience_teams


def _agent(team: Team | None) -> User:
    return User(name=_("an agent"), roles=[Role.AGENT], team=team)
