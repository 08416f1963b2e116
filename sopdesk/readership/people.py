"""Who reads: agents, and the leads who answer their questions. Everybody else writes, reviews or measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Role
from sopdesk.readership.days import end_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sopdesk.accounts.querysets import UserQuerySet

READING_ROLES = (Role.AGENT, Role.LEAD)


def is_reader(person: User) -> bool:
    """Whether must-reads are asked of this person at all."""
    return person.is_active and bool({*READING_ROLES} & {*person.roles})


def readers() -> UserQuerySet:
    """Everybody of whom must-reads are asked."""
    roles = [role.value for role in READING_ROLES]
    found: UserQuerySet = User.objects.get_queryset().filter(is_active=True, roles__overlap=roles)
    return found


def in_audience(audience: str, teams: Sequence[str], due_on: date) -> Q:
    """The readers a text is for: all of them, or those of the named teams; nobody who came after it was due."""
    named = Q(team__slug__in=list(teams)) if audience == Audience.TEAMS else Q()
    return named & Q(created_at__lt=end_of(due_on))
