"""What `[[sop:…]]`, `[[macro:…]]` and the like stand for: the document's title in force, if the viewer may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sopdesk.documents.models import Document
from sopdesk.text.references import Target

if TYPE_CHECKING:
    from sopdesk.documents.kinds import Kind


def resolver(kind: Kind) -> Callable[..., dict[str, Target]]:
    """A resolver of one kind's references, one query for all keys of a page."""

    def resolve(keys: Collection[str], *, viewer: Any, at: datetime) -> dict[str, Target]:
        documents = Document.objects.visible_to(viewer).filter(kind=kind.name, key__in=keys)
        return {
            document.key: Target(title=document.current_title, url=kind.url("read", document.key))
            for document in documents.with_version_at(at)
            if document.current_title
        }

    return resolve
