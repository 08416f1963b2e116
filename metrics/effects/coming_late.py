"""Looks that were taken before their tickets were all there: taken anew, by themselves, when many more have come."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

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
LEAST_MORE: Final = 10  # so many tickets more, and it is taken anew


def told(card: Card) -> int:
    """How many tickets there are by now of its labels and days, as the rollups tell; one with two of them twice."""
    [found] = _told([card]).values()
    return found


def has_more(card: Card, now: int) -> bool:
    """Whether there are many more tickets than the card knew. One made before that was noted is taken anew once, if it
    did not know all of its days."""
    if card.told_n is not None:
        return now > card.told_n + max(LEAST_MORE, MORE * card.told_n)
    return card.known_until < _ends(card) and now >= LEAST_MORE


def due(today: date) -> list[tuple[int, int, int]]:
    """Version, look and number of tickets of looks to be taken anew, as far as their days lie not too long ago."""
    recent = Card.objects.filter(site=None, day__gt=today - FOR - 8 * WEEK).of_each_look()
    cards = [card for card in recent if _ends(card) + FOR > today]
    now = _told(cards)
    return [(card.version_id, card.look, now[card.pk]) for card in cards if has_more(card, now[card.pk])]


def _ends(card: Card) -> date:
    """The first day after what it compares, of the team that began last."""
    own = [day for said in card.began.values() if (day := parse_date(said))]
    return due_on(max([card.day, *own]), card.look)


def _told(cards: list[Card]) -> dict[int | None, int]:
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
    days: dict[str, dict[date, int]] = defaultdict(dict)
    for label, day, n in rows.order_by().values_list("label", "day").annotate(n=Sum("created_n", default=0)):
        days[label][day] = n
    return {
        pk: sum(n for label in spelled[pk] for day, n in days[label].items() if first <= day < end)
        for pk, (first, end) in spans.items()
    }
