"""Looks that were taken before their tickets were all there, or what customers and agents did with them: taken anew, by
themselves, when many more have come."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.db.models import Sum
from django.utils.dateparse import parse_date

from metrics import aliases
from metrics.effects.models import Card
from metrics.effects.windows import WEEK, due_on, windows
from metrics.models import Rollup

FOR: Final = timedelta(
    days=70
)  # after its day a look stays as it is: a file a month comes two or three times by then
MORE: Final = 0.1  # so much more than it knew, and
LEAST_MORE: Final = 10  # so many more, and it is taken anew


class Told(NamedTuple):
    """How many tickets there are, and how many ratings and handled contacts, as the rollups tell: one with two of the
    labels counts twice."""

    tickets: int
    answers: int


def told(card: Card) -> Told:
    """What there is by now of its labels and days."""
    [found] = _told([card]).values()
    return found


def has_more(card: Card, now: Told) -> bool:
    """Whether there are many more tickets than the card knew, or many more ratings and contacts: files of surveys and
    of handle times come by themselves. One made before tickets were noted is taken anew once, if it did not know all
    of its days."""
    if card.told_n is None:
        return card.known_until < _ends(card) and now.tickets >= LEAST_MORE
    knew_answers = card.told_answers is not None and _is_more(now.answers, card.told_answers)
    return _is_more(now.tickets, card.told_n) or knew_answers


def _is_more(now: int, then: int) -> bool:
    return now > then + max(LEAST_MORE, MORE * then)


def due(today: date) -> list[tuple[int, int, Told]]:
    """Version, look and what there is of looks to be taken anew, as far as their days lie not too long ago."""
    recent = Card.objects.filter(site=None, day__gt=today - FOR - 8 * WEEK).of_each_look()
    cards = [card for card in recent if _ends(card) + FOR > today]
    now = _told(cards)
    return [(card.version_id, card.look, now[card.pk]) for card in cards if has_more(card, now[card.pk])]


def _ends(card: Card) -> date:
    """The first day after what it compares, of the team that began last."""
    own = [day for said in card.began.values() if (day := parse_date(said))]
    return due_on(max([card.day, *own]), card.look)


def _told(cards: list[Card]) -> dict[int | None, Told]:
    """By number of the card. One query, however many."""
    if not cards:
        return {}
    names = aliases.names()
    spelled = {card.pk: names.spelled(card.labels) for card in cards}
    spans = {card.pk: (windows(card.day, card.look).before[0], _ends(card)) for card in cards}
    rows = Rollup.objects.filter(
        label__in=sorted(frozenset().union(*spelled.values())),
        day__gte=min(first for first, _end in spans.values()),
        day__lt=max(end for _first, end in spans.values()),
    )
    answers = Sum("answered_n", default=0) + Sum("handled_n", default=0)
    days: dict[str, dict[date, Told]] = defaultdict(dict)
    counted = (
        rows.order_by().values_list("label", "day").annotate(Sum("created_n", default=0), answers=answers)
    )
    for label, day, *counts in counted:
        days[label][day] = Told(*counts)
    found = {
        pk: [counts for label in spelled[pk] for day, counts in days[label].items() if first <= day < end]
        for pk, (first, end) in spans.items()
    }
    return {
        pk: Told(sum(each.tickets for each in of), sum(each.answers for each in of))
        for pk, of in found.items()
    }
