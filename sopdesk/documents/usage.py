"""What uses this? Answered from the references that versions in force hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document, Reference, Version
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    found: Iterable[Version] = (
        _users_now(viewer, timezone.now(), kind, key)
        if at is None
        else _users(Version.objects.readable_at(viewer, at), kind, key)
    )
    return [_use(version) for version in found]


@worded
def _users_now(viewer: User | AnonymousUser, now: datetime, kind: str, key: str) -> QuerySet[Version]:
    return _users(Version.objects.readable_now(viewer, now), kind, key)


def _users(versions: QuerySet[Version], kind: str, key: str) -> QuerySet[Version]:
    refers = Reference.objects.filter(kind=kind, key=key).values("version_id")
    found = versions.filter(pk__in=refers).select_related("document")
    found = found.only("title", "document__kind", "document__key")
    return found.order_by("document__kind", "document__key")


def related(
    document: Document,
    version: Version,
    kind: str,
    *,
    viewer: User | AnonymousUser,
    limit: int,
    only: tuple[str, ...] = (),
) -> list[Version]:
    """The first versions in force of another kind that this text names, or that name it: the macros to an SOP, say.
    `only`: the columns that are read."""
    now = timezone.now()
    return _related(
        viewer, now, version.pk, document.key, of=document.kind, kind=kind, limit=limit, only=only
    )


@worded
def _related(
    viewer: User | AnonymousUser,
    now: datetime,
    version: int,
    key: str,
    *,
    of: str,
    kind: str,
    limit: int,
    only: tuple[str, ...],
) -> QuerySet[Version]:
    named = Reference.objects.filter(version=version, kind=kind).values("key")
    naming = Reference.objects.filter(kind=of, key=key).values("version_id")
    found = Version.objects.readable_now(viewer, now).filter(document__kind=kind)
    found = found.filter(Q(document__key__in=named) | Q(pk__in=naming)).select_related("document")
    return (found.only(*only) if only else found).order_by("title")[:limit]


def _use(version: Version) -> Use:
    document = version.document
    return Use(
        kind_of(document.kind), document.key, version.title, kind_of(document.kind).url("read", document.key)
    )
