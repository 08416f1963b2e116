"""What must hold of a draft that retires its document, and of one whose document is to be retired already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.documents import checks
from sopdesk.documents.checks import Finding
from sopdesk.documents.items import items_of
from sopdesk.documents.models import Document, Retirement, Version
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from sopdesk.documents.models import Change


@checks.register_for_change
def successors_stand(change: Change) -> Iterable[Finding]:
    """What supersedes a document is in force, or comes in force with this change. One query."""
    retiring = [item for item in items_of(change) if item.retires]
    wanted = {item.superseded_by_id for item in retiring if item.superseded_by_id}
    if not wanted:
        return
    in_force = Version.objects.in_force().filter(document=OuterRef("pk"))
    together = Q(drafts__change=change, drafts__retires=False)
    ending = [item.document_id for item in retiring]
    there = Document.objects.filter(Q(Exists(in_force)) | together, pk__in=wanted).exclude(pk__in=ending)
    standing = set(there.values_list("pk", flat=True))
    for item in retiring:
        if item.superseded_by and item.superseded_by_id not in standing:
            message = _("%(key)s, which is to supersede it, is not in force then. Choose another, or none.")
            yield Finding(item, message % {"key": item.superseded_by.key})


@checks.register_for_change
def nothing_ends_first(change: Change) -> Iterable[Finding]:
    """No draft can come in force before a retirement of its document that is scheduled already. One query."""
    items = {item.document_id: item for item in items_of(change)}
    for retirement in _coming(tuple(sorted(items)), change.pk, timezone.now()):
        yield Finding(
            items[retirement.document_id],
            _(
                "It is to be retired by a change that is scheduled. Unschedule that one first, or wait for it."
            ),
        )


@worded
def _coming(documents: tuple[int, ...], change: int, now: datetime) -> QuerySet[Retirement]:
    return Retirement.objects.filter(document__in=documents, at__gt=now).exclude(change=change)
