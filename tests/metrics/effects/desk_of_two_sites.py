"""Ten weeks of tickets of two sites, one change of an SOP, and every look at it that was due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from metrics.effects import looking, tasks
from metrics.effects.models import Card
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests import factories
from tests.metrics.bringing import bring

DUBLIN = ZoneInfo("Europe/Dublin")
SINCE = datetime(2026, 6, 15, 9, tzinfo=DUBLIN)
FIRST, LAST = date(2026, 5, 10), date(2026, 7, 25)
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,rating,rating_scale,rated_at,"
    "active_s,reopen_count\n"
)


def tickets(team: str) -> str:
    """Twelve tickets a day: six to be refunded, handled in half the time from the change on; six others as ever."""
    lines = []
    for number in range((LAST - FIRST).days * 12):
        day, label = FIRST + timedelta(days=number // 12), ("refund-request", "other")[number % 2]
        faster = label == "refund-request" and day >= SINCE.date()
        handled = (300 + 17 * (number % 13)) // (2 if faster else 1)
        lines.append(
            f"{team}{number},solved,{day}T10:00Z,{day}T12:00Z,{day}T12:00Z,{team},{label},"
            f"{'bad' if number % 5 == 0 else 'good'},good_bad,{day}T13:00Z,{handled},{number % 9 == 0:d}\n"
        )
    return "".join(lines)


def look_at() -> None:
    """Sites, teams, tickets, two versions of SOP-0001, and the cards of the second."""
    dublin = factories.site("Dublin")
    harbor = factories.site("Harbor", kind="vendor", time_zone="Asia/Manila")
    own = factories.team("Payments", at=dublin)
    vendors = factories.team("Harbor Payments", at=harbor)
    factories.team("Policy", at=dublin)
    author = factories.user("An Author", "author", team=own)
    reviewer = factories.user("A Reviewer", "reviewer", team=own, functions=["product", "operations"])
    bring(HEAD + tickets(own.slug) + tickets(vendors.slug))
    with connection.cursor() as cursor:  # by itself Postgres counts only what was committed
        cursor.execute("ANALYZE")
    versions = [
        factories.past(author, reviewer, since=since, data={"labels": ["refund-request"]})
        for since in (datetime(2025, 9, 1, tzinfo=DUBLIN), SINCE)
    ]
    factories.published("sop", "SOP-0001", author=author, reviewer=reviewer, versions=versions)
    tasks.look()
    work()


def work() -> None:
    for job in Job.objects.filter(kind=looking.KIND).unfinished():
        while running.run(job.pk):
            pass


def reading(card: Card, key: str) -> dict[str, Any]:
    return next(each for each in card.readings if each["key"] == key)


def of(cards: list[Card], site: str | None, look: int = 8) -> Card:
    return next(c for c in cards if c.look == look and (c.site and c.site.slug) == site)
