"""Turning a draft into an immutable version: rendered once, with its sections and references."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils import timezone

from sopdesk.documents.hashing import content_hash
from sopdesk.documents.models import Change, ChangeItem, Reference, Version
from sopdesk.text import markdown

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def snapshot(
    item: ChangeItem,
    *,
    change: Change,
    in_force: DateTimeTZRange,
    actor: User,
    published_at: datetime | None = None,
    summary: str = "",
    material: bool | None = None,
) -> Version:
    """Store what the draft says as the document's next version, with all `[[…]]` of it. Raises TextRefused.

    Why and how big the change was is the change's word, unless `summary` and `material` say it for this document.
    """
    rendered = markdown.render(item.body)
    last = item.document.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(
        document_id=item.document_id,
        number=last + 1,
        change=change,
        title=item.title,
        body=item.body,
        audience=item.audience,
        audience_teams=item.audience_teams,
        data=item.data,
        html=str(rendered.html),
        plain=rendered.plain,
        sections=[_as_json(section) for section in rendered.sections],
        content_hash=content_hash(item),
        material=change.material if material is None else material,
        summary=summary or change.why or change.title,
        published_by=actor,
        published_at=published_at or timezone.now(),
        in_force=in_force,
    )
    Reference.objects.bulk_create(
        Reference(version=version, section=found.section, kind=found.kind, key=found.key, anchor=found.anchor)
        for found in rendered.references
    )
    return version


def _as_json(section: Any) -> dict[str, Any]:
    return {
        "level": section.level,
        "title": section.title,
        "anchor": section.anchor,
        "path": list(section.path),
        "plain": section.plain,
        "hash": section.hash,
    }
