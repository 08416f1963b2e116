"""On which day each team began to work by a change, as far as somebody said so; else it began with the publication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Max

from metrics.effects.models import Card, TeamStart

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

Days = dict[str, date]
"""The day of each team that has one of its own, by short name."""


def of_change(change_id: int) -> Days:
    """What holds now. One query."""
    return said(change_id).get(change_id, {})


def said(*change_ids: int) -> dict[int, Days]:
    """Of every change of which a team's day was ever said (or of these alone): what holds now. One query."""
    rows = TeamStart.objects.holding()
    found: dict[int, Days] = defaultdict(dict)
    chosen = rows.filter(change__in=change_ids) if change_ids else rows
    for change_id, slug, day in chosen.values_list("change_id", "team__slug", "day"):
        found[change_id].update({slug: day} if day else {})
    return dict(found)


def newest(*change_ids: int) -> dict[int, int]:
    """The number of what was said last of each change. One query."""
    rows = TeamStart.objects.filter(change__in=change_ids).order_by().values_list("change_id")
    return dict(rows.annotate(newest=Max("pk")))


def who_said_last(change_id: int, teams: Iterable[str]) -> User | None:
    """Whoever said a day of one of these teams last."""
    rows = TeamStart.objects.filter(change=change_id, team__slug__in=list(teams)).select_related("set_by")
    last = rows.order_by("pk").last()
    return last.set_by if last else None


def as_kept(days: Mapping[str, date], teams: Iterable[str]) -> dict[str, str]:
    """As a card of these teams keeps it."""
    return {slug: days[slug].isoformat() for slug in sorted(teams) if slug in days}


def is_of_now(card: Card, days: Mapping[str, date]) -> bool:
    """Whether the card was worked out with the days that hold now."""
    return card.began == as_kept(days, card.teams)


def last_of(day: date, days: Mapping[str, date], teams: Iterable[str]) -> date:
    """The day on which the last of these teams began; `day` is that of the publication."""
    return max([day, *(days[slug] for slug in teams if slug in days)])
