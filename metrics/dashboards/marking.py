"""Publications of SOPs on the charts: which came in force in these days, as far as the viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet, Window
from django.utils import timezone

from metrics import aliases
from metrics.dashboards.drawing import nearest
from sopdesk.documents.models import Version
from sopdesk.postgres.worded import worded
from sopdesk.text.reversing import address

if TYPE_CHECKING:
    from metrics.filters import Period
    from sopdesk.accounts.models import User

SHOWN: Final = 60


@dataclass(frozen=True)
class Mark:
    """A version of an SOP that came in force: `day` in the reporting zone."""

    day: date
    at: datetime
    key: str
    title: str
    number: int
    summary: str
    material: bool
    url: str


@dataclass(frozen=True)
class Marks:
    """Those that are shown, oldest first, and how many there are."""

    shown: list[Mark]
    total: int

    @property
    def left_out(self) -> int:
        return self.total - len(self.shown)


def marks(viewer: User, period: Period, *, label: str = "", sop: str = "") -> Marks:
    """The newest, editorial ones left out before material ones; of one label, of the SOPs that govern it; of one SOP,
    its own. One query."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    first = datetime.combine(period.first, time(0), zone)
    after = datetime.combine(period.last + timedelta(days=1), time(0), zone)
    labels = tuple(aliases.names().of_one(label)) if label else ()
    rows = [*_newest(viewer, timezone.now(), first, after, labels, sop)]
    found = sorted((_mark(row[:-1], zone) for row in rows), key=lambda mark: (mark.at, mark.key))
    return Marks(found, rows[0][-1] if rows else 0)


@worded
def _newest(
    viewer: User, now: datetime, first: datetime, after: datetime, labels: tuple[str, ...], sop: str
) -> QuerySet[Version, tuple[Any, ...]]:
    versions = Version.objects.visible_to(viewer, now).filter(
        document__kind="sop", in_force__startswith__gte=first, in_force__startswith__lt=after
    )
    if labels:
        versions = versions.filter(data__labels__has_any_keys=labels)
    if sop:
        versions = versions.filter(document__key=sop)
    columns = ("in_force__startswith", "document__key", "title", "number", "summary", "material", "total")
    counted = versions.annotate(total=Window(Count("pk")))
    return counted.order_by("-material", "-in_force__startswith").values_list(*columns)[:SHOWN]


def _mark(row: tuple[Any, ...], zone: ZoneInfo) -> Mark:
    at: datetime
    at, key, title, number, summary, material = row
    url = address("sops:version", key, number)
    return Mark(at.astimezone(zone).date(), at, key, title, number, summary, material, url)


def drawn(found: Sequence[Mark], days: Sequence[date]) -> list[dict[str, str]]:
    """The marks as the chart takes them: one a point, with all the names that lie in it."""
    names: dict[date, list[str]] = {}
    for mark in found:
        point = nearest(mark.day, days)
        if point is not None:
            names.setdefault(point, []).append(f"{mark.key} v{mark.number}")
    return [{"x": day.isoformat(), "name": ", ".join(there)} for day, there in sorted(names.items())]
