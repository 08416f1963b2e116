"""One person: what is held of them, found by their address or number, which is hashed at once and never kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from metrics import requesters, told_apart
from metrics.models import Suppression, Ticket, TicketText
from metrics.privacy import filing, forgetting, holding
from metrics.privacy.models import LegalHold
from metrics.querysets import TicketQuerySet
from sopdesk.accounts.models import User

SALT = "metrics.privacy.person"
SIGNED_SECONDS = 3600


@dataclass(frozen=True)
class Person:
    """Somebody, by what we hash their address or number to: (which key, hash), for each key there is. `by`: which of
    the two it is (metrics/told_apart.py)."""

    names: tuple[tuple[str, str], ...]
    by: str = told_apart.ADDRESS

    @property
    def hashes(self) -> list[str]:
        return [hashed for _key, hashed in self.names]

    @property
    def token(self) -> str:
        """For the next page: it says nothing of the address, and cannot be made up."""
        return signing.dumps([self.by, self.names], salt=SALT)

    def tickets(self, user: User) -> TicketQuerySet:
        return Ticket.objects.visible_to(user).filter(requester_key__in=self.hashes)


def find(who: str) -> Person:
    """By address, or by the number that stands for a customer in files without addresses."""
    keys = requesters.known_keys()
    names = tuple((requesters.fingerprint(key), requesters.hashed(who, key)) for key in keys)
    return Person(names, told_apart.by([who]) or told_apart.ADDRESS)


def by_token(token: str) -> Person:
    """Raises signing.BadSignature for one that we did not make, or made an hour ago."""
    by, names = signing.loads(token, salt=SALT, max_age=SIGNED_SECONDS)
    return Person(tuple((str(key), str(hashed)) for key, hashed in names), str(by))


@dataclass(frozen=True)
class Held:
    """What is held of a person. `notes`: tickets that reviewers wrote about. `waiting_files`: uploads that were not
    read yet, of whomever. `unlike`: sources that know, or knew, customers by the other of address and number."""

    sources: list[dict[str, Any]]
    tickets: int
    texts: int
    notes: int
    holds: list[LegalHold]
    is_erased: bool
    waiting_files: int
    unlike: list[str]


def held(person: Person, user: User) -> Held:
    """Their tickets are looked for once, and all else by what was found."""
    found = list(person.tickets(user).order_by().values_list("pk", "source__name", "created_at"))
    tickets = Ticket.objects.filter(pk__in=[pk for pk, _source, _at in found])
    by_source: dict[str, list[datetime]] = defaultdict(list)
    for _pk, source, at in found:
        by_source[source].append(at)
    sources = [
        {"source__name": source, "tickets": len(times), "first": min(times), "last": max(times)}
        for source, times in sorted(by_source.items())
    ]
    holds = [hold for hold in LegalHold.objects.standing() if tickets.filter(holding.kept_by(hold)).exists()]
    ids = [pk for pk, _source, _at in found]
    return Held(
        sources=sources,
        tickets=len(found),
        texts=TicketText.objects.filter(ticket__in=ids).count(),
        notes=len(forgetting.words(ids)) if ids else 0,
        holds=holds,
        is_erased=Suppression.objects.filter(hashed__in=person.hashes).exists(),
        waiting_files=filing.waiting() + forgetting.waiting_files(),
        unlike=sorted(name for name, ways in told_apart.ways().items() if ways - {person.by}),
    )
