"""What `[[sop:…]]`, `[[macro:…]]` and the like stand for: the document's title at a time, if the viewer may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from sopdesk.documents.models import Version
from sopdesk.documents.time_machine import address
from sopdesk.text.references import Target

if TYPE_CHECKING:
    from sopdesk.documents.kinds import Kind

PAST = timedelta(minutes=1)
"""What is resolved for longer ago is read in the time machine, and its links stay in that time."""


_known: dict[str, Kind] = {}


def resolver(kind: Kind) -> Callable[..., dict[str, Target]]:
    """A resolver of one kind's references, one query for all keys of a page, of other kinds too."""

    _known[kind.name] = kind

    def resolve(keys: Collection[str], *, viewer: Any, at: datetime) -> dict[str, Target]:
        return resolve_documents({kind.name: keys}, viewer=viewer, at=at).get(kind.name, {})

    resolve.together = resolve_documents  # type: ignore[attr-defined]
    return resolve


def resolve_documents(
    wanted: Mapping[str, Collection[str]], *, viewer: Any, at: datetime
) -> dict[str, dict[str, Target]]:
    """The same for several kinds of document. One query."""
    now = timezone.now()
    then = f"?{address(at)}" if at < now - PAST else ""
    named = Q()
    for kind, keys in wanted.items():
        named |= Q(document__kind=kind, document__key__in=keys)
    versions = Version.objects.readable_at(viewer, at if abs(at - now) > PAST else None).filter(named)
    found: dict[str, dict[str, Target]] = {kind: {} for kind in wanted}
    for kind, key, title in versions.values_list("document__kind", "document__key", "title"):
        found[kind][key] = Target(title=title, url=_known[kind].url("read", key) + then)
    return found
