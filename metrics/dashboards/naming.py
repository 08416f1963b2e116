"""What the lines of a table are called, and which choice of the filter each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from metrics.dimensions import Dimension
from sopdesk.accounts.models import Site, Team
from sopdesk.documents.models import Document

if TYPE_CHECKING:
    from metrics.dashboards.filters import DashboardFilter

# The choice of the filter that a value of a dimension is, where it has another name.
PARAMS: Final = {"vendor": "site", "agent": ""}


@dataclass(frozen=True)
class Name:
    """`key`: the value of the dimension; `param` and `value`: the choice of the filter that it is, "" for none."""

    key: str
    text: str
    note: str = ""
    param: str = ""
    value: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text} · {self.note}" if self.note else self.text


def names(chosen: DashboardFilter, by: Dimension, keys: Iterable[str]) -> dict[str, Name]:
    """The names of these values, by value. At most one query."""
    tell = {"team": _teams, "site": _sites, "vendor": _vendors, "sop": _sops}.get(by.key)
    told = tell(chosen, [*keys]) if tell else {key: (key, "") for key in keys}
    param = PARAMS.get(by.key, by.key)
    sources = {name: pk for pk, name in chosen.offered("source")} if by.key == "source" else {}
    nothing = _("nobody named") if by.key in {"team", "agent"} else _("none")
    return {
        key: Name(key, text or nothing, note, param if key else "", str(sources.get(key, key)))
        for key, (text, note) in told.items()
    }


def _teams(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    found = Team.objects.filter(slug__in=keys).select_related("site")
    teams = {team.slug: (team.name, _place(team.site)) for team in found}
    return {key: teams.get(key, (key, _("not one of our teams"))) for key in keys}


def _sites(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    found = {
        site.slug: (site.name, str(site.get_kind_display())) for site in Site.objects.filter(slug__in=keys)
    }
    return {key: found.get(key, (_("no site"), "")) for key in keys}


def _vendors(_chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    words = {"in_house": _("In-house"), "vendor": _("Vendors")}
    return {key: (words.get(key, _("no site")), "") for key in keys}


def _sops(chosen: DashboardFilter, keys: list[str]) -> dict[str, tuple[str, str]]:
    visible = Document.objects.visible_to(chosen.viewer).filter(kind="sop", key__in=keys).with_title()
    titles = dict(visible.order_by().values_list("key", "current_title"))  # type: ignore[misc]  # annotated
    return {key: (f"{key} {titles.get(key) or ''}".strip(), "") for key in keys}


def _place(site: Site) -> str:
    return _("%(site)s, vendor") % {"site": site.name} if site.kind == Site.Kind.VENDOR else site.name
