"""What `[[sop:…]]`, `[[macro:…]]` and the like stand for: the document's title at a time, if the viewer may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from sopdesk.documents.models import Version
from sopdesk.documents.time_machine import address
from sopdesk.postgres.worded import worded
from sopdesk.text.references import Target

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.kinds import Kind

Titled = tuple[str, str, str]
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
    kinds, keys = tuple(wanted), [tuple(sorted({*found})) for found in wanted.values()]
    told: Iterable[Titled] = (
        _titles_at(Version.objects.readable_at(viewer, at), kinds, keys)
        if abs(at - now) > PAST
        else _titles(viewer, now, *keys, kinds=kinds)
    )
    found: dict[str, dict[str, Target]] = {kind: {} for kind in wanted}
    for kind, key, title in told:
        found[kind][key] = Target(title=title, url=_known[kind].url("read", key) + then)
    return found


@worded
def _titles(
    viewer: User | AnonymousUser, now: datetime, *keys: tuple[str, ...], kinds: tuple[str, ...]
) -> QuerySet[Version, Titled]:
    return _titles_at(Version.objects.readable_now(viewer, now), kinds, keys)


def _titles_at(
    versions: QuerySet[Version], kinds: Sequence[str], keys: Sequence[Sequence[str]]
) -> QuerySet[Version, Titled]:
    named = Q()
    for kind, of_kind in zip(kinds, keys, strict=True):
        named |= Q(document__kind=kind, document__key__in=of_kind)
    return versions.filter(named).values_list("document__kind", "document__key", "title")
