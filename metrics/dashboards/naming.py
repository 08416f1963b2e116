"""What the lines of a table are called, and which choice of the filter each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.dimensions import Dimension
from metrics.filters import KINDS, NONE
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.models import Document
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from metrics.dashboards.filters import DashboardFilter

# The choice of the filter that a value of a dimension is, where it has another name.
PARAMS: Final = {"vendor": "site"}


@dataclass(frozen=True)
class Name:
    """`key`: the value of the dimension; `param` and `value`: the choice of the filter that it is."""

    key: str
    text: str
    note: str = ""
    param: str = ""
    value: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text} · {self.note}" if self.note else self.text

    def choice(self, site: str) -> dict[str, str]:
        """What to choose beside what is chosen, of which `site` is one: that a site is of a kind says no more."""
        within = site and site not in KINDS and self.value in {*KINDS, NONE} and self.param == "site"
        return {} if within else {self.param: self.value}


def names(chosen: DashboardFilter, by: Dimension, keys: Iterable[str]) -> dict[str, Name]:
    """The names of these values, by value. At most one query."""
    tell = {"team": _teams, "site": _sites, "vendor": _vendors, "sop": _sops}.get(by.key)
    told = tell(chosen, [*keys]) if tell else {key: (key, "") for key in keys}
    param = PARAMS.get(by.key, by.key)
    sources = {name: pk for pk, name in chosen.offered("source")} if by.key == "source" else {}
    nothing = _("nobody named") if by.key in {"team", "agent"} else _("none")
    return {
        key: Name(key, text or nothing, note, param, str(sources.get(key, key)) or NONE)
        for key, (text, note) in told.items()
    }


def _teams(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    teams = {team.slug: (team.name, _place(team.site)) for team in _teams_of(tuple(sorted({*keys})))}
    return {key: teams.get(key, (key, _("not one of our teams"))) for key in keys}


def _sites(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    sites = _sites_of(tuple(sorted({*keys})))
    found = {site.slug: (site.name, str(site.get_kind_display())) for site in sites}
    return {key: found.get(key, (_("no site"), "")) for key in keys}


def _vendors(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    words = {"in_house": _("In-house"), "vendor": _("Vendors")}
    return {key: (words.get(key, _("no site")), "") for key in keys}


def _sops(chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    titles = dict(_titles(chosen.viewer, timezone.now(), tuple(sorted({*keys}))))
    return {key: (f"{key} {titles.get(key) or ''}".strip(), "") for key in keys}


@worded
def _teams_of(slugs: tuple[str, ...]) -> QuerySet[Team]:
    return Team.objects.filter(slug__in=slugs).select_related("site")


@worded
def _sites_of(slugs: tuple[str, ...]) -> QuerySet[Site]:
    return Site.objects.filter(slug__in=slugs)


@worded
def _titles(viewer: User, now: datetime, keys: tuple[str, ...]) -> QuerySet[Document, tuple[str, str]]:
    visible = Document.objects.visible_to(viewer, now).filter(kind="sop", key__in=keys).with_title(now)
    return visible.order_by().values_list("key", "current_title")  # type: ignore[misc]  # annotated


def _place(site: Site) -> str:
    return _("%(site)s, vendor") % {"site": site.name} if site.kind == Site.Kind.VENDOR else site.name
