"""One person: what is held of them, found by their address, which is hashed at once and never kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from metrics import requesters
from metrics.models import Suppression, Ticket, TicketText
from metrics.privacy import holding
from metrics.privacy.models import LegalHold
from metrics.querysets import TicketQuerySet
from sopdesk.accounts.models import User

SALT = "metrics.privacy.person"
SIGNED_SECONDS = 3600


@dataclass(frozen=True)
class Person:
    """Somebody, by what we hash their address to: (which key, hash), for each key there is."""

    names: tuple[tuple[str, str], ...]

    @property
    def hashes(self) -> list[str]:
        return [hashed for _key, hashed in self.names]

    @property
    def token(self) -> str:
        """For the next page: it says nothing of the address, and cannot be made up."""
        return signing.dumps(self.names, salt=SALT)

    def tickets(self, user: User) -> TicketQuerySet:
        return Ticket.objects.visible_to(user).filter(requester_key__in=self.hashes)


def by_address(address: str) -> Person:
    return Person(
        tuple(
            (requesters.fingerprint(key), requesters.hashed(address, key)) for key in requesters.known_keys()
        )
    )


def by_token(token: str) -> Person:
    """Raises signing.BadSignature for one that we did not make, or made an hour ago."""
    names = signing.loads(token, salt=SALT, max_age=SIGNED_SECONDS)
    return Person(tuple((str(key), str(hashed)) for key, hashed in names))


@dataclass(frozen=True)
class Held:
    """What is held of a person."""

    sources: list[dict[str, Any]]
    tickets: int
    texts: int
    holds: list[LegalHold]
    is_erased: bool


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
    return Held(
        sources, len(found), TicketText.objects.filter(ticket__in=[pk for pk, _source, _at in found]).count(), holds,
        Suppression.objects.filter(hashed__in=person.hashes).exists(),
    )  # fmt: skip
