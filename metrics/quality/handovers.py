"""What of quality can be handed over with all that somebody holds: the reviews that they have to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.quality.assigning import may_review
from metrics.quality.models import Review
from metrics.quality.reassigning import may_take, move
from sopdesk.documents import holdings
from sopdesk.documents.holdings import Held, Moves

if TYPE_CHECKING:
    from collections.abc import Collection

    from sopdesk.accounts.models import User

SORT = "quality_review"


def _find(person: User, by: str) -> Iterable[Held]:
    url = reverse("quality:given_to", args=[person.pk])
    for review in Review.objects.queue_of(person):
        yield Held(SORT, review.pk, review.external_id, url, SORT, _("Tickets they have to review"))


def _give(person: User, moves: Moves, actor: User) -> set[int]:
    def choose(review: Review, having: Collection[int]) -> User | None:
        to = moves[review.pk]
        return to if to.pk not in having and may_review(to, review) else None

    return {review.pk for review in move(person, moves, choose, actor=actor).went}


def _back(person: User, moves: Moves, actor: User) -> set[int]:
    """Those that are still to be done by whom they went to; to nobody who may not review any more."""
    if not may_take(person):
        return set()
    went = set()
    for other in {to.pk: to for to in moves.values()}.values():
        ids = [pk for pk, to in moves.items() if to.pk == other.pk]
        went |= _give(other, dict.fromkeys(ids, person), actor)
    return went


holdings.register(holdings.Sort(SORT, _find, _give, _back, may_take, order=60))
