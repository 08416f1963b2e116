"""Of which tickets of its label an initiative is: those of the row that it is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from metrics import aliases
from metrics.filters import KINDS, valued
from metrics.improving.errors import InitiativeRefused
from metrics.models import Source
from sopdesk.accounts.models import Site, Team, User
from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from metrics.filters import FigureFilter
    from metrics.improving.models import Initiative

KEPT: Final = ("team", "channel", "source")


@dataclass(frozen=True)
class Scope:
    """A site, None for every one that the viewer sees, and the other choices of the filter as its address has them."""

    site: Site | None = None
    rest: dict[str, str] = field(default_factory=dict)

    def is_of(self, initiative: Initiative) -> bool:
        return (initiative.site_id, initiative.scope) == (self.site.pk if self.site else None, self.rest)


def site_of(person: User) -> Site | None:
    """The site an initiative of theirs is about: every site for whoever sees all, else their own."""
    if allows(person, Permission.METRICS_READ_ALL_SITES) or person.team is None:
        return None
    return person.team.site


def chosen_in(chosen: FigureFilter) -> Scope:
    """What a filter says, without its days; of a team the site is that of the team. Two queries at most."""
    rest = {name: chosen.chosen(name) for name in KEPT if chosen.chosen(name)}
    wanted, site = chosen.chosen("site"), site_of(chosen.viewer)
    if wanted and (site is None or wanted != site.slug):
        found = None if wanted in KINDS else Site.objects.filter(slug=wanted).first()
        rest, site = rest if found else {**rest, "site": wanted}, found
    elif site is None and "team" in rest:
        team = Team.objects.filter(slug=rest["team"]).select_related("site").first()
        site = team.site if team else None
    return Scope(site, rest)


def check(scope: Scope, actor: User) -> None:
    """Raises InitiativeRefused for tickets that the actor may not see."""
    own = site_of(actor)
    team = Team.objects.filter(slug=scope.rest.get("team", "")).first()
    if own is None or (scope.site == own and "site" not in scope.rest and (not team or team.site == own)):
        return
    raise InitiativeRefused(_("These are not tickets of your site. Nothing was proposed."))


def narrow(initiative: Initiative) -> dict[str, str | tuple[str, ...]]:
    """Its label and scope as `metrics.levels.wanted` takes them. A query where it is of one source."""
    found: dict[str, str | tuple[str, ...]] = {"label": initiative.label}
    if initiative.site:
        found["site"] = initiative.site.slug
    for name, value in initiative.scope.items():
        found["vendor" if value in KINDS and name == "site" else name] = valued(value)
    if "source" in found:
        sources = Source.objects.filter(pk=int(initiative.scope["source"]))
        found["source"] = tuple(sources.values_list("name", flat=True))
    return found


def address(initiative: Initiative) -> str:
    """The same choices as the query string of a dashboard."""
    site = {"site": initiative.site.slug} if initiative.site else {}
    return urlencode({"label": aliases.names().meant(initiative.label), **site, **initiative.scope})


def words(initiatives: Iterable[Initiative]) -> dict[int, list[tuple[str, str]]]:
    """By number of the initiative, beside its site: what narrows it, and to what. Two queries at most."""
    scoped = [one for one in initiatives if one.scope]
    teams = {one.scope["team"] for one in scoped if "team" in one.scope}
    sources = {int(one.scope["source"]) for one in scoped if "source" in one.scope}
    told: dict[tuple[str, str], str] = {
        ("site", "in_house"): _("All in-house"),
        ("site", "vendor"): _("All vendors"),
    }
    if teams:
        told |= {
            ("team", slug): name
            for slug, name in Team.objects.filter(slug__in=teams).values_list("slug", "name")
        }
    if sources:
        rows = Source.objects.filter(pk__in=sources).values_list("pk", "name")
        told |= {("source", str(pk)): name for pk, name in rows}
    names = {"team": _("Team"), "channel": _("Channel"), "source": _("Source"), "site": _("Site")}
    return {
        one.pk: [
            (names[name], told.get((name, value)) or valued(value) or _("none"))
            for name, value in one.scope.items()
        ]
        for one in scoped
    }
