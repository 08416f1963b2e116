"""Reviewing: propose, approve, ask for changes, withdraw. Nobody approves their own work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import checks, states
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Approval, Change

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

REQUIRED_APPROVALS = 1


def propose(change: Change, *, actor: User, note: str = "") -> Change:
    """Hand a change over for review. Raises ChangeRefused when it is not a draft or a check blocks it."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "propose")
        _refuse_blocked(change, proposing=True)
        states.move(change, "propose", actor=actor, note=note)
        record(actor=actor, event=Event.CHANGE_PROPOSED, subject=change, facts={"hash": current_hash(change)})
        return change


def approve(change: Change, *, actor: User, seen_hash: str, note: str = "") -> Change:
    """Approve exactly the content whose hash the reviewer saw.

    Raises ChangeRefused when it was edited meanwhile, when the reviewer took part in writing it, when they have
    approved it already, or when a check blocks it. With enough approvals the change is approved.
    """
    require(actor, Permission.CHANGE_APPROVE, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "approve")
        _refuse_own_work(change, actor)
        present = current_hash(change)
        if present != seen_hash:
            raise ChangeRefused(
                [_("The text was edited while you were reading. Look at it again, then approve.")]
            )
        if change.approvals.filter(reviewer=actor, voided_at=None).exists():
            raise ChangeRefused([_("You have approved this already.")])
        _refuse_blocked(change)
        Approval.objects.create(change=change, reviewer=actor, content_hash=present, note=note)
        record(actor=actor, event=Event.CHANGE_APPROVED, subject=change, facts={"hash": present})
        if change.approvals.filter(voided_at=None, content_hash=present).count() >= REQUIRED_APPROVALS:
            states.move(change, "approve", actor=actor, note=note)
        return change


def request_changes(change: Change, *, actor: User, note: str) -> Change:
    """Send a change back with what is wrong. Raises ChangeRefused without a reason, or for one's own work."""
    require(actor, Permission.CHANGE_APPROVE, change)
    if not note.strip():
        raise ChangeRefused([_("Say what should be changed, so that the author knows what to do.")])
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "request_changes")
        _refuse_own_work(change, actor)
        states.void_approvals(change)
        states.move(change, "request_changes", actor=actor, note=note)
        record(actor=actor, event=Event.CHANGE_CHANGES_REQUESTED, subject=change)
        return change


def withdraw(change: Change, *, actor: User, note: str = "") -> Change:
    """Give a change up; its drafts stay readable in it. Published and scheduled ones cannot be withdrawn."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "withdraw")
        states.void_approvals(change)
        states.move(change, "withdraw", actor=actor, note=note)
        record(actor=actor, event=Event.CHANGE_WITHDRAWN, subject=change)
        return change


def current_hash(change: Change) -> str:
    """The hash of the change as it stands: what an approval given now would be bound to."""
    return change_hash(change, change.items.all())


def is_own_work(change: Change, user: User) -> bool:
    """Whether this person wrote any of it."""
    return change.authors.filter(pk=user.pk).exists()


def _refuse_own_work(change: Change, actor: User) -> None:
    if is_own_work(change, actor):
        raise ChangeRefused([_("You took part in writing this change, so somebody else has to review it.")])


def _refuse_blocked(change: Change, *, proposing: bool = False) -> None:
    reasons = checks.blocking(change, proposing=proposing)
    if reasons:
        raise ChangeRefused(reasons)
