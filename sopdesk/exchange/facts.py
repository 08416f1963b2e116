"""What stands beside a text on paper: key, version, dates, owner, signatures, in the reader's language and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document, Version
from sopdesk.documents.signing import signatures

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Signed:
    """A signature in words."""

    name: str
    at: str
    words: str


@dataclass(frozen=True)
class Facts:
    """One version of a document, ready to be written down for one reader."""

    document: Document
    version: Version
    kind: Kind
    lines: list[tuple[str, str]]
    signed: list[Signed]
    made: str
    warning: str
    """That it is not the version in force; "" for the one that is."""

    @property
    def version_name(self) -> str:
        return f"v{self.version.number}"

    @property
    def signatures_title(self) -> str:
        return _("Signatures")

    @property
    def no_signatures(self) -> str:
        return _("Nobody signed this version at this desk.")


def facts(document: Document, version: Version, *, viewer: User) -> Facts:
    """The facts of a version, its times in the viewer's zone."""
    zone = ZoneInfo(viewer.time_zone)
    now = timezone.now()
    standing = version.standing_at(now)
    since, until = version.since, version.until
    lines = [
        (_("Version"), f"v{version.number}"),
        (_("In force from"), when(since, zone) if since else _("never")),
        (_("In force until"), when(until, zone) if until else _("further notice")),
        (_("Owner"), document.owner.name),
        (_("Next review"), date_format(document.review_by, "j F Y") if document.review_by else _("not set")),
        (_("For"), _audience(version)),
    ]
    warnings = {
        "superseded": _("Superseded: this version is no longer in force."),
        "scheduled": _("Not in force yet."),
        "never": _("This version never came in force."),
    }
    return Facts(
        document=document,
        version=version,
        kind=kind_of(document.kind),
        lines=lines,
        signed=_signed(version, zone),
        made=when(now, zone),
        warning=warnings.get(standing, ""),
    )


def when(moment: datetime, zone: ZoneInfo) -> str:
    """A time with its zone, as it is read on paper."""
    local = moment.astimezone(zone)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


def _audience(version: Version) -> str:
    said = str(version.get_audience_display())
    return f"{said}: {', '.join(sorted(version.audience_teams))}" if version.audience_teams else said


def _signed(version: Version, zone: ZoneInfo) -> list[Signed]:
    found: list[Signed] = []
    for each in signatures(version):
        said = [each.meaning or _("Approved")]
        if each.functions:
            said.append(_("for %(functions)s") % {"functions": ", ".join(each.functions)})
        if each.signed_with:
            said.append(_("signed by %(proof)s") % {"proof": each.signed_with})
        found.append(Signed(each.name, when(each.at, zone), " · ".join(said)))
    return found
