"""Calibration: the same tickets to several reviewers, each blind to the others; then how far they agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.filters import Period, moments
from metrics.models import Ticket
from metrics.quality.agreement import Agreement, agreement
from metrics.quality.assigning import lot, may_review
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Calibration, Criterion, Mark, Review, Scorecard
from metrics.quality.sampling import DUE_DAYS, about, by
from metrics.quality.scorecards import newest_of
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

TICKETS_MAX: Final = 100
DAYS: Final = 28


def begin(
    *, name: str, scorecard: Scorecard, people: Sequence[User], count: int, actor: User, label: str = ""
) -> Calibration:
    """Draw `count` tickets of the last four weeks that all of these people may review, and give each to every one of
    them. Raises QualityRefused for fewer than two people or no ticket."""
    require(actor, Permission.QUALITY_EDIT, scorecard)
    if len({person.pk for person in people}) < 2:
        raise QualityRefused(_("Choose at least two reviewers: agreement is between people."))
    with transaction.atomic():
        made = Calibration.objects.create(name=name, version=newest_of(scorecard), created_by=actor)
        tickets = _tickets(people, min(count, TICKETS_MAX), str(made.pk), label)
        if not tickets:
            raise QualityRefused(
                _("No ticket of the last four weeks is one that all of them may review. Choose others.")
            )
        now, due_on = timezone.now(), timezone.localdate() + timedelta(days=DUE_DAYS)
        Review.objects.bulk_create(
            Review(
                version=made.version,
                calibration=made,
                assigned_at=now,
                due_on=due_on,
                **about(ticket),
                **by(person),
            )
            for ticket in tickets
            for person in people
        )
        facts = {"tickets": len(tickets), "reviewers": [person.name for person in people]}
        record(actor=actor, event=Event.QUALITY_CALIBRATED, subject=made, facts=facts)
        return made


def _tickets(people: Sequence[User], count: int, seed: str, label: str) -> list[Ticket]:
    """Drawn by lot from the newest four weeks that have solved tickets."""
    solved = Ticket.objects.filter(merged_into=None, is_spam=False, last_solved_at__isnull=False)
    if label:
        solved = solved.filter(labels__overlap=aliases.names().of_one(label))
    newest = solved.filter(last_solved_at__lte=timezone.now()).order_by("-last_solved_at").first()
    if newest is None or newest.last_solved_at is None:
        return []
    last: date = timezone.localtime(newest.last_solved_at).date()
    first, after = moments(Period(last - timedelta(days=DAYS - 1), last))
    rows = solved.filter(last_solved_at__gte=first, last_solved_at__lt=after).order_by()
    ids = sorted(
        (lot(seed, source, number), pk)
        for pk, source, number in rows.values_list("pk", "source_id", "external_id")
    )
    found: list[Ticket] = []
    for begin_at in range(0, len(ids), 500):
        batch = [pk for _lot, pk in ids[begin_at : begin_at + 500]]
        by_id = Ticket.objects.select_related("team").in_bulk(batch)
        found += [by_id[pk] for pk in batch if all(may_review(person, by_id[pk]) for person in people)]
        if len(found) >= count:
            break
    return found[:count]


@dataclass(frozen=True)
class Pair:
    """Two reviewers on one criterion."""

    one: str
    other: str
    agreement: Agreement


@dataclass(frozen=True)
class Compared:
    """One criterion: every pair of reviewers, and the tickets on which anybody differed."""

    criterion: Criterion
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Difference:
    """One ticket and criterion that was scored unlike: who gave what, and why."""

    external_id: str
    criterion: Criterion
    given: tuple[tuple[str, Mark], ...]


@dataclass(frozen=True)
class Result:
    reviewers: tuple[str, ...]
    tickets: int
    finished: int
    compared: tuple[Compared, ...]
    differences: tuple[Difference, ...]


def result(calibration: Calibration) -> Result:
    """How far they agree, of the tickets that everybody who has them has finished. Three queries."""
    rows = list(calibration.reviews.exclude(state=Review.State.DECLINED).order_by("reviewer_name", "pk"))
    by_ticket: dict[tuple[int, str], list[Review]] = defaultdict(list)
    for row in rows:
        by_ticket[row.source_id, row.external_id].append(row)
    whole = {
        ticket: found
        for ticket, found in by_ticket.items()
        if len(found) > 1 and all(row.state == Review.State.DONE for row in found)
    }
    ids = [row.pk for found in whole.values() for row in found]
    marks = {(mark.review_id, mark.criterion_id): mark for mark in Mark.objects.filter(review__in=ids)}
    names = tuple(sorted({row.reviewer_name for row in rows}))
    criteria = list(calibration.version.criteria.all())
    compared = tuple(_compare(one, names, list(whole.values()), marks) for one in criteria)
    unlike = tuple(_differences(criteria, whole, marks))
    return Result(names, len(by_ticket), len(whole), compared, unlike)


def _compare(
    criterion: Criterion,
    names: tuple[str, ...],
    tickets: list[list[Review]],
    marks: dict[tuple[int, int], Mark],
) -> Compared:
    scores = [
        {
            row.reviewer_name: marks[row.pk, criterion.pk].score
            for row in found
            if (row.pk, criterion.pk) in marks
        }
        for found in tickets
    ]
    pairs = [
        Pair(
            one,
            other,
            agreement(
                [(each[one], each[other]) for each in scores if one in each and other in each], criterion.top
            ),
        )
        for one, other in combinations(names, 2)
    ]
    return Compared(criterion, tuple(pairs))


def _differences(
    criteria: list[Criterion],
    tickets: dict[tuple[int, str], list[Review]],
    marks: dict[tuple[int, int], Mark],
) -> list[Difference]:
    found = []
    for (_source, number), rows in sorted(tickets.items()):
        for criterion in criteria:
            given = [
                (row.reviewer_name, marks[row.pk, criterion.pk])
                for row in rows
                if (row.pk, criterion.pk) in marks
            ]
            if len({mark.score for _name, mark in given}) > 1:
                found.append(Difference(number, criterion, tuple(given)))
    return found
