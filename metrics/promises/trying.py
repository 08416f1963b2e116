"""What a version of a policy would promise a ticket: which target holds, by whose hours, and until when.

The same rules as metrics/targets.py has in SQL; a test holds both to one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format

from metrics import calendars
from metrics.measured_by import seconds_in_words
from metrics.models import Calendar, SlaPolicy, SlaTarget
from metrics.promises.picturing import rank
from metrics.promises.words import who_in_words
from metrics.targets import names_of
from sopdesk.accounts.models import Team


@dataclass(frozen=True)
class Ticket:
    """What a policy asks of a ticket; words in lower case."""

    created_at: datetime
    labels: frozenset[str]
    team: Team | None
    channel: str
    priority: str


@dataclass(frozen=True)
class Promised:
    """One promise: the target that holds, in words, and what is due when the clock never pauses; "" is never."""

    metric: str
    target: SlaTarget
    who: str
    time: str
    calendar: Calendar
    due: str


def holding(policy: SlaPolicy, ticket: Ticket) -> dict[str, SlaTarget]:
    """The target of each promise that this policy makes to such a ticket. One query."""
    found: dict[str, SlaTarget] = {}
    for row in sorted(policy.targets.select_related("team"), key=lambda one: (*rank(one), one.pk)):
        if row.metric not in found and _fits(row, ticket):
            found[row.metric] = row
    return found


def _fits(row: SlaTarget, ticket: Ticket) -> bool:
    return (
        row.priority.lower() in ("", ticket.priority)
        and row.channel.lower() in ("", ticket.channel)
        and (not row.label or bool(names_of(row.label) & ticket.labels))
        and (row.team_id is None or (ticket.team is not None and row.team_id == ticket.team.pk))
    )


def hours_of(policy: SlaPolicy, ticket: Ticket) -> Calendar:
    """Those of the site of its team where the policy names some, else the policy's own. One query."""
    if ticket.team is None:
        return policy.calendar
    own = policy.site_hours.filter(site=ticket.team.site_id).select_related("calendar").first()
    return own.calendar if own else policy.calendar


def promised(policy: SlaPolicy, ticket: Ticket) -> list[Promised]:
    """All that it would be promised; a next reply is due from when the customer writes: as if that were then."""
    calendar = hours_of(policy, ticket)
    clock = calendars.clock_for(calendar, ticket.created_at.date() - timedelta(days=2), calendars.LAST_DAY)
    begins = int(ticket.created_at.astimezone(UTC).timestamp())
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    lines = []
    for row in holding(policy, ticket).values():
        ends = int(clock.at(begins)) + row.seconds
        is_reached = len(clock.opens) and ends <= int(clock.at(int(clock.closes[-1])))
        due = clock.due(ticket.created_at, row.seconds) if is_reached else None
        lines.append(
            Promised(
                str(row.get_metric_display()), row, who_in_words(row), seconds_in_words(row.seconds), calendar,
                date_format(due.astimezone(zone), "D j M Y, H:i") if due else "",
            )
        )  # fmt: skip
    return lines
