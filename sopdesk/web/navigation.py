"""The left rail: what stands in it, who sees it, and which item is the current one."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.text import reversing


@dataclass(frozen=True)
class Place:
    """One item of the rail. `permission` None shows it to everybody signed in; `also` are more spaces it stands for."""

    name: str
    label: str | Promise
    icon: str
    permission: Permission | None = None
    also: tuple[str, ...] = ()
    on_phone: bool = False


@dataclass(frozen=True)
class Item:
    """A place this person may go to, with its address."""

    place: Place
    url: str
    current: bool


RAIL = (
    Place("desk", _("Desk"), "home", on_phone=True),
    Place(
        "readership:own",
        _("Must-read"),
        "checklist",
        Permission.DOCUMENT_READ_INTERNAL,
        on_phone=True,
    ),
    Place("sops:list", _("SOPs"), "list-check", Permission.DOCUMENT_READ_INTERNAL, ("sops",), on_phone=True),
    Place("knowledgebase:list", _("Knowledge"), "book-2", Permission.DOCUMENT_READ_INTERNAL),
    Place("macros:list", _("Macros"), "message-2", Permission.DOCUMENT_READ_INTERNAL, on_phone=True),
    Place("macros:label_list", _("Labels"), "tags", Permission.DOCUMENT_READ_INTERNAL),
    Place("changes:list", _("Changes"), "git-pull-request", Permission.CHANGE_READ, ("changes",)),
    Place("readership:report", _("Readiness"), "chart-bar", Permission.READERSHIP_READ),
    Place("compliance:frameworks", _("Compliance"), "scale", Permission.COMPLIANCE_READ, ("compliance",)),
    Place("metrics:dashboard", _("Metrics"), "chart-line", Permission.METRICS_READ),
    Place("privacy:retention", _("Privacy"), "shield-lock", Permission.PRIVACY_EDIT),
    Place("metrics:import_list", _("Imports"), "file-import", Permission.TICKETS_IMPORT),
    Place("accounts:people", _("People"), "users", Permission.PEOPLE_READ, ("accounts",)),
    Place("audit:list", _("Audit"), "history", Permission.AUDIT_READ, ("audit",)),
)


def address(name: str) -> str | None:
    """Where a named page is; None while it has no address."""
    try:
        return reversing.address(name)
    except NoReverseMatch:
        return None


def rail_of(request: HttpRequest) -> list[Item]:
    """The places this person may go to, in the order of the rail."""
    items = []
    for place in RAIL:
        url = address(place.name)
        if url is None or (place.permission is not None and not allows(request.user, place.permission)):
            continue
        items.append(Item(place, url, _is_current(request, place, url)))
    # Of a place within another one (/metrics/privacy) the inner is where one is.
    inner = max((item.url for item in items if item.current), key=len, default="")
    return [replace(item, current=item.url == inner) for item in items]


def _is_current(request: HttpRequest, place: Place, url: str) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    if match.view_name == place.name or match.namespace in place.also:
        return True
    return url != address("desk") and request.path.startswith(f"{url}/")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: the rail, where to search, the theme, and whether somebody is signed in."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "rail": rail_of(request) if signed_in else [],
        "search_url": address("search:page"),
        "help_center_url": address("knowledgebase:home"),
        "theme": theme_of(request),
    }


THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """The theme this browser chose; `auto` follows its system, and is what an unknown value means."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"
