"""How far the reviewers of a calibration agree, pair by pair, and on which tickets they do not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from metrics.quality.agreement import Agreement, agreement
from metrics.quality.models import Calibration, Criterion, Mark, Review

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

Marks = Mapping[tuple[int, int], Mark]
"""By review and criterion."""


@dataclass(frozen=True)
class Reviewer:
    """`name` as it is shown: of namesakes with what tells them apart."""

    id: int
    name: str


@dataclass(frozen=True)
class Given:
    """What one reviewer gave a ticket, and in which review."""

    reviewer: Reviewer
    review: Review
    mark: Mark


@dataclass(frozen=True)
class Pair:
    """Two reviewers on one criterion, and what they gave each ticket that both have scored."""

    one: Reviewer
    other: Reviewer
    agreement: Agreement
    scored: tuple[tuple[Given, Given], ...]


@dataclass(frozen=True)
class Compared:
    """One criterion: every pair of reviewers."""

    criterion: Criterion
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Difference:
    """One ticket and criterion that was scored unlike: who gave what, and why."""

    external_id: str
    criterion: Criterion
    given: tuple[Given, ...]


@dataclass(frozen=True)
class Result:
    tickets: int
    finished: int
    compared: tuple[Compared, ...]
    differences: tuple[Difference, ...]

    def pair(self, criterion: int, one: int, other: int) -> tuple[Criterion, Pair] | None:
        """Two reviewers on one criterion, by their ids; None where there is no such pair."""
        for compared in self.compared:
            for pair in compared.pairs:
                if (compared.criterion.pk, pair.one.id, pair.other.id) == (criterion, one, other):
                    return compared.criterion, pair
        return None


def result(calibration: Calibration) -> Result:
    """How far they agree, of the tickets that everybody who has them has finished. Three queries."""
    rows = calibration.reviews.exclude(state=Review.State.DECLINED).exclude(reviewer=None)
    rows = rows.select_related("reviewer__team__site").order_by("reviewer_name", "reviewer", "pk")
    by_ticket: dict[tuple[int, str], list[Review]] = defaultdict(list)
    for row in rows:
        by_ticket[row.source_id, row.external_id].append(row)
    whole = [found for _ticket, found in sorted(by_ticket.items()) if _is_whole(found)]
    ids = [row.pk for found in whole for row in found]
    marks = {(mark.review_id, mark.criterion_id): mark for mark in Mark.objects.filter(review__in=ids)}
    people = told_apart(row.reviewer for found in by_ticket.values() for row in found if row.reviewer)
    criteria = list(calibration.version.criteria.all())
    given = {one.pk: [_given(found, one, people, marks) for found in whole] for one in criteria}
    compared = tuple(_compare(one, people, given[one.pk]) for one in criteria)
    return Result(len(by_ticket), len(whole), compared, tuple(_differences(criteria, given)))


def told_apart(people: Iterable[User]) -> dict[int, Reviewer]:
    """By id, in the order of names. Of namesakes each with their team, and a number where that is the same too."""
    found = {person.pk: person for person in people}
    names = {pk: person.name for pk, person in found.items()}
    for number in (False, True):
        often = Counter(names.values())
        for at, pk in enumerate(sorted(pk for pk, name in names.items() if often[name] > 1), 1):
            more = str(at) if number else str(found[pk].team or "–")
            names[pk] = f"{names[pk]}, {more}"
    return {pk: Reviewer(pk, name) for name, pk in sorted((name, pk) for pk, name in names.items())}


def _is_whole(found: Sequence[Review]) -> bool:
    return len(found) > 1 and all(row.state == Review.State.DONE for row in found)


def _given(
    found: Iterable[Review], criterion: Criterion, people: Mapping[int, Reviewer], marks: Marks
) -> dict[int, Given]:
    """What each of them gave a ticket on a criterion."""
    scored = ((row, marks.get((row.pk, criterion.pk))) for row in found)
    return {
        row.reviewer_id: Given(people[row.reviewer_id], row, mark)
        for row, mark in scored
        if mark is not None and row.reviewer_id is not None
    }


def _compare(
    criterion: Criterion, people: Mapping[int, Reviewer], tickets: Sequence[Mapping[int, Given]]
) -> Compared:
    return Compared(
        criterion,
        tuple(_pair(criterion, one, other, tickets) for one, other in combinations(people.values(), 2)),
    )


def _pair(
    criterion: Criterion, one: Reviewer, other: Reviewer, tickets: Sequence[Mapping[int, Given]]
) -> Pair:
    both = tuple((each[one.id], each[other.id]) for each in tickets if one.id in each and other.id in each)
    scores = [(its.mark.score, of_other.mark.score) for its, of_other in both]
    return Pair(one, other, agreement(scores, criterion.top), both)


def _differences(
    criteria: Sequence[Criterion], given: Mapping[int, Sequence[Mapping[int, Given]]]
) -> list[Difference]:
    """Ticket by ticket, in the order of the criteria."""
    found = []
    for at in range(len(given[criteria[0].pk]) if criteria else 0):
        for criterion in criteria:
            its = tuple(given[criterion.pk][at].values())
            if len({each.mark.score for each in its}) > 1:
                found.append(Difference(its[0].review.external_id, criterion, its))
    return found
