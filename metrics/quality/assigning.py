"""Who reviews which ticket: never their own, only what they may see, and everybody about as much."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from metrics.quality.models import Review
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, allows

if TYPE_CHECKING:
    from metrics.models import Ticket


def reviewers() -> list[User]:
    """Everybody who may review and still signs in, with their team. One query."""
    roles = [role.value for role, granted in GRANTS.items() if Permission.QUALITY_REVIEW in granted]
    found = User.objects.filter(is_active=True, roles__overlap=roles).select_related("team").order_by("pk")
    return list(found)


def may_review(person: User, ticket: Ticket | Review) -> bool:
    """Not the ticket's own agent, by name or address, and somebody who may see the ticket. A review stands for its
    ticket, which may be gone."""
    if is_own(ticket, person.name) or is_own(ticket, person.email):
        return False
    if allows(person, Permission.METRICS_READ_ALL_SITES):
        return True
    own, its = person.team, ticket.team
    return own is not None and its is not None and own.site_id == its.site_id


def is_own(ticket: Ticket | Review, name: str) -> bool:
    """Whether this is what the source calls the ticket's agent."""
    told = ticket.agent if isinstance(ticket, Review) else ticket.assignee
    agent = (told or "").strip().casefold()
    return bool(agent) and agent == name.strip().casefold()


@dataclass
class Balance:
    """Gives each next ticket to those who have least to do; ties fall by the seed, so that a draw can be repeated."""

    people: Sequence[User]
    seed: str
    load: Counter[int] = field(default_factory=Counter)

    def pick(self, ticket: Ticket | Review, count: int = 1, *, but: Collection[int] = ()) -> list[User]:
        """Up to `count` different reviewers for a ticket; `but`: who has it already."""
        able = [person for person in self.people if person.pk not in but and may_review(person, ticket)]
        able.sort(key=lambda person: (self.load[person.pk], self._lot(ticket, person)))
        chosen = able[:count]
        self.load.update(person.pk for person in chosen)
        return chosen

    def _lot(self, ticket: Ticket | Review, person: User) -> str:
        return lot(self.seed, ticket.external_id, person.pk)


def lot(*parts: object) -> str:
    """The same parts always draw the same lot."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def balance(people: Iterable[User], seed: str) -> Balance:
    """A fresh balance that begins with what each has to do now. One query."""
    everybody = list(people)
    waiting = User.objects.filter(pk__in=[person.pk for person in everybody]).annotate(
        n=Count("quality_reviews", filter=Q(quality_reviews__state="assigned"))
    )
    return Balance(everybody, seed, Counter(dict(waiting.values_list("pk", "n"))))
