"""What of a document is searchable: the sections of its versions in force and to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from sopdesk.documents.locking import lock_documents
from sopdesk.documents.models import Document, Version
from sopdesk.search import indexing as search_indexing
from sopdesk.search.indexing import PassageRow, replace_all


def refresh(document: Document) -> None:
    """Make the index hold just this document's sections in force now and scheduled; see `refresh_all`."""
    refresh_all([document.pk])


def refresh_all(document_ids: Iterable[int]) -> None:
    """Make the index hold just these documents' sections in force now and scheduled, inside the caller's
    transaction: what is found is never older or newer than what is read. As many queries for one as for fifty."""
    rows: dict[int, list[PassageRow]] = {document_id: [] for document_id in document_ids}
    versions = Version.objects.current_or_coming().filter(document_id__in=rows)
    for version in (
        versions.select_related("document", "published_by").defer("html", "plain", "body").order_by("pk")
    ):
        rows[version.document_id] += _rows(version.document, version)
    replace_all(rows)


def rebuild() -> int:
    """Make the whole index anew, a document at a time, while people search and publish. Returns how many documents
    there are; an index that was right is as it was before."""
    ids = list(Document.objects.order_by("pk").values_list("pk", flat=True))
    for document_id in ids:
        with transaction.atomic():
            lock_documents([document_id])
            refresh(Document.objects.get(pk=document_id))
    search_indexing.forget_others(ids)
    search_indexing.learn_all_words()
    return len(ids)


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
            # A section's plain text begins with its own title, which is in the heading already.
            text=section["plain"].removeprefix(section["title"]).lstrip(),
            locale=document.locale,
            audience=version.audience,
            audience_teams=version.audience_teams,
            in_force=version.in_force,
            published_by=version.published_by.name,
        )
