"""Tickets, scorecards and reviews, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from metrics.models import Source, Ticket
from metrics.quality import bringing, scorecards
from metrics.quality.models import (
    Calibration,
    Criterion,
    Mark,
    QualityImport,
    Review,
    Scorecard,
    ScorecardVersion,
)
from metrics.quality.reviewing import Given, preview
from metrics.quality.sampling import about, by
from sopdesk.accounts.models import Team, User
from sopdesk.jobs import running

CRITERIA = (
    {"name": "Greets", "weight": 1, "top": 1},
    {"name": "Solves it", "weight": 3, "top": 2},
    {"name": "Verifies the owner", "weight": 2, "top": 1, "is_critical": True},
)


def source() -> Source:
    return Source.objects.get_or_create(name="Helpdesk")[0]


def ticket(number: str, team: Team | None = None, *, solved: datetime | None = None, **values: Any) -> Ticket:
    at = solved or datetime(2026, 11, 11, 12, tzinfo=UTC)
    values = {"status": "solved", "channel": "email", "labels": ["refund"], **values}
    return Ticket.objects.create(
        source=source(), external_id=number, team=team, raw_status="solved", created_at=at - timedelta(hours=2),
        last_solved_at=at, first_solved_at=at, updated_at=at, row_hash=uuid4(), **values,
    )  # fmt: skip


def scorecard(actor: User, name: str = "Service", criteria: Any = CRITERIA) -> Scorecard:
    return scorecards.create(actor=actor, name=name, criteria=criteria)


def criteria(version: ScorecardVersion) -> list[Criterion]:
    return list(version.criteria.all())


def given(card: Scorecard, of: Ticket, to: User, **values: Any) -> Review:
    """A review that waits for somebody."""
    version = scorecards.newest_of(card)
    return Review.objects.create(version=version, assigned_at=timezone.now(), **about(of), **by(to), **values)


def done(
    card: Scorecard, of: Ticket, to: User, scores: list[int | None], *, at: datetime | None = None,
    calibration: Calibration | None = None,
) -> Review:  # fmt: skip
    """A finished review with these scores, in the order of the criteria."""
    review = given(card, of, to, calibration=calibration)
    rows = criteria(review.version)
    marks = {one.pk: Given(score) for one, score in zip(rows, scores, strict=True)}
    Mark.objects.bulk_create(Mark(review=review, criterion=one, score=marks[one.pk].score) for one in rows)
    found = preview(rows, marks)
    review.state, review.done_at = "done", at or timezone.now()
    review.score, review.has_critical_fail = found.share, found.has_critical_fail
    review.save()
    return review


def brought(draft: QualityImport, *, actor: User) -> QualityImport:
    """Results brought in to the end."""
    return run_job(bringing.bring(draft, actor=actor))


def run_job(of: QualityImport) -> QualityImport:
    assert of.job_id is not None
    while running.run(of.job_id):
        pass
    return QualityImport.objects.get(pk=of.pk)
