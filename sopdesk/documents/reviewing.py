"""Reviewing: propose, approve, ask for changes, withdraw. Nobody approves their own work.

What a change needs is decided in requirements.py; how a signature is kept, in signing.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import assigning, checks, requirements, signing, states, telling
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Approval, Change, ChangeItem

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def propose(change: Change, *, actor: User, note: str = "", due_on: date | None = None) -> Change:
    """Hand a change over for review. Raises ChangeRefused when it is not a draft or a check blocks it.

    `due_on` is when the review should be done; without one an earlier date stays. Those asked by name are told.
    """
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "propose")
        refuse_blocked(change, proposing=True)
        if due_on is not None:
            assigning.refuse_past(due_on)
            change.due_on = due_on
            change.save(update_fields=["due_on"])
        states.move(change, "propose", actor=actor, note=note)
        assigning.tell_asked(change)
        facts = {"hash": current_hash(change), "due": change.due_on}
        record(actor=actor, event=Event.CHANGE_PROPOSED, subject=change, facts=facts)
        return change


def approve(
    change: Change,
    *,
    actor: User,
    seen_hash: str,
    note: str = "",
    functions: Iterable[str] | None = None,
    proof: str = "",
) -> Change:
    """Sign exactly the content whose hash the reviewer saw, for `functions` that they hold (None: those it needs).

    Raises ChangeRefused when it was edited meanwhile, when the reviewer took part in writing it, when they have
    approved it already, or when a check blocks it. With all it needs the change is approved; one that is approved
    takes further signatures, which is how it gets what a rule asks for since. `proof` says how the signer showed who
    they are (accounts/proving.py).
    """
    require(actor, Permission.CHANGE_APPROVE, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "approve")
        refuse_own_work(change, actor)
        items = drafts_of(change)
        present = refuse_unseen(change, items, seen_hash)
        held = functions_to_sign(change, items, actor, functions)
        replace_narrower(change, actor, held)
        refuse_blocked(change)
        approval = signing.sign(
            change, items, signer=actor, functions=held, content_hash=present, proof=proof, note=note
        )
        is_met = requirements.requirements(change, items).is_met
        if is_met and change.state == Change.State.IN_REVIEW:
            states.move(change, "approve", actor=actor, note=note)
            telling.approved(change, by=actor.name, number=approval.pk)
        facts = {"hash": present, "functions": approval.functions, "signed_with": proof}
        record(actor=actor, event=Event.CHANGE_APPROVED, subject=change, facts=facts)
        return change


def request_changes(change: Change, *, actor: User, note: str) -> Change:
    """Send a change back with what is wrong. Raises ChangeRefused without a reason, or for one's own work."""
    require(actor, Permission.CHANGE_APPROVE, change)
    refuse_without_words(note)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "request_changes")
        refuse_own_work(change, actor)
        states.void_approvals(change, actor=actor)
        states.move(change, "request_changes", actor=actor, note=note)
        entry = record(actor=actor, event=Event.CHANGE_CHANGES_REQUESTED, subject=change)
        telling.sent_back(change, by=actor.name, note=note, number=entry.number)
        return change


def withdraw(change: Change, *, actor: User, note: str = "") -> Change:
    """Give a change up; its drafts stay readable in it. Published and scheduled ones cannot be withdrawn."""
    require(actor, Permission.CHANGE_EDIT, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "withdraw")
        states.void_approvals(change, actor=actor)
        states.move(change, "withdraw", actor=actor, note=note)
        record(actor=actor, event=Event.CHANGE_WITHDRAWN, subject=change)
        return change


def current_hash(change: Change) -> str:
    """The hash of the change as it stands: what an approval given now would be bound to."""
    return change_hash(change, change.items.all())


def drafts_of(change: Change) -> list[ChangeItem]:
    """The drafts with all that requirements and hashes are worked out from."""
    return list(change.items.select_related("document", "base_version"))


def standing_approvals(change: Change) -> list[Approval]:
    """Those that an edit would void, so that a writer can be told before."""
    standing = change.approvals.filter(voided_at=None).select_related("reviewer", "outside")
    return list(standing.defer("seen"))


def is_own_work(change: Change, user: User) -> bool:
    """Whether this person wrote any of it."""
    return change.authors.filter(pk=user.pk).exists()


def refuse_own_work(change: Change, actor: User) -> None:
    if is_own_work(change, actor):
        raise ChangeRefused([_("You took part in writing this change, so somebody else has to review it.")])


def refuse_blocked(change: Change, *, proposing: bool = False) -> None:
    """Raise ChangeRefused with what stops the approval, or only the proposal."""
    reasons = checks.blocking(change, proposing=proposing, approving=True)
    if reasons:
        raise ChangeRefused(reasons)


def refuse_unseen(change: Change, items: Iterable[ChangeItem], seen_hash: str) -> str:
    """The hash of what stands there now. Raises ChangeRefused unless that is what was seen."""
    present = change_hash(change, items)
    if present != seen_hash:
        raise ChangeRefused(
            [_("The text was edited while you were reading. Look at it again, then approve.")]
        )
    return present


def refuse_without_words(note: str) -> None:
    if not note.strip():
        raise ChangeRefused([_("Say what should be changed, so that the author knows what to do.")])


def functions_to_sign(
    change: Change, items: Iterable[ChangeItem], actor: User, functions: Iterable[str] | None
) -> set[str]:
    """The functions to sign for. Raises ChangeRefused for one that the signer does not hold."""
    if functions is None:
        needs = requirements.requirements(change, items).needs
        return {need.function.value for need in needs} & set(actor.functions)
    wanted = set(functions)
    if wanted - set(actor.functions):
        raise ChangeRefused([_("You can approve only for the functions that you hold.")])
    return wanted


def replace_narrower(change: Change, actor: User, functions: set[str]) -> None:
    """Of one signer one signature stands. A second one may only add functions: it then takes the place of the first."""
    earlier: Approval | None = change.approvals.filter(reviewer=actor, voided_at=None).first()
    if earlier is None:
        return
    if functions <= set(earlier.functions):
        raise ChangeRefused([_("You have approved this already.")])
    functions |= set(earlier.functions)
    states.void_approvals(change, actor=actor, of=[earlier])
