"""Reviews that somebody has to do go to others, who left, is away, or has too many; or a calibration goes on without.

Whoever takes a review over begins anew: what was scored so far does not go along, so that nobody is led by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.quality.assigning import balance, may_review, reviewers
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Calibration, Mark, Review
from metrics.quality.sampling import DUE_DAYS, by
from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

Choose = Callable[[Review, Collection[int]], "User | None"]
"""Who takes a review, given who has its ticket already in the same draw or calibration."""


@dataclass
class Handed:
    """What went to others, and what nobody who was asked for may take."""

    went: list[Review] = field(default_factory=list)
    left: list[Review] = field(default_factory=list)


def may_take(person: User) -> bool:
    return allows(person, Permission.QUALITY_REVIEW)


def reassign(person: User, ids: Iterable[int], *, to: User | None, actor: User) -> Handed:
    """Give reviews that a person has to do to another, or (`to` None) in turn to those who have least to do. Raises
    QualityRefused where nothing is to go, or the other may not review."""
    require(actor, Permission.QUALITY_EDIT, person)
    if to is not None and (not may_take(to) or to.pk == person.pk):
        raise QualityRefused(
            _("%(name)s cannot take reviews over. Choose somebody else.") % {"name": to.name}
        )
    with transaction.atomic():
        give = balance([one for one in reviewers() if one.pk != person.pk], f"reassign {person.pk}")

        def choose(review: Review, having: Collection[int]) -> User | None:
            if to is not None:
                return to if to.pk not in having and may_review(to, review) else None
            return next(iter(give.pick(review, but=having)), None)

        handed = move(person, ids, choose, actor=actor)
        if not handed.went and not handed.left:
            raise QualityRefused(_("None of these is still to be done by %(name)s.") % {"name": person.name})
        return handed


def move(person: User, ids: Iterable[int], choose: Choose, *, actor: User) -> Handed:
    """The same for a caller that has checked who may do it; within a transaction."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("team")
    held = list(rows.filter(reviewer=person, state=Review.State.ASSIGNED, pk__in=[*ids]).order_by("pk"))
    having, handed = _having(held), Handed()
    for review in held:
        others = having[_together(review)]
        to = choose(review, others)
        if to is None:
            handed.left.append(review)
            continue
        _give(review, person, to, actor)
        others.add(to.pk)
        handed.went.append(review)
    return handed


def leave_out(calibration: Calibration, person: User, *, actor: User) -> int:
    """Let a calibration end without what somebody has not reviewed of it: their tickets count with those who have.
    Returns how many reviews. Raises QualityRefused where there is none."""
    require(actor, Permission.QUALITY_EDIT, calibration)
    with transaction.atomic():
        rows = Review.objects.select_for_update().filter(calibration=calibration, reviewer=person)
        held = list(rows.filter(state=Review.State.ASSIGNED))
        if not held:
            raise QualityRefused(_("%(name)s has nothing left to review here.") % {"name": person.name})
        Mark.objects.filter(review__in=held).delete()
        for review in held:
            review.state, review.note = Review.State.DECLINED, ""
            review.save(update_fields=["state", "note"])
        facts = {"reviewer": person.name, "tickets": [review.external_id for review in held]}
        record(actor=actor, event=Event.QUALITY_LEFT_OUT, subject=calibration, facts=facts)
        return len(held)


def _give(review: Review, person: User, to: User, actor: User) -> None:
    Mark.objects.filter(review=review).delete()
    for name, value in by(to).items():
        setattr(review, name, value)
    review.assigned_at, review.due_on = timezone.now(), timezone.localdate() + timedelta(days=DUE_DAYS)
    review.note, review.revision = "", 0
    columns = ["reviewer", "reviewer_name", "assigned_at", "due_on", "note", "revision"]
    review.save(update_fields=columns)
    facts = {"ticket": review.external_id, "from": person.name, "to": to.name}
    record(actor=actor, event=Event.QUALITY_REASSIGNED, subject=review, facts=facts)


def _together(review: Review) -> tuple[int | None, int | None, int, str]:
    """What says that two reviews are of one ticket, drawn together."""
    return review.draw_id, review.calibration_id, review.source_id, review.external_id


def _having(held: list[Review]) -> dict[tuple[int | None, int | None, int, str], set[int]]:
    """Who has the tickets of these reviews, in the same draw or calibration. One query."""
    same = Q(draw__in={row.draw_id for row in held if row.draw_id})
    same |= Q(calibration__in={row.calibration_id for row in held if row.calibration_id})
    found: dict[tuple[int | None, int | None, int, str], set[int]] = defaultdict(set)
    rows = Review.objects.filter(
        same, external_id__in={row.external_id for row in held}, reviewer__isnull=False
    )
    for row in rows.only("draw", "calibration", "source", "external_id", "reviewer"):
        found[_together(row)].add(row.reviewer_id or 0)
    return found
