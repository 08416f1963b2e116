"""What a card's page tells of the teams' own days: by which it was worked out, which hold now, what they changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from metrics.effects import dating, looking, published, showing, starts
from metrics.effects.forms import PREFIX, DaysForm
from metrics.effects.models import Card, TeamStart
from metrics.effects.showing import Shown
from metrics.effects.suggesting import suggestions
from metrics.effects.windows import WEEK, due_on
from sopdesk.accounts.models import Team
from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User


def about(card: Card, looks: Sequence[Card], viewer: User) -> dict[str, Any]:
    """Context of its page; `looks` are the cards of the same version that the viewer may see."""
    earlier, also = earlier_of(card, looks), published.beside(card, viewer)
    return {
        "card": card,
        "card_id": str(card.pk),
        "readings": showing.readings(card, also),
        "published": also,
        "beside": showing.beside(card, viewer),
        "span": showing.span_of(card),
        "teams": teams(card, viewer),
        "earlier": earlier,
        "came_late": came_late(card, looks),
        "versus": versus(card, earlier) if earlier else [],
        "looks": looks,
        "may_ask": allows(viewer, Permission.EFFECTS_RECOMPUTE),
        "may_date": allows(viewer, Permission.EFFECTS_DATE) and bool(card.teams),
        "may_see_change": allows(viewer, Permission.CHANGE_READ),
    }


def form_of(card: Card, viewer: User, typed: QueryDict | None, *, suggest: bool = False) -> DaysForm | None:
    """Where this person says when teams began, with what holds now. `suggest`: suggested days stand where none holds.
    None where there is no team of which they may say it."""
    mine = list(dating.datable(card, viewer))
    if not mine:
        return None
    own, known = starts.of_change(card.change_id), looking.known()
    suggested = {
        slug: each
        for slug, each in suggestions(card, viewer).items()
        if not dating.problem(card, each.day, known)
    }
    guessed = {slug: each.day for slug, each in suggested.items()} if suggest else {}
    begins = {PREFIX + slug: day for slug, day in {**guessed, **own}.items()}
    number = {"seen": dating.seen(card, viewer)}
    return DaysForm(typed, card=card, teams=mine, suggested=suggested, initial={**begins, **number})


@dataclass(frozen=True)
class TeamDay:
    """A team, the day that the card took for its first, and the days it was compared on; `said` holds now, if anybody
    said so. `is_own`: the day is not that of the publication. `now`: the day that holds now, where it is another."""

    team: Team
    day: date
    is_own: bool
    said: TeamStart | None
    now: date | None
    before: tuple[date, date] | None
    after: tuple[date, date] | None


@dataclass(frozen=True)
class Teams:
    """`rows`: empty where no team has a day of its own. `is_outdated`: other days hold now; the look is taken anew on
    `again_on`, None where that day has come."""

    rows: list[TeamDay]
    is_outdated: bool
    again_on: date | None


def teams(card: Card, viewer: User) -> Teams:
    """Two queries at most."""
    holding = TeamStart.objects.visible_to(viewer).filter(change=card.change_id).holding()
    said = {row.team.slug: row for row in holding.select_related("team", "set_by")}
    own = {slug: said[slug] for slug in card.teams if slug in said and said[slug].day}
    now = {slug: row.day.isoformat() for slug, row in own.items() if row.day}
    last = due_on(max([card.day, *(row.day for row in own.values() if row.day)]), card.look)
    outdated = now != card.began
    rows = _rows(card, said) if now or card.began else []
    return Teams(rows, outdated, last if outdated and last > timezone.localdate() else None)


def _rows(card: Card, said: dict[str, TeamStart]) -> list[TeamDay]:
    found, day = [], timedelta(days=1)
    weeks = max((data["weeks"] for data in card.readings), default=0)
    for team in Team.objects.filter(slug__in=card.teams).select_related("site"):
        own = parse_date(card.began.get(team.slug, ""))
        begins = own or card.day
        before = (begins - weeks * WEEK, begins - day) if weeks else None
        after = (begins + WEEK, begins + (weeks + 1) * WEEK - day) if weeks else None
        row = said.get(team.slug)
        now = (row and row.day) or card.day
        found.append(
            TeamDay(team, begins, own is not None, row, None if now == begins else now, before, after)
        )
    return sorted(found, key=lambda row: (row.day, row.team.site.name, row.team.name))


@dataclass(frozen=True)
class Versus:
    """A figure with the days of an earlier card and with those of this one."""

    earlier: Shown
    now: Shown


def came_late(card: Card, looks: Sequence[Card]) -> bool:
    """Whether it was taken anew by itself: tickets of its weeks came after the card before it."""
    same = [
        each
        for each in looks
        if (each.site_id, each.look, each.began) == (card.site_id, card.look, card.began)
    ]
    return card.asked_by_id is None and any(each.pk < card.pk for each in same)


def earlier_of(card: Card, looks: Sequence[Card]) -> Card | None:
    """The newest card of the same look before this one that was worked out with other days."""
    same = [each for each in looks if (each.site_id, each.look) == (card.site_id, card.look)]
    others = [each for each in same if each.pk < card.pk and each.began != card.began]
    return max(others, key=lambda each: each.pk, default=None)


def versus(card: Card, earlier: Card) -> list[Versus]:
    """Each figure that both of them measured."""
    old = {reading.data["key"]: reading for reading in showing.readings(earlier)}
    return [
        Versus(old[now.data["key"]], now)
        for now in showing.readings(card)
        if now.data["key"] in old and (now.is_measured or old[now.data["key"]].is_measured)
    ]
