"""Which looks are due, and taking one: a card over all sites and one for each site, worked out by a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone

from metrics.effects.models import Card
from metrics.effects.subjects import subjects
from metrics.effects.windows import LOOKS, WEEK, day_of, due_on
from metrics.models import Ticket
from sopdesk.jobs import submitting
from sopdesk.jobs.models import Job

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

KIND = "effects.look"
PATIENCE = timedelta(days=7)  # how long a look waits for tickets that come late


@dataclass(frozen=True)
class Known:
    """The days there are tickets of: the first one, and the one after the newest."""

    first: date
    until: date


def known() -> Known | None:
    """None while there are no tickets."""
    ends = Ticket.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    if ends["first"] is None:
        return None
    return Known(day_of(ends["first"]), min(day_of(ends["last"]), timezone.localdate()) + timedelta(days=1))


def submit_due() -> int:
    """Submit a job for each look whose day has come and of which there is no card. Returns how many are due."""
    found = due()
    for version_id, look in found:
        submit(version_id, look)
    return len(found)


def due() -> list[tuple[int, int]]:
    """(version, weeks) of the looks to take now, the oldest change first: its tickets are there, or late by a week."""
    days = known()
    if days is None:
        return []
    zone, today = ZoneInfo(settings.REPORTING_TIME_ZONE), timezone.localdate()
    since = datetime.combine(days.first + WEEK, time(0), zone)
    made = set(Card.objects.filter(asked_by=None, site=None).values_list("version", "look"))
    return [
        (subject.version.pk, look)
        for subject in subjects(since, timezone.now())
        for look in LOOKS
        if (subject.version.pk, look) not in made and _has_come(due_on(subject.day, look), days, today)
    ]


def _has_come(day: date, days: Known, today: date) -> bool:
    return day <= days.until or day + PATIENCE <= today


def submit(version_id: int, look: int, *, asked: tuple[User, int] | None = None) -> Job:
    """The job of one look; `asked` is (the person who asked for it anew, the newest card there was)."""
    person, newest = asked or (None, "")
    said = f"{version_id}/{look}/{newest}"
    payload = {"version": version_id, "look": look, "asked_by": person and person.pk}
    return submitting.submit(KIND, key=sha256(said.encode()).hexdigest(), payload=payload, actor=person)
