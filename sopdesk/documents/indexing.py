"""What of a document is searchable: the sections of its versions in force and to come."""

from __future__ import annotations

from collections.abc import Iterator

from sopdesk.documents.models import Document, Version
from sopdesk.search.indexing import PassageRow, replace


def refresh(document: Document) -> None:
    """Make the index hold just this document's sections in force now and scheduled, inside the caller's
    transaction: what is found is never older or newer than what is read."""
    versions = document.versions.current_or_coming().select_related("published_by").order_by("number")
    replace(document.pk, [row for version in versions for row in _rows(document, version)])


def _rows(document: Document, version: Version) -> Iterator[PassageRow]:
    for section in version.sections:
        if not section["plain"].strip() and not section["title"]:
            continue
        yield PassageRow(
            kind=document.kind,
            key=document.key,
            number=version.number,
            title=version.title,
            heading=" › ".join(section["path"]),
            anchor=section["anchor"],
            text=section["plain"],
            locale=document.locale,
            audience=version.audience,
            audience_teams=version.audience_teams,
            in_force=version.in_force,
            published_by=version.published_by.name,
        )
