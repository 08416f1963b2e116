"""What of the written rules a change touches: macros, articles, SOPs, translations; and the panel of all figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.documents import checks, impact, panels
from sopdesk.documents.impact import Impact, Link
from sopdesk.documents.kinds import Kind, all_kinds, kind_of
from sopdesk.documents.models import Change, Document, Reference, Version
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
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
    own = {(item.document.kind, item.document.key) for item in items}
    if not own:
        return
    inbound = Reference.objects.filter(_names(own), version__in=Version.objects.in_force())
    referring = set(inbound.values_list("version__document_id", flat=True))
    texts = [parsed for item in items if (parsed := checks.read(item)) is not None]
    named = {(mention.kind, mention.key) for parsed in texts for mention in parsed.mentions} - own
    documents = Document.objects.visible_to(viewer).with_title().filter(current_title__isnull=False)  # type: ignore[misc]
    documents = documents.filter(Q(pk__in=referring) | _names(named) | _for_labels(items))
    documents = documents.exclude(pk__in=[item.document_id for item in items]).only("kind", "key")
    for document in documents.order_by("kind", "key"):
        name = (document.kind, document.key)
        yield Touched(document, document.pk in referring, name in named)


def _names(names: Iterable[tuple[str, str]]) -> Q:
    """The rows with one of these kinds and keys; none when there are none."""
    keys: dict[str, list[str]] = {}
    for kind, key in names:
        keys.setdefault(kind, []).append(key)
    conditions = (Q(kind=kind, key__in=found) for kind, found in keys.items())
    return Q(*conditions, _connector=Q.OR) if keys else Q(pk__in=[])


def _for_labels(items: Sequence[ChangeItem]) -> Q:
    """Macros in force that are for a label that these govern."""
    labels = governed(items)
    if not labels:
        return Q(pk__in=[])
    shared = Q(*(Q(**{f"data__{name}__has_any_keys": labels}) for name in LABEL_FIELDS), _connector=Q.OR)
    versions = Version.objects.in_force().filter(shared, document__kind="macro")
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
    family = Q(translation_of__in=ids) | Q(pk__in=sources) | Q(translation_of__in=sources)
    documents = Document.objects.visible_to(viewer).with_title().filter(family).exclude(pk__in=ids)
    found = list(documents.only("kind", "key", "locale").order_by("kind", "key"))
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
