"""Verifying: somebody's word that what is in force is still right. It moves the next review, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.days import day_of
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.locking import database_now, lock_documents
from sopdesk.documents.models import Document, Verification, Version

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

UNDO_WITHIN = timedelta(minutes=10)


def may_verify(person: User, document: Document) -> bool:
    """Whether this person's word counts: the owner's, and that of everybody granted document:verify."""
    if allows(person, Permission.DOCUMENT_VERIFY):
        return True
    return document.owner_id == person.pk and allows(person, Permission.DOCUMENT_READ_INTERNAL)


def verify(document: Document, *, actor: User, version: Version, note: str = "") -> Verification:
    """Say that `version`, which the actor has looked at, is still right: the next review is counted from today.

    Raises ChangeRefused when another version came in force meanwhile, PermissionDenied for those who may not.
    """
    with transaction.atomic():
        locked = _locked(document, actor)
        standing = locked.versions.visible_to(actor).in_force(database_now()).first()
        if standing is None or standing.pk != version.pk:
            raise ChangeRefused([_moved_on(locked, standing)])
        before = locked.review_by
        locked.review_by = day_of(timezone.now()) + relativedelta(months=locked.review_months)
        said = Verification.objects.create(
            document=locked, version=standing, by=actor, note=note.strip(), review_by_before=before
        )
        _save_review(locked, actor)
        facts = {"version": standing.number, "hash": standing.content_hash, "review_by": locked.review_by}
        record(actor=actor, event=Event.DOCUMENT_VERIFIED, subject=locked, facts=facts)
        return said


def verify_several(versions: Iterable[Version], *, actor: User, note: str = "") -> tuple[int, list[str]]:
    """Verify each by itself: one that is refused holds up no other. Returns how many were, and why the others not."""
    done = 0
    reasons: list[str] = []
    for version in versions:
        try:
            verify(version.document, actor=actor, version=version, note=note)
        except ChangeRefused as refusal:
            reasons += refusal.reasons
        else:
            done += 1
    return done, reasons


def take_back(verification: Verification, *, actor: User) -> Document:
    """Undo one's own verification within ten minutes: the review date is what it was before.

    Raises ChangeRefused when it is too late, when it is somebody else's, or when something followed it.
    """
    with transaction.atomic():
        locked = _locked(verification.document, actor)
        said = locked.verifications.first()
        if said is None or said.pk != verification.pk:
            raise ChangeRefused([_("This verification was taken back already, or another one followed it.")])
        if not can_take_back(said, actor, database_now()):
            raise ChangeRefused([_("A verification can be taken back by whoever gave it, for ten minutes.")])
        if not locked.versions.in_force(database_now()).filter(pk=said.version_id).exists():
            raise ChangeRefused([_("Another version is in force since. Its own review date stands.")])
        locked.review_by = said.review_by_before
        said.delete()
        _save_review(locked, actor)
        facts = {"version": said.version.number, "review_by": locked.review_by}
        record(actor=actor, event=Event.DOCUMENT_VERIFICATION_UNDONE, subject=locked, facts=facts)
        return locked


def can_take_back(verification: Verification, person: User, now: datetime) -> bool:
    return verification.by_id == person.pk and now - verification.at <= UNDO_WITHIN


def counted_from(document: Document) -> date | None:
    """The day from which the time to the next review counts: of the last verification, or of the last version's
    beginning. None while nothing was ever in force."""
    begun = document.versions.filter(in_force__startswith__lte=timezone.now())
    last = begun.order_by("-number").only("in_force").first()
    said = document.verifications.first()
    days = [day_of(last.since)] if last and last.since else []
    return max([*days, day_of(said.at)] if said else days, default=None)


def _locked(document: Document, actor: User) -> Document:
    lock_documents([document.pk])
    locked = Document.objects.visible_to(actor).filter(pk=document.pk).first()
    if locked is None or not may_verify(actor, locked):
        raise PermissionDenied(
            _("You are not allowed to do this: %(what)s.") % {"what": Permission.DOCUMENT_VERIFY}
        )
    return locked


def _save_review(document: Document, actor: User) -> None:
    document._history_user = actor  # type: ignore[attr-defined]  # simple_history reads it
    document.save(update_fields=["review_by"])


def _moved_on(document: Document, standing: Version | None) -> str:
    if standing is None:
        return _("%(key)s: no version is in force any more, so there is nothing to verify.") % {
            "key": document.key
        }
    reason = _("%(key)s: v%(number)s came in force while you were reading. Read it, then verify.")
    return reason % {"key": document.key, "number": standing.number}
