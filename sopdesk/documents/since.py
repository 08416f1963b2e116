"""What was edited since somebody approved: the change as it was signed against the change as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sopdesk.documents import comparing, signing
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Approval, Change, Document


@dataclass(frozen=True)
class Part:
    """One document of the change: `standing` is "edited", "added", "removed" or "same" since it was signed."""

    document: Document
    kind: Kind
    standing: str
    comparison: comparing.Comparison | None


@dataclass(frozen=True)
class Since:
    """All that differs; `is_known` False for an approval from before signatures kept what was signed."""

    is_known: bool
    fields: tuple[comparing.FieldDiff, ...]
    parts: tuple[Part, ...]

    @property
    def is_same(self) -> bool:
        return not self.fields and all(part.standing == "same" for part in self.parts)


def changed_since(change: Change, approval: Approval) -> Since:
    if not approval.seen:
        return Since(False, (), ())
    return Since(True, tuple(_said(change, approval)), tuple(_parts(change, approval)))


def _said(change: Change, approval: Approval) -> Iterator[comparing.FieldDiff]:
    before, now = approval.seen, {"title": change.title, "why": change.why, "material": change.material}
    labels = {"title": _("Title"), "why": _("Why"), "material": _("Size")}
    for name, label in labels.items():
        if before.get(name) != now[name]:
            yield comparing.FieldDiff(label, _in_words(before.get(name)), _in_words(now[name]))


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("material") if value else _("editorial")
    return str(value or "")


def _parts(change: Change, approval: Approval) -> Iterator[Part]:
    signed = signing.as_signed(approval)
    drafts = {item.document_id: item for item in change.items.select_related("document", "base_version")}
    for document_id, item in drafts.items():
        kind, old = kind_of(item.document.kind), signed.get(document_id)
        compared = comparing.compare(old or item.base_version, item, kind)
        standing = "added" if old is None else "edited" if compared.changed else "same"
        yield Part(item.document, kind, standing, compared)
    for document in Document.objects.filter(pk__in=signed.keys() - drafts.keys()):
        yield Part(document, kind_of(document.kind), "removed", None)
