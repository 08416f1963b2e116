"""Days as review dates count them: by the reporting zone's calendar, whoever acts and wherever they sit."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def zone() -> ZoneInfo:
    """The zone in which days begin and end for the whole desk."""
    return ZoneInfo(settings.REPORTING_TIME_ZONE)


def day_of(moment: datetime) -> date:
    return timezone.localdate(moment, zone())
