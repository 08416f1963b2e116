"""What the pages that show a document share: the row, its text for one reader at a time, and its upkeep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import stewardship, verifying
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Document, Verification, Version
from sopdesk.documents.querysets import DocumentQuerySet
from sopdesk.documents.usage import used_by
from sopdesk.postgres.worded import worded
from sopdesk.text.presenting import present

DUE_SOON = timedelta(days=30)
CONTENTS_LEVELS = (2, 3)
CONTENTS_MAX = 40
"""More entries than these are cut to the sections of the first level."""


def visible(request: HttpRequest, kind: Kind, key: str) -> Document:
    """The document of this key, a retired one too for whoever may read history. Raises Http404 for one that is not
    there or that this person may not see."""
    # Most are in force. Whether a retired one may still be read takes thrice as long to ask.
    in_force = _in_force(request.user, timezone.now(), key, kind=kind.name)
    if in_force:
        return in_force[0]
    return get_object_or_404(_named(key, kind.name).readable_by(request.user))


@worded
def _in_force(viewer: User | AnonymousUser, now: datetime, key: str, *, kind: str) -> QuerySet[Document]:
    return _named(key, kind).visible_to(viewer, now)


def _named(key: str, kind: str) -> DocumentQuerySet:
    return Document.objects.filter(kind=kind, key=key).select_related("owner")


def text_of(
    request: HttpRequest, document: Document, version: Version, at: datetime | None = None
) -> dict[str, Any]:
    """A version's text as this reader sees it at a time, now by default, its contents, and what referred to the
    document then."""
    return {
        "html": present(version.html, viewer=request.user, at=at or timezone.now()),
        "contents": contents(version),
        "used_by": used_by(document, viewer=request.user, at=at),
    }


def contents(version: Version) -> list[dict[str, Any]]:
    """The sections a reader jumps to: two levels, or one where that would be too many."""
    found = [section for section in version.sections if section["level"] in CONTENTS_LEVELS]
    if len(found) > CONTENTS_MAX:
        found = [section for section in found if section["level"] == CONTENTS_LEVELS[0]]
    return found


def upkeep(person: User, document: Document, version: Version | None, now: datetime) -> dict[str, Any]:
    """Whether it is verified, by whom, and what this person may do about it. One query."""
    today = timezone.localdate()
    verified = next(iter(_verified(version.pk)), None) if version else None
    standing = version.standing_at(now) if version else ""
    return {
        "is_unverified": document.is_unverified(today),
        "is_due": document.review_by is not None and document.review_by <= today + DUE_SOON,
        "verified": verified,
        "may_verify": standing == "in_force" and verifying.may_verify(person, document),
        "may_take_back": verified is not None and verifying.can_take_back(verified, person, now),
        "may_steward": stewardship.may_steward(person, document),
    }


@worded
def _verified(version: int) -> QuerySet[Verification]:
    return Verification.objects.filter(version=version).select_related("by")[:1]
