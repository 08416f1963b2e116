"""Reviewers without a log-in: invited to one change, by an expiring link that a code sent by e-mail confirms.

Only hashes of the link and of the code are kept. Whoever invites vouches for the person, so nobody invites into a
change that they wrote, or for a function that they do not hold (administrators give any); who takes part in writing
it later vouches no more, and the link and its approval no longer count. An outside approval counts beside those of the
desk, never alone.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.documents import assigning, requirements, reviewing, signing, states, telling
from sopdesk.documents.errors import ChangeRefused, LinkGone
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Approval, Change, OutsideReviewer

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DAYS = 30
CODE_WORKS = timedelta(minutes=10)
MAX_TRIES = 5


def functions_to_give(person: User) -> Sequence[ReviewFunction]:
    """The functions that this person may invite somebody to approve for."""
    every = allows(person, Permission.REVIEW_RULES_EDIT)
    return [each for each in ReviewFunction if every or each.value in person.functions]


def invite(
    change: Change, *, name: str, email: str, function: str = "", days: int, actor: User
) -> OutsideReviewer:
    """Ask somebody without a log-in to review one change; the letter holds the link, which nothing else does.

    Raises ChangeRefused for an address of the desk, a second link to one address, a function that is not the actor's
    to give, and one's own work.
    """
    require(actor, Permission.CHANGE_INVITE, change)
    with transaction.atomic():
        change = locked_change(change)
        _refuse_invitation(change, email, function, days, actor)
        token = secrets.token_urlsafe(32)
        outsider = OutsideReviewer.objects.create(
            change=change,
            name=name.strip(),
            email=email.strip().lower(),
            function=function,
            token_hash=_hash(token),
            expires_at=timezone.now() + timedelta(days=days),
            asked_by=actor,
        )
        note = _("%(name)s was invited to review it, too.") % {"name": outsider.name}
        assigning.reopen_if_unmet(change, actor, note)
        telling.invited(outsider, change, url=reverse("outside:read", args=[token]))
        facts = {"name": outsider.name, "function": function, "days": days}
        record(actor=actor, event=Event.OUTSIDE_INVITED, subject=change, facts=facts)
        return outsider


def revoke(outsider: OutsideReviewer, *, actor: User) -> Change:
    """End a link before its time. What was signed with it stays; send the change back to have that voided."""
    require(actor, Permission.CHANGE_INVITE, outsider)
    with transaction.atomic():
        change = locked_change(outsider.change)
        reviewing.refuse_own_work(change, actor)
        fresh = OutsideReviewer.objects.select_for_update().get(pk=outsider.pk)
        if fresh.revoked_at is not None:
            return change
        fresh.revoked_at = timezone.now()
        fresh.save(update_fields=["revoked_at"])
        assigning.approve_if_met(change, actor)
        record(actor=actor, event=Event.OUTSIDE_REVOKED, subject=change, facts={"name": fresh.name})
        return change


def find(token: str) -> OutsideReviewer:
    """Whom a link was made for. Raises LinkGone, the same for every link that does not work (any more)."""
    held = OutsideReviewer.objects.select_related("change", "asked_by")
    outsider = held.filter(token_hash=_hash(token)).first()
    if outsider is None or not works(outsider):
        raise LinkGone
    return outsider


def works(outsider: OutsideReviewer) -> bool:
    """Whether a link is good now: neither ended nor taken back, its change in review, not signed with already, and
    whoever invited still no author of it."""
    if outsider.revoked_at is not None or outsider.expires_at <= timezone.now():
        return False
    if outsider.change.state not in assigning.REVIEWED:
        return False
    if reviewing.is_own_work(outsider.change, outsider.asked_by):
        return False
    return not outsider.approvals.filter(voided_at=None).exists()


def send_code(outsider: OutsideReviewer) -> None:
    """Mail six digits that work for ten minutes and five tries; an earlier code stops working."""
    with transaction.atomic():
        fresh = OutsideReviewer.objects.select_for_update().get(pk=outsider.pk)
        digits = f"{secrets.randbelow(10**6):06}"
        now = timezone.now()
        fresh.code_hash, fresh.code_until, fresh.tries = _code_hash(fresh, digits), now + CODE_WORKS, 0
        fresh.save(update_fields=["code_hash", "code_until", "tries"])
        telling.code(fresh, digits, number=int(now.timestamp() * 1000))
        record(actor=acting(fresh), event=Event.OUTSIDE_CODE_SENT, subject=fresh.change)


def confirm(outsider: OutsideReviewer, digits: str) -> bool:
    """Whether these are the digits that were mailed. Each try counts, and a code is good once."""
    with transaction.atomic():
        fresh = OutsideReviewer.objects.select_for_update().get(pk=outsider.pk)
        if not has_code(fresh):
            return False
        is_right = constant_time_compare(fresh.code_hash, _code_hash(fresh, digits.strip()))
        fresh.tries += 1
        if is_right:
            fresh.code_hash, fresh.code_until = "", None
        fresh.save(update_fields=["code_hash", "code_until", "tries"])
        event = Event.OUTSIDE_CONFIRMED if is_right else Event.OUTSIDE_CODE_REFUSED
        record(actor=acting(fresh), event=event, subject=fresh.change, facts={"try": fresh.tries})
        return is_right


def has_code(outsider: OutsideReviewer) -> bool:
    """Whether a code was mailed that can still be tried."""
    until = outsider.code_until
    return until is not None and until > timezone.now() and outsider.tries < MAX_TRIES


def approve(outsider: OutsideReviewer, *, seen_hash: str, note: str = "") -> Change:
    """Sign exactly what was seen. Raises LinkGone, or ChangeRefused as `reviewing.approve` does."""
    with transaction.atomic():
        change = locked_change(outsider.change)
        fresh = _working(outsider)
        items = reviewing.drafts_of(change)
        present = reviewing.refuse_unseen(change, items, seen_hash)
        reviewing.refuse_blocked(change)
        functions = [fresh.function] if fresh.function else []
        proof = Approval.Proof.EMAIL_CODE
        approval = signing.sign(
            change, items, signer=fresh, functions=functions, content_hash=present, proof=proof, note=note
        )
        is_met = requirements.requirements(change, items).is_met
        if is_met and change.state == Change.State.IN_REVIEW:
            states.move(change, "approve", actor=fresh.asked_by, outside=fresh, note=note)
            telling.approved(change, by=str(acting(fresh)), number=approval.pk)
        facts = {"hash": present, "functions": functions, "signed_with": str(proof)}
        record(actor=acting(fresh), event=Event.CHANGE_APPROVED, subject=change, facts=facts)
        return change


def request_changes(outsider: OutsideReviewer, *, note: str) -> Change:
    """Send the change back with what is wrong; the link works again when it is proposed anew."""
    reviewing.refuse_without_words(note)
    with transaction.atomic():
        change = locked_change(outsider.change)
        fresh = _working(outsider)
        states.void_approvals(change, actor=fresh.asked_by)
        states.move(change, "request_changes", actor=fresh.asked_by, outside=fresh, note=note)
        entry = record(actor=acting(fresh), event=Event.CHANGE_CHANGES_REQUESTED, subject=change)
        telling.sent_back(change, by=str(acting(fresh)), note=note, number=entry.number)
        return change


def acting(outsider: OutsideReviewer) -> System:
    """How the record names somebody from outside: they have no number of a person of the desk."""
    return System(_("%(name)s (outside)") % {"name": outsider.name})


def _working(outsider: OutsideReviewer) -> OutsideReviewer:
    fresh = OutsideReviewer.objects.select_for_update(of=("self",)).select_related("change", "asked_by")
    found = fresh.get(pk=outsider.pk)
    if not works(found):
        raise LinkGone
    return found


def _refuse_invitation(change: Change, email: str, function: str, days: int, actor: User) -> None:
    """Raise ChangeRefused for an invitation that may not be made."""
    reasons = []
    if change.state not in assigning.REVIEWED:
        reasons.append(_("Somebody from outside is invited while a change is in review."))
    if reviewing.is_own_work(change, actor):
        reasons.append(_("You took part in writing it, so somebody else has to invite."))
    if function and function not in functions_to_give(actor):
        reasons.append(_("You can invite for the functions that you hold. An administrator can for any."))
    if not 1 <= days <= MAX_DAYS:
        reasons.append(_("A link works for 1 to %(days)d days.") % {"days": MAX_DAYS})
    if User.objects.filter(email__iexact=email.strip()).exists():
        reasons.append(_("This address belongs to somebody of the desk. Ask them by name instead."))
    if change.outsiders.filter(email__iexact=email.strip(), revoked_at=None).exists():
        reasons.append(_("This address has a link already. Take that one back first."))
    if reasons:
        raise ChangeRefused(reasons)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_hash(outsider: OutsideReviewer, digits: str) -> str:
    """Keyed, since six digits could be tried out against a plain hash."""
    return salted_hmac("documents.outside.code", f"{outsider.pk}:{digits}", algorithm="sha256").hexdigest()
