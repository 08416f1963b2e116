"""Moments as letters say them: in the zone of whoever gets them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import formats

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def moment(value: datetime | None, person: User) -> str:
    """ "1 Oct 2026, 09:00 (Dublin)" """
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(person.time_zone))
    city = person.time_zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{formats.date_format(local, 'j M Y, H:i')} ({city})"


def day(value: date) -> str:
    """ "1 Oct 2026" """
    return formats.date_format(value, "j M Y")
