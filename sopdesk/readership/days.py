"""Days as due dates count them: by the reporting zone's calendar, one and the same for every site."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def zone() -> ZoneInfo:
    """The zone in which due dates begin and end."""
    return ZoneInfo(settings.REPORTING_TIME_ZONE)


def day_of(moment: datetime) -> date:
    return timezone.localdate(moment, zone())


def today() -> date:
    return day_of(timezone.now())


def joined_on(person: User) -> date:
    """The day on which somebody came: what was due before it is not asked of them."""
    return day_of(person.created_at)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(0), zone())
