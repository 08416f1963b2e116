"""What the publish checks say of labels: one that is no longer to be used, or that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.documents import checks
from sopdesk.documents.checks import Finding
from sopdesk.documents.models import Version
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from sopdesk.documents.models import ChangeItem

FIELDS = ("labels", "add_labels")


@checks.register_for_items
def labels_are_in_use(items: Sequence[ChangeItem]) -> Iterable[Finding]:
    """Advice, for the label still exists and tickets still carry it. One query for all drafts."""
    named = [(item, key, line) for item in items if not item.retires for key, line in _labels(item)]
    if not named:
        return
    keys = {key for _item, key, _line in named}
    known: dict[str, dict[str, Any]] = dict(_in_force(tuple(sorted(keys)), timezone.now()))
    drafted = {item.document.key: item.data for item in items if item.document.kind == "label"}
    for item, key, line in named:
        data = drafted.get(key) or known.get(key)
        if data is not None:
            yield from _not_in_use(item, key, line, data)
        elif not line:
            what = _("It names the label %(label)s, which does not exist.") % {"label": key}
            yield Finding(item, what, blocks=False, how=_("Mend it under “Who may read it, and its fields”."))


@worded
def _in_force(keys: tuple[str, ...], now: datetime) -> QuerySet[Version, tuple[str, Any]]:
    in_force = Version.objects.in_force(now).filter(document__kind="label", document__key__in=keys)
    return in_force.values_list("document__key", "data")


def _labels(item: ChangeItem) -> Iterator[tuple[str, int]]:
    """Each label that a draft names, and its line in the text; 0 for one of its fields."""
    yield from dict.fromkeys((str(key), 0) for name in FIELDS for key in item.data.get(name) or ())
    parsed = checks.read(item)
    seen = set[str]()
    for mention in parsed.mentions if parsed else ():
        if mention.kind == "label" and mention.key not in seen:
            seen.add(mention.key)
            yield mention.key, mention.line


def _not_in_use(item: ChangeItem, key: str, line: int, data: dict[str, Any]) -> Iterator[Finding]:
    status = data.get("status", "active")
    if status == "merged":
        what = _("The label %(label)s was merged into %(other)s.")
        how = _("Use %(other)s.") % {"other": data.get("merged_into") or "–"}
        yield checks.at_line(item, line, what % {"label": key, "other": data.get("merged_into") or "–"}, how)
    elif status == "deprecated":
        what = _("The label %(label)s is deprecated.") % {"label": key}
        yield checks.at_line(item, line, what, _("Use one that is active."))
