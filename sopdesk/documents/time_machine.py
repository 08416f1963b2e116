"""What was in force at a time: reading the time out of an address, and finding the version and its neighbours.

An address says `?at=2026-03-01T12:00Z`, or a date alone, which means its first minute, or a time in a zone that is
named beside it. What is still to come is shown only to those who see scheduled versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext as _

from sopdesk.accounts.models import Site
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.accounts.zones import zone_names
from sopdesk.documents.models import Document, Retirement, Version

if TYPE_CHECKING:
    from datetime import tzinfo

    from sopdesk.accounts.models import User
    from sopdesk.documents.querysets import VersionQuerySet

YEARS = range(1970, 2200)
"""Nothing that a desk writes was in force outside them, and no zone is known there."""
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(?P<zone>Z|[+ -]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)


class MomentRefused(Exception):
    """The address names no time that can be shown; the message says why, for the person."""


class Standing(StrEnum):
    """What there was at a time."""

    IN_FORCE = "in_force"
    BEFORE_FIRST = "before_first"
    RETIRED = "retired"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Past:
    """A document at a time, as far as one person may see it.

    `version` is None unless the standing is IN_FORCE. `before` and `after` are the versions a step earlier and later;
    `today` is the one in force now. `retirement` says what ended it, when it was retired at that time.
    """

    at: datetime
    standing: Standing
    version: Version | None
    before: Version | None
    after: Version | None
    today: Version | None
    retirement: Retirement | None = None
    is_coming: bool = False


def read_moment(text: str, zone: tzinfo) -> datetime:
    """The instant that an address names, in `zone` unless it carries its own. Raises MomentRefused."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise MomentRefused(
            _("“%(text)s” is not a date and time. Write it as 2026-03-01T12:00Z.") % {"text": text[:40]}
        )
    try:
        wall = datetime.fromisoformat(f"{match['day']}T{match['clock'] or '00:00'}")
        own = _offset(match["zone"])
    except ValueError as error:
        raise MomentRefused(_("There is no such day or time: %(text)s.") % {"text": text[:40]}) from error
    if wall.year not in YEARS:
        raise MomentRefused(
            _("Choose a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]}
        )
    moment = wall.replace(tzinfo=own or zone)
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != wall:
        raise MomentRefused(_("The clocks were put forward then: this time does not exist. Choose another."))
    return moment


def read_zone(name: str, default: tzinfo) -> tzinfo:
    """The zone that an address names, or the viewer's. Raises MomentRefused for one that is none."""
    if not name:
        return default
    if name not in zone_names():
        raise MomentRefused(
            _("“%(zone)s” is not a time zone. Use a name such as Europe/Dublin.") % {"zone": name[:40]}
        )
    return ZoneInfo(name)


def offered_zones(*names: str) -> list[str]:
    """The zones worth choosing from: those asked for, those of the sites, and UTC. One query."""
    sites = Site.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return sorted({name for name in names if name in zone_names()} | set(sites) | {"UTC"})


def look(document: Document, at: datetime, *, viewer: User, now: datetime) -> Past | None:
    """The document as it was at that time; None when it was in force in a version that the viewer may not read.

    Raises MomentRefused for a time to come, unless the viewer sees what is scheduled.
    """
    if at > now and not allows(viewer, Permission.DOCUMENT_READ_ALL):
        raise MomentRefused(
            _("This time is still to come. What is in force then is known only when it comes.")
        )
    seen = document.versions.visible_to(viewer).filter(in_force__isempty=False)
    version = seen.in_force(at).select_related("published_by").first()
    if version is None and document.versions.in_force(at).exists():
        return None
    before, after, today = _neighbours(seen, version.since if version and version.since else at, now)
    retirement = None if version else _retirement(document, at)
    return Past(
        at, _standing(version, before, after, retirement), version, before, after, today, retirement, at > now
    )


def address(moment: datetime) -> str:
    """The moment as an address says it: `at=2026-03-01T12:00Z`, as short as it can be."""
    utc = moment.astimezone(UTC)
    exact = "microseconds" if utc.microsecond else "seconds" if utc.second else "minutes"
    return urlencode({"at": utc.replace(tzinfo=None).isoformat(timespec=exact) + "Z"}, safe=":")


def plain_moment(version: Version) -> datetime | None:
    """A moment at which the version was in force, on a full minute or second where it lasted that long."""
    since = version.since
    if since is None:
        return None
    for unit in (timedelta(minutes=1), timedelta(seconds=1)):
        rounded = since + (datetime.min.replace(tzinfo=UTC) - since) % unit
        if version.until is None or rounded < version.until:
            return rounded
    return since


def _offset(text: str | None) -> tzinfo | None:
    """`Z`, `+01:00`, `+0100` or `+01`; in an address a plus may have become a space. Raises ValueError."""
    if not text:
        return None
    if text in "Zz":
        return UTC
    sign, digits = text[0], text[1:].replace(":", "").ljust(4, "0")
    return datetime.strptime(f"{'-' if sign == '-' else '+'}{digits}", "%z").tzinfo


def _neighbours(
    seen: VersionQuerySet, since: datetime, now: datetime
) -> tuple[Version | None, Version | None, Version | None]:
    """The versions a step before and after, and the one in force now; their texts stay where they are."""
    light = seen.defer("html", "plain", "body", "sections")
    before = light.filter(in_force__startswith__lt=since).order_by("-in_force__startswith").first()
    after = light.filter(in_force__startswith__gt=since).order_by("in_force__startswith").first()
    return before, after, light.in_force(now).first()


def _retirement(document: Document, at: datetime) -> Retirement | None:
    """The last retirement that had taken effect by then."""
    retired = Retirement.objects.filter(document=document, at__lte=at)
    return retired.select_related("superseded_by").order_by("-at", "-pk").first()


def _standing(
    version: models.Model | None,
    before: models.Model | None,
    after: models.Model | None,
    retirement: models.Model | None,
) -> Standing:
    if version is not None:
        return Standing.IN_FORCE
    if retirement is not None:
        return Standing.RETIRED
    return Standing.BEFORE_FIRST if before is None and after is not None else Standing.NOTHING
