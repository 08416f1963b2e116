"""Lumio's quality: a scorecard, eight weeks of sampled tickets with plausible scores, and a calibration."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from metrics.models import Ticket
from metrics.quality import sampling, scorecards
from metrics.quality.assigning import Balance, may_review, reviewers
from metrics.quality.models import Calibration, Criterion, Draw, Mark, Review, SamplingRule, Scorecard
from metrics.quality.reviewing import Given, preview
from sopdesk.accounts.models import User
from sopdesk.demo.tickets import END

DUBLIN: Final = ZoneInfo("Europe/Dublin")
NAME: Final = "Service and rule"
CRITERIA: Final[tuple[dict[str, Any], ...]] = (
    {"name": "Knows who writes before anything is changed", "weight": 3, "is_critical": True,
     "guidance": "Identity is checked as the SOP says, or it was not needed.",
     "sop_key": "SOP-0008", "sop_anchor": "which"},
    {"name": "Finds the order and checks the window", "weight": 2,
     "guidance": "For refunds: the right purchase, and the window counted from its day.",
     "sop_key": "SOP-0001", "sop_anchor": "window"},
    {"name": "Works out the right amount", "weight": 2, "guidance": "For refunds: coins already spent are taken off.",
     "sop_key": "SOP-0001", "sop_anchor": "amount"},
    {"name": "Solves what was asked", "weight": 4, "top": 3, "may_skip": False,
     "guidance": "3: solved at once. 2: solved, with a question too many. 1: in part. 0: not."},
    {"name": "Says it in plain words", "weight": 2, "top": 3, "may_skip": False,
     "guidance": "Short sentences, no names of our tools, the next step at the end."},
    {"name": "Stays kind", "weight": 2, "may_skip": False, "guidance": "Also where the answer is no.",
     "sop_key": "SOP-0027", "sop_anchor": "calm"},
    {"name": "Leaves a note that the next agent can use", "weight": 1,
     "guidance": "What was asked, done and promised."},
)  # fmt: skip
# How likely each criterion is met, in the order above; teams differ a little, and two criteria are hard everywhere.
LIKELY: Final = (0.985, 0.86, 0.78, 0.84, 0.88, 0.95, 0.72)
TOUCH: Final = {"harbor": -0.03, "northwind": -0.08, "dublin": 0.02, "lisbon": 0.01}
REFUNDS: Final = "refund-request"
WEEKS, A_TEAM, WAITING, CALIBRATED = 8, 4, 6, 12


def is_loaded() -> bool:
    return Scorecard.objects.filter(name=NAME).exists()


def load() -> int:
    """Everything, in one transaction. Returns how many reviews."""
    gia = User.objects.get(name="Gia Moretti")
    with transaction.atomic():
        card = scorecards.create(actor=gia, name=NAME, criteria=CRITERIA)
        said = {"name": "4 of every team", "scorecard": card, "count": A_TEAM, "per": "team"}
        rule = sampling.add_rule(actor=gia, **said)
        made = [review for week in _weeks() for review in _week(rule, week)]
        _waiting(made)
        _calibration(card, gia)
        return Review.objects.count()


def _weeks() -> Iterable[Any]:
    """The Mondays of the last weeks that were over when the tickets end."""
    monday = END - timedelta(days=END.weekday() + 7)
    return (monday - timedelta(weeks=n) for n in reversed(range(WEEKS)))


def _week(rule: SamplingRule, week: Any) -> list[Review]:
    """A week's draw, reviewed in the days after it."""
    seed = f"lumio {week}"
    tickets = sampling.drawn(sampling.candidates(rule, week), rule.per, rule.count, seed)
    draw = Draw.objects.create(rule=rule, week=week, seed=seed, tickets=len(tickets))
    give, version = Balance(reviewers(), seed), scorecards.newest_of(rule.scorecard)
    begins = datetime.combine(week + timedelta(days=7), time(9), DUBLIN)
    Draw.objects.filter(pk=draw.pk).update(at=begins)
    rows = []
    for ticket in tickets:
        for person in give.pick(ticket):
            chance = random.Random(f"{seed} {ticket.external_id}")
            at = begins + timedelta(days=chance.randrange(4), minutes=chance.randrange(8 * 60))
            rows.append(
                Review(
                    version=version, draw=draw, assigned_at=begins, due_on=(begins + timedelta(days=7)).date(),
                    done_at=at, state=Review.State.DONE, revision=1, **sampling.about(ticket), **sampling.by(person),
                )
            )  # fmt: skip
    _score(rows, list(version.criteria.all()))
    return rows


def _score(rows: Sequence[Review], criteria: Sequence[Criterion], seed: str = "") -> None:
    """Marks and scores, in two statements."""
    given = [(_marks(review, criteria, seed)) for review in rows]
    for review, marks in zip(rows, given, strict=True):
        found = preview(list(criteria), marks)
        review.score, review.has_critical_fail = found.share, found.has_critical_fail
    Review.objects.bulk_create(rows)
    Mark.objects.bulk_create(
        Mark(review=review, criterion_id=pk, score=one.score)
        for review, marks in zip(rows, given, strict=True)
        for pk, one in marks.items()
    )


def _marks(review: Review, criteria: Sequence[Criterion], seed: str) -> dict[int, Given]:
    chance = random.Random(f"{review.external_id} {seed}")
    site = review.team.site.slug if review.team else ""
    found = {}
    for criterion, likely in zip(criteria, LIKELY, strict=True):
        skipped = criterion.sop_key == "SOP-0001" and REFUNDS not in review.labels
        met = sum(chance.random() < likely + TOUCH.get(site, 0) for _point in range(criterion.top))
        found[criterion.pk] = Given(None if skipped else met)
    return found


def _waiting(made: Sequence[Review]) -> None:
    """The last ones of the named people are still to do."""
    left: Counter[int] = Counter()
    for review in reversed(made):
        named = review.reviewer_name in {"Gia Moretti", "Finn Delgado"}
        if named and left[review.reviewer_id or 0] < WAITING:
            left[review.reviewer_id or 0] += 1
            review.marks.all().delete()
            nothing: Mapping[str, Any] = {
                "done_at": None,
                "score": None,
                "has_critical_fail": False,
                "revision": 0,
            }
            Review.objects.filter(pk=review.pk).update(state=Review.State.ASSIGNED, **nothing)


def _calibration(card: Scorecard, gia: User) -> None:
    """Gia and Finn on the same tickets of Harbor: one in six marks differs."""
    people = [gia, User.objects.get(name="Finn Delgado")]
    made = Calibration.objects.create(name="November, Harbor", version=card.versions.get(), created_by=gia)
    begins = datetime.combine(END - timedelta(days=10), time(9), DUBLIN)
    Calibration.objects.filter(pk=made.pk).update(created_at=begins)
    solved = Ticket.objects.filter(
        team__site__slug="harbor", last_solved_at__lt=begins, labels__contains=[REFUNDS]
    )
    tickets = solved.filter(merged_into=None, is_spam=False).select_related("team__site")
    newest = [one for one in tickets.order_by("-last_solved_at")[: CALIBRATED * 2]
              if all(may_review(person, one) for person in people)]  # fmt: skip
    rows = [
        Review(
            version=made.version, calibration=made, assigned_at=begins, done_at=begins + timedelta(days=2),
            state=Review.State.DONE, revision=1, **sampling.about(ticket), **sampling.by(person),
        )
        for ticket in newest[:CALIBRATED]
        for person in people
    ]  # fmt: skip
    criteria = list(made.version.criteria.all())
    _score(rows, criteria)
    chance = random.Random("calibration")
    for mark in Mark.objects.filter(review__in=[row.pk for row in rows[1::2]]).select_related("criterion"):
        if mark.score is not None and not mark.criterion.is_critical and chance.random() < 1 / 6:
            mark.score = (mark.score + 1) % (mark.criterion.top + 1)
            mark.save(update_fields=["score"])
    _rescore(rows[1::2], criteria)


def _rescore(rows: Sequence[Review], criteria: Sequence[Criterion]) -> None:
    for review in rows:
        marks = {mark.criterion_id: Given(mark.score) for mark in review.marks.all()}
        found = preview(list(criteria), marks)
        review.score, review.has_critical_fail = found.share, found.has_critical_fail
        review.save(update_fields=["score", "has_critical_fail"])
