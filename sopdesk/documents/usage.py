"""What uses this? Answered from the references that versions in force hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document, Reference, Version

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Use:
    """One document that refers to another: its kind, key, title in force and address."""

    kind: Kind
    key: str
    title: str
    url: str


def used_by(document: Document, *, viewer: User | AnonymousUser, at: datetime | None = None) -> list[Use]:
    """The documents whose text in force at a time, now by default, refers to this one, as far as the viewer may see
    them and what they said then."""
    return users_of(document.kind, document.key, viewer=viewer, at=at)


def users_of(kind: str, key: str, *, viewer: User | AnonymousUser, at: datetime | None = None) -> list[Use]:
    """The same for any kind of reference, such as ("duty", "gdpr-art-12-3"). One query."""
    refers = Reference.objects.filter(kind=kind, key=key).values("version_id")
    versions = Version.objects.readable_at(viewer, at).filter(pk__in=refers)
    found = versions.select_related("document").only("title", "document__kind", "document__key")
    return [_use(version) for version in found.order_by("document__kind", "document__key")]


def related(
    document: Document, version: Version, kind: str, *, viewer: User | AnonymousUser
) -> QuerySet[Version]:
    """The versions in force of another kind that this text names, or that name it: the macros to an SOP, say."""
    named = version.references.filter(kind=kind).values("key")
    naming = Reference.objects.filter(kind=document.kind, key=document.key).values("version_id")
    found = Version.objects.readable_at(viewer).filter(document__kind=kind)
    found = found.filter(Q(document__key__in=named) | Q(pk__in=naming)).select_related("document")
    return found.order_by("title")


def _use(version: Version) -> Use:
    document = version.document
    return Use(
        kind_of(document.kind), document.key, version.title, kind_of(document.kind).url("read", document.key)
    )
