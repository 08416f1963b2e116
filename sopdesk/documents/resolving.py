"""What `[[sop:…]]`, `[[macro:…]]` and the like stand for: the document's title at a time, if the viewer may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from sopdesk.documents.models import Document, Version
from sopdesk.documents.time_machine import address
from sopdesk.text.references import Target

if TYPE_CHECKING:
    from sopdesk.documents.kinds import Kind

PAST = timedelta(minutes=1)
"""What is resolved for longer ago is read in the time machine, and its links stay in that time."""


def resolver(kind: Kind) -> Callable[..., dict[str, Target]]:
    """A resolver of one kind's references, one query for all keys of a page."""

    def resolve(keys: Collection[str], *, viewer: Any, at: datetime) -> dict[str, Target]:
        then = f"?{address(at)}" if at < timezone.now() - PAST else ""
        versions = Version.objects.visible_to(viewer).in_force(at)
        documents = Document.objects.visible_to(viewer).filter(kind=kind.name, key__in=keys)
        found = versions.filter(document__in=documents.values("pk")).values_list("document__key", "title")
        return {key: Target(title=title, url=kind.url("read", key) + then) for key, title in found}

    return resolve
