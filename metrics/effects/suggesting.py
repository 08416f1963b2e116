"""From which day on most of a team had confirmed that they read a text: a guess when they began to work by it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import TYPE_CHECKING, Final

from django.db.models import Count

from metrics.effects.models import Card
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.readership.days import day_of
from sopdesk.readership.models import MustRead, Receipt
from sopdesk.readership.people import in_audience
from sopdesk.readership.readiness import people_seen

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

SHARE: Final = 0.8


@dataclass(frozen=True)
class Suggestion:
    """On `day` at least four in five of a team's `n` readers had confirmed."""

    day: date
    n: int


def suggestions(card: Card, viewer: User) -> dict[str, Suggestion]:
    """By short name of a team; none for one of which too few confirmed, or as many before the publication, or of whose
    reading the viewer may see nothing. Three queries at most."""
    if not allows(viewer, Permission.READERSHIP_READ):
        return {}
    asked = MustRead.objects.filter(change=card.change_id, document=card.version.document_id, replaced=False)
    must_read = asked.first()
    if must_read is None:
        return {}
    people = people_seen(viewer).filter(
        in_audience(must_read.audience, must_read.audience_teams, must_read.due_on),
        team__slug__in=card.teams,
    )
    sizes = dict(people.order_by().values_list("team__slug").annotate(n=Count("pk")))
    confirmed: dict[str, list[datetime]] = defaultdict(list)
    receipts = Receipt.objects.filter(must_read=must_read, reader__in=people.values("pk")).order_by("at")
    for slug, at in receipts.values_list("reader__team__slug", "at"):
        confirmed[slug].append(at)
    found = {
        slug: Suggestion(day_of(confirmed[slug][enough - 1]), n)
        for slug, n in sizes.items()
        if len(confirmed[slug]) >= (enough := ceil(SHARE * n))
    }
    return {slug: suggestion for slug, suggestion in found.items() if suggestion.day > card.day}
