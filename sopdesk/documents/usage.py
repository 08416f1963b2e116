"""What uses this? Answered from the references that versions in force hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document, Reference

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Use:
    """One document that refers to another: its kind, key, title in force and address."""

    kind: Kind
    key: str
    title: str
    url: str


def used_by(document: Document, *, viewer: User | AnonymousUser) -> list[Use]:
    """The documents whose text in force refers to this one, as far as the viewer may see them."""
    return users_of(document.kind, document.key, viewer=viewer)


def users_of(kind: str, key: str, *, viewer: User | AnonymousUser) -> list[Use]:
    """The same for any kind of reference, such as ("duty", "gdpr-art-12-3"). One query."""
    refers = Reference.objects.filter(kind=kind, key=key).values("version_id")
    documents = Document.objects.visible_to(viewer).with_version_at()
    documents = documents.filter(current_id__in=refers)  # type: ignore[misc]  # an annotation
    return [
        Use(
            kind_of(found.kind),
            found.key,
            found.current_title or found.key,
            kind_of(found.kind).url("read", found.key),
        )
        for found in documents.order_by("kind", "key")
    ]
