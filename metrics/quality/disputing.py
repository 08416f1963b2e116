"""A lead says that a review is wrong; whoever keeps the scorecards lets it stand or has it done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.admitting import door_of
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Dispute, Review
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def dispute(review: Review, *, note: str, actor: User) -> Dispute:
    """Say what is wrong with a finished review. It goes on counting until that is settled. Raises QualityRefused."""
    require(actor, Permission.QUALITY_DISPUTE, review)
    if not note.strip():
        raise QualityRefused(_("Say what is wrong with the review."))
    with transaction.atomic():
        locked = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
        if locked.reviewer_id == actor.pk:
            raise QualityRefused(_("This is your own review. Somebody else has to dispute it."))
        if locked.state != Review.State.DONE:
            raise QualityRefused(_("Only a finished review can be disputed."))
        if locked.reviewer_id is None:
            raise QualityRefused(
                _("This review was brought in from elsewhere. Settle it there and bring it in again.")
            )
        if locked.disputes.filter(state=Dispute.State.OPEN).exists():
            raise QualityRefused(_("This review is disputed already."))
        made = Dispute.objects.create(
            review=locked,
            note=door_of(locked.source).masked(note.strip()),
            by=actor,
            score_before=locked.score,
        )
        record(actor=actor, event=Event.QUALITY_DISPUTED, subject=locked, facts={"dispute": made.pk})
        return made


def settle(dispute: Dispute, *, reopen: bool, answer: str, actor: User) -> Dispute:
    """Let the score stand, or give the ticket back to its reviewer, with the marks as they are. Never by who disputed
    it. Raises QualityRefused."""
    require(actor, Permission.QUALITY_EDIT, dispute.review)
    if not answer.strip():
        raise QualityRefused(_("Give the lead an answer."))
    with transaction.atomic():
        review = Review.objects.select_for_update(of=("self",)).get(pk=dispute.review_id)
        locked = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if locked.by_id == actor.pk:
            raise PermissionDenied
        if locked.state != Dispute.State.OPEN:
            raise QualityRefused(_("This dispute was settled meanwhile. Nothing was changed."))
        locked.state = Dispute.State.REOPENED if reopen else Dispute.State.STANDS
        locked.answer = door_of(review.source).masked(answer.strip())
        locked.settled_by, locked.settled_at = actor, timezone.now()
        locked.save(update_fields=["state", "answer", "settled_by", "settled_at"])
        if reopen:
            review.state, review.done_at = Review.State.ASSIGNED, None
            review.score, review.has_critical_fail = None, False
            review.save(update_fields=["state", "done_at", "score", "has_critical_fail"])
        facts = {"outcome": locked.state, "score_before": locked.score_before}
        record(actor=actor, event=Event.QUALITY_DISPUTE_SETTLED, subject=review, facts=facts)
        return locked
