"""Who reviews a change, and until when: asking by name, taking it on, handing it on, the due date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import requirements, states, telling
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.items import is_read
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import AskedReviewer, Change
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

S = Change.State
OPEN = states.EDITABLE
REVIEWED = frozenset({S.IN_REVIEW, S.APPROVED})


def ask(change: Change, *, reviewer: User, actor: User) -> AskedReviewer:
    """Ask somebody to review it beside those whom the rules ask for. Asking twice is one.

    Raises ChangeRefused for somebody who may not approve it. An approved change goes back into review.
    """
    require(actor, Permission.CHANGE_ASSIGN, change)
    with transaction.atomic():
        change = _locked(change, OPEN)
        refuse_as_reviewer(change, reviewer)
        asked, is_new = AskedReviewer.objects.get_or_create(
            change=change, reviewer=reviewer, defaults={"asked_by": actor}
        )
        if not is_new:
            return asked
        reopen_if_unmet(change, actor, _("%(name)s was asked to review it, too.") % {"name": reviewer.name})
        tell_asked(change)
        facts = {"reviewer": reviewer.name, "reviewer_id": reviewer.pk}
        record(actor=actor, event=Event.CHANGE_REVIEWER_ASKED, subject=change, facts=facts)
        return asked


def release(asked: AskedReviewer, *, actor: User) -> Change:
    """Take a request back. Raises ChangeRefused when an author would get rid of a reviewer whom somebody else asked."""
    require(actor, Permission.CHANGE_ASSIGN, asked)
    with transaction.atomic():
        change = _locked(asked.change, OPEN)
        fresh = AskedReviewer.objects.select_related("reviewer", "asked_by").filter(pk=asked.pk).first()
        if fresh is None:
            return change
        if fresh.asked_by_id != actor.pk and change.authors.filter(pk=actor.pk).exists():
            reason = _(
                "%(name)s asked for this review; only they or somebody who did not write it take it back."
            )
            raise ChangeRefused([reason % {"name": fresh.asked_by.name}])
        telling.no_longer_asked(fresh, change, actor=actor)
        facts = {"reviewer": fresh.reviewer.name, "reviewer_id": fresh.reviewer_id}
        fresh.delete()
        approve_if_met(change, actor)
        record(actor=actor, event=Event.CHANGE_REVIEWER_RELEASED, subject=change, facts=facts)
        return change


def claim(change: Change, *, actor: User) -> Change:
    """Say "I review this", so that nobody else begins, too. Raises ChangeRefused when somebody else has said so."""
    require(actor, Permission.CHANGE_APPROVE, change)
    with transaction.atomic():
        change = _locked(change, REVIEWED)
        refuse_as_reviewer(change, actor)
        if change.claimed_by_id == actor.pk:
            return change
        if change.claimed_by is not None:
            reason = _("%(name)s is reviewing it already. They can hand it on.")
            raise ChangeRefused([reason % {"name": change.claimed_by.name}])
        _give(change, actor)
        record(actor=actor, event=Event.CHANGE_CLAIMED, subject=change)
        return change


def let_go(change: Change, *, actor: User) -> Change:
    """Take back "I review this". Only who said it does; others hand it on."""
    require(actor, Permission.CHANGE_APPROVE, change)
    with transaction.atomic():
        change = _locked(change, OPEN)
        if change.claimed_by_id != actor.pk:
            raise ChangeRefused([_("You are not the one who reviews it.")])
        _give(change, None)
        record(actor=actor, event=Event.CHANGE_CLAIM_RELEASED, subject=change)
        return change


def hand_on(change: Change, *, to: User, actor: User, note: str = "") -> Change:
    """Give the review to somebody else, who is told, as is whoever had it."""
    require(actor, Permission.CHANGE_ASSIGN, change)
    with transaction.atomic():
        change = _locked(change, OPEN)
        refuse_as_reviewer(change, to)
        former = change.claimed_by
        if former == to:
            return change
        _give(change, to)
        facts = {"from": former.name if former else None, "to": to.name, "to_id": to.pk}
        entry = record(actor=actor, event=Event.CHANGE_HANDED_ON, subject=change, facts=facts)
        telling.handed_on(change, to=to, actor=actor, note=note, number=entry.number)
        if former is not None:
            telling.taken_over(change, former=former, to=to, actor=actor, number=entry.number)
        return change


def set_due(change: Change, *, due_on: date | None, actor: User) -> Change:
    """Say until when it should be reviewed; None: no date. Raises ChangeRefused for a day that has passed."""
    require(actor, Permission.CHANGE_ASSIGN, change)
    with transaction.atomic():
        change = _locked(change, OPEN)
        if change.due_on == due_on:
            return change
        if due_on is not None:
            refuse_past(due_on)
        facts = {"before": change.due_on, "due": due_on}
        change.due_on = due_on
        change.save(update_fields=["due_on"])
        record(actor=actor, event=Event.CHANGE_DUE_SET, subject=change, facts=facts)
        return change


def reviewers_for(change: Change) -> QuerySet[User]:
    """Who may be asked to review a change: may approve, may sign in, wrote none of it."""
    return _able(change.pk)


def reviewers_now(change: Change) -> list[User]:
    """The same as they are now. A page that offers them in two places asks once."""
    kept: list[User] | None = change.__dict__.get("_reviewers_read")
    if kept is None or not is_read(change):
        kept = change.__dict__["_reviewers_read"] = _able_now(change.pk)
    return kept


def _able(change: int) -> QuerySet[User]:
    roles = [role for role, granted in GRANTS.items() if Permission.CHANGE_APPROVE in granted]
    authors = Change.authors.through.objects.filter(change=change).values("user")
    able = User.objects.get_queryset().filter(is_active=True, roles__overlap=roles)
    return able.exclude(pk__in=authors).order_by("name")


_able_now = worded(_able)


def refuse_as_reviewer(change: Change, person: User) -> None:
    """Raise ChangeRefused for somebody who could not approve this change."""
    if not allows(person, Permission.CHANGE_APPROVE):
        reason = _("%(name)s may not approve changes. Choose a reviewer.")
        raise ChangeRefused([reason % {"name": person.name}])
    if change.authors.filter(pk=person.pk).exists():
        reason = _("%(name)s took part in writing it, so somebody else has to review it.")
        raise ChangeRefused([reason % {"name": person.name}])


def refuse_past(due_on: date) -> None:
    if due_on < timezone.localdate():
        raise ChangeRefused([_("That day has passed. Choose today or a later one.")])


def tell_asked(change: Change) -> None:
    """Write to those asked by name, once for each time that the change is proposed; before that nobody is bothered."""
    if change.state not in REVIEWED:
        return
    proposals = change.transitions.filter(verb="propose").count()
    answered = change.approvals.filter(voided_at=None).values("reviewer")
    waiting = change.asked.exclude(reviewer__in=answered).select_related("reviewer", "asked_by")
    for asked in waiting:
        telling.asked(asked, change, proposals=proposals)
    invited = change.outsiders.filter(revoked_at=None, expires_at__gt=timezone.now())
    vouched = invited.exclude(asked_by__in=change.authors.all())
    for outsider in vouched.exclude(approvals__in=change.approvals.filter(voided_at=None)):
        if change.transitions.filter(verb="propose", at__gt=outsider.at).exists():
            telling.outside_again(outsider, change, proposals=proposals)


def reopen_if_unmet(change: Change, actor: User, note: str) -> None:
    """Put an approved, locked change back into review when something is missing now."""
    if change.state == S.APPROVED and not requirements.requirements(change).is_met:
        states.move(change, "revise", actor=actor, note=note)


def approve_if_met(change: Change, actor: User) -> None:
    """The reverse: what was missing in a locked change in review is no longer asked for."""
    if change.state == S.IN_REVIEW and requirements.requirements(change).is_met:
        states.move(change, "approve", actor=actor, note=_("All that it needs was approved already."))


def _locked(change: Change, wanted: frozenset[Change.State]) -> Change:
    change = locked_change(change)
    if change.state not in wanted:
        reason = _("This change is %(state)s, so nobody is asked to review it.")
        raise ChangeRefused([reason % {"state": change.get_state_display()}])
    return change


def _give(change: Change, reviewer: User | None) -> None:
    change.claimed_by = reviewer
    change.save(update_fields=["claimed_by"])
