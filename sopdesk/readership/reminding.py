"""Reminders: two days before a must-read is due, on the day, and weekly when it is overdue; leads hear of their team.

One letter a day and person at most, by day in their own zone. Days that were missed are made up for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.accounts.permissions import Role
from sopdesk.letters.linking import absolute
from sopdesk.letters.posting import post
from sopdesk.readership import persons
from sopdesk.readership.models import MustRead, Receipt, Reminded
from sopdesk.readership.people import in_audience, readers
from sopdesk.readership.wording import day as in_words

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

FROM_HOUR, UNTIL_HOUR = 7, 20
BEFORE = timedelta(days=2)
MADE_UP = timedelta(days=4)
AT_ONCE, CHUNK = 1000, 250
NAMED = 10
"""How many documents a letter names."""


@dataclass
class Waiting:
    """What somebody has not read, and for a lead how many of the team have not, by must-read."""

    own: list[MustRead] = field(default_factory=list)
    team: Counter[MustRead] = field(default_factory=Counter)


def remind_all(now: datetime | None = None) -> int:
    """Write to everybody who is to be reminded now. Returns how many letters were posted."""
    now = now or timezone.now()
    rows = list(MustRead.objects.live(now).select_related("document", "change").order_by("due_on", "pk"))
    stirring = [row for row in rows if _stirs(row, now.date() - MADE_UP, now.date() + timedelta(days=1))]
    if not stirring:
        return 0
    waiting = _waiting(stirring)
    last = dict(Reminded.objects.order_by().values_list("reader").annotate(day=Max("day")))
    people = readers().filter(pk__in=waiting).select_related("team__site").order_by("pk")
    sent = 0
    for chunk in _chunks(people.iterator(chunk_size=CHUNK)):
        unread = persons.unread(chunk, rows)
        for person in chunk:
            sent += remind(person, waiting[person.pk], unread[person.pk], last.get(person.pk), now)
        if sent >= AT_ONCE:
            break
    return sent


def remind(
    person: User, waiting: Waiting, mine: Sequence[MustRead], last: date | None, now: datetime
) -> bool:
    """Write to one person if today is a day for it and nobody did; `mine` is all that they have not read.

    Returns whether a letter was posted.
    """
    local = now.astimezone(ZoneInfo(person.time_zone))
    day = local.date()
    since = max(last or date.min, day - MADE_UP)
    own = any(_stirs(row, since, day) for row in waiting.own)
    team = {row: n for row, n in waiting.team.items() if row.due_on <= day and _stirs(row, since, day)}
    if not FROM_HOUR <= local.hour < UNTIL_HOUR or not (own or team):
        return False
    with transaction.atomic():
        _row, new = Reminded.objects.get_or_create(reader=person, day=day)
        if not new:
            return False
        body = "\n\n".join(part for part in (_own_words(mine, day), _team_words(team), _way_there()) if part)
        post(to=person, subject=_subject(mine, day, team), body=body, key=f"must-read:{person.pk}:{day}")
    return True


def _chunks(people: Iterator[User]) -> Iterator[list[User]]:
    while chunk := list(islice(people, CHUNK)):
        yield chunk


def _stirs(row: MustRead, after: date, until: date) -> bool:
    """Whether any day after `after`, up to `until`, is one on which this must-read is a reason to write."""
    days = ((until - timedelta(days=n)) for n in range((until - after).days))
    return any(_is_reminding(day, row.due_on) for day in days)


def _is_reminding(day: date, due_on: date) -> bool:
    return day == due_on - BEFORE or (day >= due_on and (day - due_on).days % 7 == 0)


def _waiting(rows: Sequence[MustRead]) -> Mapping[int, Waiting]:
    """By reader, what they have not read of these; by lead, how many of the team have not."""
    found: dict[int, Waiting] = defaultdict(Waiting)
    leads: dict[int | None, list[int]] = defaultdict(list)
    for pk, team in (
        readers().filter(roles__contains=[Role.LEAD], team__isnull=False).values_list("pk", "team_id")
    ):
        leads[team].append(pk)
    for row in rows:
        receipts = Receipt.objects.filter(must_read=row, reader=OuterRef("pk"))
        asked = readers().filter(in_audience(row.now_audience, row.now_teams, row.due_on))  # type: ignore[attr-defined]
        for pk, team in asked.filter(~Exists(receipts)).values_list("pk", "team_id"):
            found[pk].own.append(row)
            for lead in leads[team]:
                found[lead].team[row] += lead != pk
    return found


def _subject(mine: Sequence[MustRead], day: date, team: Mapping[MustRead, int]) -> str:
    late = sum(row.due_on < day for row in mine)
    if late:
        return ngettext("%(n)d must-read is overdue", "%(n)d must-reads are overdue", late) % {"n": late}
    if mine:
        n = len(mine)
        return ngettext("%(n)d document to read", "%(n)d documents to read", n) % {"n": n}
    n = len(team)
    return ngettext("Your team: %(n)d must-read is due", "Your team: %(n)d must-reads are due", n) % {"n": n}


def _own_words(mine: Sequence[MustRead], day: date) -> str:
    if not mine:
        return ""
    minutes = sum(row.minutes for row in mine)
    head = ngettext(
        "You have %(n)d document to read (%(minutes)d min):",
        "You have %(n)d documents to read (%(minutes)d min):",
        len(mine),
    ) % {"n": len(mine), "minutes": minutes}
    return "\n".join([head, *(_line(row, day) for row in mine[:NAMED]), *_left_out(len(mine))])


def _line(row: MustRead, day: date) -> str:
    words = (
        _("- %(key)s %(title)s: overdue since %(due)s")
        if row.due_on < day
        else _("- %(key)s %(title)s: due %(due)s")
    )
    return words % {"key": row.document.key, "title": row.title, "due": in_words(row.due_on)}


def _left_out(n: int) -> Iterable[str]:
    if n > NAMED:
        yield _("- and %(n)d more") % {"n": n - NAMED}


def _team_words(team: Mapping[MustRead, int]) -> str:
    named = [(row, n) for row, n in team.items() if n]
    if not named:
        return ""
    words = _("- %(key)s, due %(due)s: %(n)d have not read it yet")
    told = [
        words % {"key": row.document.key, "due": in_words(row.due_on), "n": n} for row, n in named[:NAMED]
    ]
    there = absolute(reverse("readership:report"))
    return "\n".join([_("In your team:"), *told, *_left_out(len(named)), there])


def _way_there() -> str:
    return absolute(reverse("readership:own"))
