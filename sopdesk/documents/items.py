"""The documents of a change with what they are based on. A page reads them once, for all that it shows of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, prefetch_related_objects

from sopdesk.documents.models import Change, ChangeItem


def read_once(change: Change) -> list[ChangeItem]:
    """The documents of a change, kept on this instance: for a page, which writes nothing after it. One query."""
    related = ("document__owner", "base_version", "updated_by", "superseded_by")
    prefetch_related_objects([change], Prefetch("items", ChangeItem.objects.select_related(*related)))
    return list(change.items.all())


def is_read(change: Change) -> bool:
    return "items" in getattr(change, "_prefetched_objects_cache", {})


def items_of(change: Change) -> list[ChangeItem]:
    """Those that a page has read already, or one query."""
    return list(
        change.items.all() if is_read(change) else change.items.select_related("document", "base_version")
    )


def others_of(items: Sequence[ChangeItem]) -> list[ChangeItem]:
    """The other drafts of the changes that these belong to. One query, unless a page has read them already."""
    known, change = {item.pk for item in items}, ChangeItem._meta.get_field("change")
    if all(change.is_cached(item) and is_read(item.change) for item in items):
        return [each for item in items for each in item.change.items.all() if each.pk not in known]
    others = ChangeItem.objects.filter(change_id__in={item.change_id for item in items})
    return list(others.exclude(pk__in=known).select_related("document"))
