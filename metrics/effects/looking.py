"""Which looks are due, and taking one: a card over all sites and one for each site, worked out by a job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone

from metrics.effects import coming_late, starts
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


@dataclass(frozen=True)
class Due:
    """A look to be taken of a version; `why` tells one taking of it from another."""

    version_id: int
    look: int
    why: str = ""


def submit_due() -> int:
    """Submit a job for each look whose day has come and of which there is no card. Returns how many are due."""
    found = due()
    for each in found:
        submit(each)
    return len(found)


def due() -> list[Due]:
    """The looks to take now, the oldest change first: their tickets are there, or late by a week; and those that were
    taken without many that are there by now."""
    days = known()
    if days is None:
        return []
    zone, today = ZoneInfo(settings.REPORTING_TIME_ZONE), timezone.localdate()
    since = datetime.combine(days.first + WEEK, time(0), zone)
    made = set(Card.objects.filter(asked_by=None, site=None).values_list("version", "look"))
    dated = starts.said()
    again = set(Card.objects.filter(change__in=dated).values_list("version", flat=True)) if dated else set()
    fresh = [
        Due(subject.version.pk, look, f"{today}" if subject.version.change_id in dated else "")
        for subject in subjects(since, timezone.now())
        for look in LOOKS
        if (subject.version.pk, look) not in made and has_come(due_on(subject.day, look), days, today)
    ]
    late = [
        Due(version, look, f" {now.tickets}-{now.answers}") for version, look, now in coming_late.due(today)
    ]
    return [each for each in fresh if each.version_id not in again] + outdated(dated, days) + late


def outdated(dated: Mapping[int, starts.Days], days: Known) -> list[Due]:
    """Looks at changes of which days of teams were said: those that no card holds with the days that hold now, as soon
    as the team of the card that began last has its weeks. Each site waits for its own teams, all sites for all.

    The job may find a team that no card names and whose weeks are still to come, and make no card: it is another one
    each day until there is a card."""
    cards = Card.objects.filter(change__in=dated).of_each_look()
    columns = ("change_id", "version_id", "site_id", "look", "day", "teams", "began")
    by_version: dict[int, list[Card]] = defaultdict(list)
    for card in cards.only(*columns):
        by_version[card.version_id].append(card)
    newest, today = starts.newest(*dated), timezone.localdate()
    found = []
    for version_id, made in sorted(by_version.items()):
        holding = dated[made[0].change_id]
        for look in LOOKS:
            sites = [
                str(site) for site, of_site in _by_site(made) if _is_wanting(of_site, look, holding, days)
            ]
            if sites:
                found.append(Due(version_id, look, f"{newest[made[0].change_id]} {sites} {today}"))
    return found


def _by_site(cards: Iterable[Card]) -> Iterable[tuple[int | None, list[Card]]]:
    found: dict[int | None, list[Card]] = defaultdict(list)
    for card in cards:
        found[card.site_id].append(card)
    return found.items()


def _is_wanting(cards: Sequence[Card], look: int, holding: starts.Days, days: Known) -> bool:
    """Whether a site's look has to be taken, and can be."""
    made = next((card for card in cards if card.look == look), None)
    if made is not None and starts.is_of_now(made, holding):
        return False
    teams = {slug for card in cards for slug in card.teams}
    last = starts.last_of(cards[0].day, holding, teams)
    return has_come(due_on(last, look), days, timezone.localdate())


def has_come(day: date, days: Known, today: date) -> bool:
    """Whether all tickets before this day are there, or late by a week."""
    return day <= days.until or day + PATIENCE <= today


def submit(due: Due, *, asked: tuple[User, int] | None = None, waits: User | None = None) -> Job:
    """The job of one look; `asked` is (the person who asked for it anew, the newest card there was). Whoever `waits`
    for it without having asked is not named on the card."""
    person, newest = asked or (None, "")
    said = f"{due.version_id}/{due.look}/{newest}{due.why}"
    payload = {"version": due.version_id, "look": due.look, "asked_by": person and person.pk}
    key = sha256(said.encode()).hexdigest()
    return submitting.submit(KIND, key=key, payload=payload, actor=person or waits)
