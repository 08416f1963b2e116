"""What of the written rules a change touches: macros, articles, SOPs, translations; and the panel of all figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.documents import checks, impact, panels
from sopdesk.documents.impact import Impact, Link
from sopdesk.documents.kinds import Kind, all_kinds, kind_of
from sopdesk.documents.models import Change, Document, Reference, Version
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import ChangeItem

ORDERS = {"macro": 20, "article": 30, "sop": 50, "label": 58}
SHOWN_STATES = frozenset({"draft", "in_review", "changes_requested", "approved", "scheduled"})
LABEL_FIELDS = ("labels", "add_labels")


@dataclass(frozen=True)
class Touched:
    """A document beside the change: that refers to it, that it names, or that is for the same labels."""

    document: Document
    refers: bool
    named: bool


@impact.register
def documents_around(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """Those in force that refer to what changes, that its text names, or that are for its labels. Two queries."""
    touched = list(_touched(viewer, items))
    for kind in all_kinds():
        found = [each for each in touched if each.document.kind == kind.name]
        if found or kind.name in ("macro", "article", "sop"):
            yield _of_kind(kind, found)


def _of_kind(kind: Kind, found: Sequence[Touched]) -> Impact:
    refers, named = (sum(flags) for flags in ([t.refers for t in found], [t.named for t in found]))
    for_labels = sum(not (each.refers or each.named) for each in found)
    parts = [
        (refers, _("%(n)d refer to it")),
        (named, _("%(n)d named in its text")),
        (for_labels, _("%(n)d for its labels")),
    ]
    return Impact(
        name=kind.name,
        label=str(kind.label if len(found) == 1 else kind.plural),
        count=len(found),
        detail=" · ".join(words % {"n": n} for n, words in parts if n),
        links=tuple(_link(each.document) for each in found),
        order=ORDERS.get(kind.name, 59),
    )


def _link(document: Document) -> Link:
    title = document.current_title
    return Link(
        f"{document.key} · {title}" if title and title != document.key else document.key,
        kind_of(document.kind).url("read", document.key),
    )


def _touched(viewer: User, items: Sequence[ChangeItem]) -> Iterator[Touched]:
    own, now = {(item.document.kind, item.document.key) for item in items}, timezone.now()
    if not own:
        return
    kinds, keys = _by_kind(own)
    referring = set(_referring(now, *keys, kinds=kinds))
    texts = [parsed for item in items if (parsed := checks.read(item)) is not None]
    named = {(mention.kind, mention.key) for parsed in texts for mention in parsed.mentions} - own
    kinds, keys = _by_kind(named)
    ids = tuple(sorted({item.document_id for item in items}))
    labels = tuple(governed(items))
    for document in _around(viewer, now, tuple(sorted(referring)), ids, labels, *keys, kinds=kinds):
        name = (document.kind, document.key)
        yield Touched(document, document.pk in referring, name in named)


@worded
def _referring(now: datetime, *keys: tuple[str, ...], kinds: tuple[str, ...]) -> QuerySet[Reference, int]:
    inbound = Reference.objects.filter(_names(kinds, keys), version__in=Version.objects.in_force(now))
    return inbound.values_list("version__document_id", flat=True)


@worded
def _around(
    viewer: User,
    now: datetime,
    referring: tuple[int, ...],
    own: tuple[int, ...],
    labels: tuple[str, ...],
    *keys: tuple[str, ...],
    kinds: tuple[str, ...],
) -> QuerySet[Document]:
    found = Document.objects.visible_to(viewer, now).with_title(now).filter(current_title__isnull=False)  # type: ignore[misc]
    found = found.filter(Q(pk__in=referring) | _names(kinds, keys) | _for_labels(labels, now))
    return found.exclude(pk__in=own).only("kind", "key").order_by("kind", "key")


def _by_kind(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The kinds, and the keys of each."""
    keys: dict[str, list[str]] = {}
    for kind, key in sorted(names):
        keys.setdefault(kind, []).append(key)
    return tuple(keys), [tuple(found) for found in keys.values()]


def _names(kinds: Sequence[str], keys: Sequence[Sequence[str]]) -> Q:
    """The rows with one of these kinds and of its keys; none when there are none."""
    conditions = (Q(kind=kind, key__in=found) for kind, found in zip(kinds, keys, strict=True))
    return Q(*conditions, _connector=Q.OR) if kinds else Q(pk__in=[])


def _for_labels(labels: Sequence[str], now: datetime) -> Q:
    """Macros in force that are for one of these labels."""
    if not labels:
        return Q(pk__in=[])
    shared = Q(*(Q(**{f"data__{name}__has_any_keys": labels}) for name in LABEL_FIELDS), _connector=Q.OR)
    versions = Version.objects.in_force(now).filter(shared, document__kind="macro")
    return Q(pk__in=versions.values("document_id"))


def governed(items: Sequence[ChangeItem | Version]) -> list[str]:
    """The labels of the tickets that these documents are about: named in their fields, or the labels themselves."""
    named = [key for item in items for name in LABEL_FIELDS for key in item.data.get(name) or ()]
    own = [item.document.key for item in items if item.document.kind == "label"]
    return sorted({str(key) for key in [*named, *own]})


@impact.register
def translations(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """The same documents in other languages, which say the old rule until somebody follows. One query."""
    ids = {item.document_id for item in items}
    sources = {item.document.translation_of_id for item in items} - {None}
    found = _family(viewer, tuple(sorted(ids)), tuple(sorted(filter(None, sources))), timezone.now())
    languages = sorted({document.locale for document in found})
    yield Impact(
        name="translations",
        label=ngettext("translation", "translations", len(found)),
        count=len(found),
        detail=", ".join(languages),
        links=tuple(
            Link(f"{document.locale} · {document.current_title or document.key}", _link(document).url)
            for document in found
        ),
        order=40,
    )


@worded
def _family(
    viewer: User, ids: tuple[int, ...], sources: tuple[int, ...], now: datetime
) -> QuerySet[Document]:
    family = Q(translation_of__in=ids) | Q(pk__in=sources) | Q(translation_of__in=sources)
    documents = Document.objects.visible_to(viewer, now).with_title(now).filter(family).exclude(pk__in=ids)
    return documents.only("kind", "key", "locale").order_by("kind", "key")


@panels.register(Slot.CHANGE_ASIDE)
def preview_of_change(viewer: User, change: Change) -> Panel | None:
    """For authors before they submit it, and for reviewers."""
    if change.state not in SHOWN_STATES:
        return None
    return Panel("documents/impact_panel.html", {"impacts": impact.preview(change, viewer=viewer)}, order=20)


@panels.register(Slot.EDITOR_ASIDE)
def preview_of_draft(viewer: User, item: ChangeItem) -> Panel | None:
    """The same beside the editor, of the change as it was saved last."""
    return preview_of_change(viewer, item.change)
