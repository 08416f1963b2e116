"""What else of the SOPs of a card's labels came in force in the weeks that its charts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from metrics import aliases
from metrics.effects.windows import LOOKS, WEEK, WEEKS_MAX, day_of
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from metrics.effects.models import Card
    from sopdesk.accounts.models import User

MOST: Final = 20


@dataclass(frozen=True)
class Published:
    """A version that came in force on a day; not the card's own."""

    version: Version
    day: date

    @property
    def name(self) -> str:
        return f"{self.version.document.key} v{self.version.number}"


def beside(card: Card, viewer: User) -> list[Published]:
    """As far as the viewer may read it, the oldest first. One query; none where weeks are counted from each team's own
    day, which no publication has."""
    if card.began:
        return []
    zone, labels = ZoneInfo(settings.REPORTING_TIME_ZONE), sorted(aliases.names().spelled(card.labels))
    first = datetime.combine(card.day - WEEKS_MAX * WEEK, time(0), zone)
    after = datetime.combine(card.day + LOOKS[-1] * WEEK, time(0), zone)
    found = Version.objects.visible_to(viewer).filter(
        document__kind="sop", data__labels__has_any_keys=labels,
        in_force__startswith__gte=first, in_force__startswith__lt=after,
    )  # fmt: skip
    rows = (
        found.exclude(change=card.change_id).select_related("document").order_by("in_force__startswith", "pk")
    )
    columns = ("number", "title", "in_force", "document")
    return [Published(row, day_of(row.in_force.lower)) for row in rows.only(*columns)[:MOST]]
