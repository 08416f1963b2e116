"""Whose tickets a card compares: its labels against its comparison group, in teams that may have days of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.utils.dateparse import parse_date

from metrics import aliases
from metrics.effects import starts
from metrics.effects.models import Card
from metrics.effects.subjects import Subject, Touch, subject_of, touches
from metrics.effects.windows import Windows, windows
from metrics.filters import Period, moments
from metrics.models import Ticket
from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

NO_TEAM: Final = 0


@dataclass(frozen=True)
class Group:
    """Whose tickets: with one of `labels`, against those with none of `avoided`; in these teams (0 is "no team").

    `later`: by how many days a team began later than the card's day; a team that is not named there began on it. Those
    that began together are a wave; `avoided_by` has the avoided labels of a wave where they are not all of `avoided`.
    """

    labels: Sequence[str]
    avoided: Sequence[str]
    teams: Sequence[int]
    later: Mapping[int, int] = field(default_factory=dict)
    avoided_by: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def waves(self) -> dict[int, list[int]]:
        """The teams that began so many days later."""
        found: dict[int, list[int]] = {}
        for team in self.teams:
            found.setdefault(self.later.get(team, 0), []).append(team)
        return found or {0: []}

    @property
    def delays(self) -> tuple[timedelta, timedelta]:
        """How much later than the card's day the first of its teams began, and the last."""
        return timedelta(days=min(self.waves)), timedelta(days=max(self.waves))

    def avoided_in(self, wave: int) -> Sequence[str]:
        return self.avoided_by.get(wave, self.avoided)


def of_subject(
    subject: Subject, span: Windows, teams: Mapping[int, str], own: starts.Days
) -> tuple[Group, list[Touch]]:
    """Each team by its own day; and the changes in force from the first to the last day."""
    spelled = aliases.names().spelled
    group = Group(sorted(spelled(subject.labels)), [], [*teams], _delays(teams, own, subject.day))
    meanwhile, by_wave = _touched(subject, span, group)
    named = {wave: sorted(spelled(avoided(subject, found))) for wave, found in by_wave.items()}
    return replace(group, avoided=sorted(spelled(avoided(subject, meanwhile))), avoided_by=named), meanwhile


def of_card(card: Card, viewer: User) -> Group:
    """The same out of what a card keeps; which of its labels a wave avoided, its versions tell, and they stay."""
    own = {slug: day for slug, said in card.began.items() if (day := parse_date(said))}
    spelled = aliases.names().spelled
    labels, kept = sorted(spelled(card.labels)), spelled(card.avoided)
    ours = Team.objects.filter(slug__in=card.teams).values_list("pk", "slug")
    teams = {**dict(ours), **_of_no_team(card, viewer, labels)}
    group = Group(labels, sorted(kept), [*teams], _delays(teams, own, card.day))
    subject = subject_of(card.version) if own else None
    if subject is None:
        return group
    _meanwhile, by_wave = _touched(subject, windows(card.day, card.look), group)
    named = {wave: sorted(kept & spelled(avoided(subject, found))) for wave, found in by_wave.items()}
    return replace(group, avoided_by=named)


def avoided(subject: Subject, meanwhile: Iterable[Touch]) -> list[str]:
    """Labels that keep a ticket out of the comparison group."""
    return sorted({*subject.of_change, *(label for touch in meanwhile for label in touch.labels)})


def _delays(teams: Mapping[int, str], own: starts.Days, day: date) -> dict[int, int]:
    return {team: (own[slug] - day).days for team, slug in teams.items() if slug in own}


def _touched(subject: Subject, span: Windows, group: Group) -> tuple[list[Touch], dict[int, list[Touch]]]:
    """Other changes from the first to the last day, and those of them in the days of each wave."""
    first, last = span.before[0], span.after[1]
    meanwhile = touches(subject, first + group.delays[0], last + group.delays[1])
    return meanwhile, {
        wave: [each for each in meanwhile if first <= each.day - timedelta(days=wave) <= last]
        for wave in group.waves
    }


def _of_no_team(card: Card, viewer: User, labels: list[str]) -> dict[int, str]:
    """Tickets of no team of ours are in a card of all sites and teams, if some of them had its labels."""
    if card.site_id is not None or card.version.audience == Audience.TEAMS:
        return {}
    first = windows(card.day, card.look).before[0]
    begin, after = moments(Period(first, card.known_until - timedelta(days=1)))
    unknown = Ticket.objects.visible_to(viewer).filter(team=None, labels__overlap=labels)
    return {NO_TEAM: ""} if unknown.filter(created_at__gte=begin, created_at__lt=after).exists() else {}
