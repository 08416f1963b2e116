"""Stewardship: who answers for a document, and how often it is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, allows
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.locking import lock_documents
from sopdesk.documents.models import Document
from sopdesk.documents.verifying import counted_from

if TYPE_CHECKING:
    from sopdesk.accounts.querysets import UserQuerySet

LONGEST = 60
"""Months; a rule that nobody looks at for longer is nobody's rule."""


def possible_owners() -> UserQuerySet:
    """Who can answer for a document: people who may sign in and whose word verifies it."""
    roles = [role for role, grants in GRANTS.items() if Permission.DOCUMENT_VERIFY in grants]
    return User.objects.get_queryset().filter(is_active=True, roles__overlap=roles)


def may_steward(person: User, document: Document) -> bool:
    """Whether this person may say who owns the document: its owner, those who write, those who hand over."""
    if allows(person, Permission.CHANGE_EDIT) or allows(person, Permission.DOCUMENT_HAND_OVER):
        return True
    return document.owner_id == person.pk and allows(person, Permission.DOCUMENT_READ_INTERNAL)


def change_stewardship(document: Document, *, owner: User, review_months: int, actor: User) -> Document:
    """Give the document an owner and an interval of review; the next review is counted anew where that changed.

    Raises ChangeRefused for an owner who could not verify it, or an interval that makes no sense.
    """
    with transaction.atomic():
        lock_documents([document.pk])
        locked = Document.objects.visible_to(actor).filter(pk=document.pk).first()
        if locked is None or not may_steward(actor, locked):
            what = {"what": Permission.DOCUMENT_HAND_OVER}
            raise PermissionDenied(_("You are not allowed to do this: %(what)s.") % what)
        _check(locked, owner, review_months)
        changed = _changed(locked, owner, review_months)
        if not changed:
            return locked
        facts = {"changed": changed, "owner_before": locked.owner_id, "owner": owner.pk}
        facts |= {"months_before": locked.review_months, "months": review_months}
        _write(locked, owner, review_months, changed, actor)
        record(actor=actor, event=Event.DOCUMENT_STEWARDSHIP_CHANGED, subject=locked, facts=facts)
        return locked


def _check(document: Document, owner: User, review_months: int) -> None:
    if not 1 <= review_months <= LONGEST:
        raise ChangeRefused([_("Choose between 1 and %(longest)d months.") % {"longest": LONGEST}])
    if owner.pk != document.owner_id and not possible_owners().filter(pk=owner.pk).exists():
        reason = _("%(name)s cannot verify documents. Choose an author or a reviewer who may sign in.")
        raise ChangeRefused([reason % {"name": owner.name}])


def _changed(document: Document, owner: User, review_months: int) -> list[str]:
    owned = [] if document.owner_id == owner.pk else ["owner"]
    return [*owned, "review_months", "review_by"] if document.review_months != review_months else owned


def _write(document: Document, owner: User, review_months: int, changed: list[str], actor: User) -> None:
    document.owner, document.review_months = owner, review_months
    if "review_by" in changed:
        since = counted_from(document)
        document.review_by = since + relativedelta(months=review_months) if since else None
    document._history_user = actor  # type: ignore[attr-defined]  # simple_history reads it
    document.save(update_fields=changed)
