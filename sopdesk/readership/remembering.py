"""Which version of a document somebody opened last, so that the next one can say what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from sopdesk.accounts.audience import readable_by
from sopdesk.documents.models import Document, Version
from sopdesk.postgres.worded import worded
from sopdesk.readership.models import LastRead

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User

SHOWN_FOR = timedelta(hours=24)
"""How long a page goes on saying what changed, after its new version was opened for the first time."""

TEXTS = [f"{which}__{column}" for which in ("version", "before") for column in ("html", "plain", "body")]


@dataclass(frozen=True)
class Changed:
    """What is new to somebody in a document: since which version, and in how many sections."""

    since: Version
    sections: int


def open_page(user: User, version: Version, now: datetime | None = None) -> Changed | None:
    """Note that somebody opened the version in force; says what changed since the one they had read before.

    Costs one query, and a write only when they meet this version for the first time.
    """
    now = now or timezone.now()
    known = next(iter(_last(user.pk, version.document_id)), None)
    if known is None or known.version_id != version.pk:
        note(user, version, now)
    before = _before(known, version, now)
    if before is None or before.number >= version.number:
        return None
    sections = changed_sections(before.sections, version.sections)
    return Changed(before, sections) if sections else None


@worded
def _last(user: int, document: int) -> QuerySet[LastRead]:
    last = LastRead.objects.filter(user=user, document=document)
    return last.select_related("version", "before").defer(*TEXTS)[:1]


def note(user: User, version: Version, now: datetime) -> None:
    """Write down that this version is the one that somebody knows now. Two pages opened at once write one row."""
    known = LastRead.objects.filter(user=user, document=version.document_id)
    if known.exclude(version=version).update(before_id=F("version_id"), version=version, at=now):
        return
    row = LastRead(user=user, document_id=version.document_id, version=version, at=now)
    LastRead.objects.bulk_create([row], ignore_conflicts=True)


def changed_sections(old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]) -> int:
    """How many sections differ between two versions, by their anchors and hashes; one taken out counts."""
    before = {section["anchor"]: section["hash"] for section in old}
    after = {section["anchor"]: section["hash"] for section in new}
    altered = [anchor for anchor, hashed in after.items() if before.get(anchor) != hashed]
    return len(altered) + len(before.keys() - after.keys())


def new_versions(user: User, now: datetime | None = None) -> QuerySet[LastRead]:
    """What somebody knows only in an earlier version, each row with `now_id`, `now_number` and `now_title`."""
    now = now or timezone.now()
    in_force = FilteredRelation("document__versions", condition=Q(document__versions__in_force__contains=now))
    rows = LastRead.objects.filter(user=user).annotate(standing=in_force)
    rows = rows.filter(readable_by(user, "standing__"), standing__number__gt=F("version__number"))
    return rows.annotate(
        now_id=F("standing__pk"), now_number=F("standing__number"), now_title=F("standing__title")
    )


def changed_among(user: User, documents: Sequence[Document]) -> dict[int, int]:
    """Of these documents, those whose version in force is newer than what somebody opened last: id -> its number."""
    known = LastRead.objects.filter(user=user, document__in=[document.pk for document in documents])
    seen = dict(known.values_list("document_id", "version__number"))
    current = {document.pk: getattr(document, "current_number", None) for document in documents}
    return {pk: number for pk, number in seen.items() if (current.get(pk) or 0) > number}


def _before(known: LastRead | None, version: Version, now: datetime) -> Version | None:
    if known is None:
        return None
    if known.version_id != version.pk:
        return known.version
    return known.before if known.at > now - SHOWN_FOR else None
