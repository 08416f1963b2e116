"""Reviewing a ticket: keeping what was scored so far, finishing, declining."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.admitting import door_of
from metrics.quality.errors import QualityRefused, StaleReview
from metrics.quality.models import Criterion, Mark, Review
from metrics.quality.scoring import Marked, Scored, score
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Given:
    """What was chosen for one criterion. `score` None: it does not apply."""

    score: int | None
    note: str = ""


Marks = Mapping[int, Given]
"""By the id of the criterion; one that was not decided yet is missing."""


def keep(review: Review, marks: Marks, *, note: str, revision: int, actor: User) -> Review:
    """Keep what was scored so far, to go on later. Raises StaleReview, QualityRefused."""
    with _own(review, revision, actor) as locked:
        _write(locked, marks, note)
        return locked


def finish(review: Review, marks: Marks, *, note: str, revision: int, actor: User) -> Review:
    """Finish it: every criterion is scored, or does not apply where that is allowed. Raises StaleReview,
    QualityRefused."""
    with _own(review, revision, actor) as locked:
        criteria = list(locked.version.criteria.all())
        missing = [one.name for one in criteria if one.pk not in marks]
        if missing:
            raise QualityRefused(_("Not scored yet: %(names)s.") % {"names": ", ".join(missing)})
        _write(locked, marks, note)
        found = preview(criteria, marks)
        locked.state, locked.done_at = Review.State.DONE, timezone.now()
        locked.score, locked.has_critical_fail = found.share, found.has_critical_fail
        locked.save(update_fields=["state", "done_at", "score", "has_critical_fail"])
        record(
            actor=actor, event=Event.QUALITY_REVIEWED, subject=locked, facts=facts(locked, criteria, marks)
        )
        return locked


def decline(review: Review, *, why: str, actor: User) -> Review:
    """Give a ticket back that one cannot judge, with the reason. It counts nowhere. Raises QualityRefused."""
    if not why.strip():
        raise QualityRefused(_("Say why you cannot review it."))
    with _own(review, None, actor) as locked:
        locked.state, locked.note = Review.State.DECLINED, door_of(locked.source).masked(why.strip())
        locked.save(update_fields=["state", "note"])
        record(actor=actor, event=Event.QUALITY_DECLINED, subject=locked)
        return locked


def preview(criteria: list[Criterion], marks: Marks) -> Scored:
    """What the score would be with these marks."""
    return score(
        Marked(one.weight, one.top, marks[one.pk].score, one.is_critical)
        for one in criteria
        if one.pk in marks
    )


def marks_of(review: Review) -> dict[int, Given]:
    """What was scored so far. One query."""
    return {mark.criterion_id: Given(mark.score, mark.note) for mark in review.marks.all()}


@contextmanager
def _own(review: Review, revision: int | None, actor: User) -> Iterator[Review]:
    """The review, locked, that this person has to do."""
    require(actor, Permission.QUALITY_REVIEW, review)
    with transaction.atomic():
        locked = Review.objects.select_for_update(of=("self",)).select_related("version").get(pk=review.pk)
        if locked.reviewer_id != actor.pk:
            raise PermissionDenied
        if locked.state != Review.State.ASSIGNED:
            raise QualityRefused(_("This review was finished or given back meanwhile. Nothing was changed."))
        if revision is not None and locked.revision != revision:
            raise StaleReview(
                _("This review was saved in another window meanwhile. Nothing was overwritten.")
            )
        yield locked


def _write(review: Review, marks: Marks, note: str) -> None:
    criteria = {one.pk: one for one in review.version.criteria.all()}
    for pk, given in marks.items():
        _check(criteria.get(pk), given)
    masked = door_of(review.source).masked
    Mark.objects.filter(review=review).delete()
    rows = [
        Mark(review=review, criterion_id=pk, score=given.score, note=masked(given.note))
        for pk, given in marks.items()
    ]
    Mark.objects.bulk_create(rows)
    review.note, review.revision = masked(note), review.revision + 1
    review.save(update_fields=["note", "revision"])


def _check(criterion: Criterion | None, given: Given) -> None:
    if criterion is None:
        raise QualityRefused(_("This scorecard has no such criterion."))
    if given.score is None and not criterion.may_skip:
        raise QualityRefused(_("“%(name)s” always applies: choose a score.") % {"name": criterion.name})
    if given.score is not None and not 0 <= given.score <= criterion.top:
        raise QualityRefused(
            _("“%(name)s” is scored from 0 to %(top)s.") % {"name": criterion.name, "top": criterion.top}
        )


def facts(review: Review, criteria: list[Criterion], marks: Marks) -> dict[str, Any]:
    """What the record keeps of a finished review."""
    scores = {one.key: marks[one.pk].score for one in criteria if one.pk in marks}
    return {
        "ticket": review.external_id,
        "scorecard": str(review.version),
        "score": review.score,
        "critical_fail": review.has_critical_fail,
        "scores": scores,
    }
