"""Turning drafts into immutable versions: each rendered once, with its sections and references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils import timezone

from sopdesk.documents.hashing import content_hash
from sopdesk.documents.models import Change, ChangeItem, Reference, Version
from sopdesk.text import markdown
from sopdesk.text.markdown import Rendered

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

AT_ONCE = 100


@dataclass(frozen=True)
class Prepared:
    """A draft with its text rendered: the slow part, done before the moment is fixed."""

    item: ChangeItem
    rendered: Rendered


def prepare(items: Iterable[ChangeItem]) -> list[Prepared]:
    """Render drafts. Raises TextRefused."""
    return [Prepared(item, markdown.render(item.body)) for item in items]


def snapshots(
    prepared: Sequence[Prepared],
    *,
    change: Change,
    in_force: DateTimeTZRange,
    actor: User,
    published_at: datetime | None = None,
    summary: str = "",
    material: bool | None = None,
) -> list[Version]:
    """Store what each draft says as its document's next version, with all `[[…]]` of it; three queries for all.

    Why and how big the change was is the change's word, unless `summary` and `material` say it otherwise.
    """
    ids = [each.item.document_id for each in prepared]
    counted = Version.objects.filter(document_id__in=ids).order_by().values_list("document_id")
    last = dict(counted.annotate(last=Max("number")))
    versions = Version.objects.bulk_create(
        (
            Version(
                document_id=each.item.document_id,
                number=last.get(each.item.document_id, 0) + 1,
                change=change,
                material=change.material if material is None else material,
                summary=summary or change.why or change.title,
                published_by=actor,
                published_at=published_at or timezone.now(),
                in_force=in_force,
                **_content(each),
            )
            for each in prepared
        ),
        batch_size=AT_ONCE,
    )
    Reference.objects.bulk_create(
        Reference(version=version, section=found.section, kind=found.kind, key=found.key, anchor=found.anchor)
        for version, each in zip(versions, prepared, strict=True)
        for found in each.rendered.references
    )
    return versions


def _content(prepared: Prepared) -> dict[str, Any]:
    item, rendered = prepared.item, prepared.rendered
    return {
        "title": item.title,
        "body": item.body,
        "audience": item.audience,
        "audience_teams": item.audience_teams,
        "data": item.data,
        "html": str(rendered.html),
        "plain": rendered.plain,
        "sections": [_as_json(section) for section in rendered.sections],
        "content_hash": content_hash(item),
    }


def _as_json(section: Any) -> dict[str, Any]:
    return {
        "level": section.level,
        "title": section.title,
        "anchor": section.anchor,
        "path": list(section.path),
        "plain": section.plain,
        "hash": section.hash,
    }
