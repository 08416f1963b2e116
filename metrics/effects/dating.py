"""Saying on which day each team began to work by a change. The looks whose day has come are then taken anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.effects import looking, starts
from metrics.effects.errors import DatesRefused
from metrics.effects.models import Card, TeamStart
from metrics.effects.windows import day_of
from sopdesk.accounts.models import Team
from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.locking import locked_change

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def datable(card: Card, viewer: User) -> QuerySet[Team]:
    """The teams of a card whose day this person may say: all of them, or those of their own site."""
    teams = Team.objects.filter(slug__in=card.teams).select_related("site")
    if not allows(viewer, Permission.EFFECTS_DATE):
        return teams.none()
    if allows(viewer, Permission.METRICS_READ_ALL_SITES):
        return teams
    return teams.none() if viewer.team is None else teams.filter(site=viewer.team.site_id)


def seen(card: Card, viewer: User) -> int:
    """What a form shows of these teams, as a number: it grows with each day that anybody says of one."""
    rows = TeamStart.objects.visible_to(viewer).filter(change=card.change_id, team__slug__in=card.teams)
    return rows.aggregate(newest=Max("pk"))["newest"] or 0


def set_days(
    card: Card, days: Mapping[str, date | None], *, seen_number: int, actor: User
) -> list[TeamStart]:
    """Say when teams of a card began, by short name; None: on the day the change came in force. It holds for every
    document of the change. Returns what is new.

    Raises PermissionDenied for a team that is not theirs to say it of, and DatesRefused.
    """
    require(actor, Permission.EFFECTS_DATE, card)
    if not Card.objects.visible_to(actor).filter(pk=card.pk).exists():
        raise PermissionDenied
    with transaction.atomic():
        change = locked_change(card.change)
        teams = {team.slug: team for team in datable(card, actor)}
        if not teams.keys() >= days.keys():
            raise PermissionDenied(_("You may say it of teams of your own site only."))
        if seen(card, actor) > seen_number:
            raise DatesRefused(_("Somebody else said days meanwhile. Here are theirs; yours were not saved."))
        wanted = {slug: None if day == card.day else day for slug, day in days.items()}
        known = looking.known()
        problems = {slug: problem(card, day, known) for slug, day in wanted.items() if day}
        if any(problems.values()):
            found = {slug: said for slug, said in problems.items() if said}
            raise DatesRefused(problems=found)
        before = starts.of_change(change.pk)
        new = TeamStart.objects.bulk_create(
            TeamStart(change=change, team=teams[slug], day=day, set_by=actor)
            for slug, day in sorted(wanted.items())
            if before.get(slug) != day
        )
        if new:
            facts = {row.team.slug: {"was": before.get(row.team.slug), "day": row.day} for row in new}
            record(actor=actor, event=Event.EFFECT_DATED, subject=change, facts={"teams": facts})
            take_anew(change.pk, actor)
        return new


def problem(card: Card, day: date, known: looking.Known | None) -> str:
    """Why a team cannot have begun on this day; empty where it can. `known`: the days there are tickets of."""
    ended = card.version.until
    if day < card.day:
        return _("It came in force on %(day)s; nobody worked by it before.") % _words(card.day)
    if day > day_of(timezone.now()):
        return _("That day is still to come. Say it when the team has begun.")
    if known is None or day >= known.until:
        return _("There are no tickets of that day yet. Say it when there are.")
    if ended is not None and day >= day_of(ended):
        return _("It was in force until %(day)s only.") % _words(day_of(ended))
    return ""


def take_anew(change_id: int, actor: User) -> None:
    """Submit the looks that hold with other days than those said now, where the teams have their weeks."""
    days = looking.known()
    if days is not None:
        for due in looking.outdated(starts.said(change_id), days):
            looking.submit(due, waits=actor)


def _words(day: date) -> dict[str, str]:
    return {"day": date_format(day, "j M Y")}
