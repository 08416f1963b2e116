"""What one person reads of a must-read: what changed since what they confirmed last, as readers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sopdesk.documents import comparing
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Change, ChangeItem, Content, Version
from sopdesk.readership.days import joined_on
from sopdesk.readership.errors import ReadingRefused
from sopdesk.readership.models import MustRead, Receipt
from sopdesk.readership.opening import minutes_for, words_to_read
from sopdesk.text import diff, markdown, presenting

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.querysets import VersionQuerySet


@dataclass(frozen=True)
class Part:
    """One section that differs, and as it reads now; nothing of one that was taken out."""

    difference: diff.SectionDiff
    html: SafeString

    @property
    def as_list(self) -> list[diff.SectionDiff]:
        """For the difference component, which takes several."""
        return [self.difference]


@dataclass(frozen=True)
class Reading:
    """What somebody reads: the text, what they knew before (None: it is new to the desk), and what differs.

    `comes_at` is when a text that is not yet in force will be; None where nobody has said.
    """

    must_read: MustRead
    kind: Kind
    text: Content
    hash: str
    number: int | None
    before: Version | None
    is_confirmed: bool
    in_force: bool
    comes_at: datetime | None
    fields: tuple[comparing.FieldDiff, ...]
    parts: tuple[Part, ...]
    whole: SafeString
    minutes: int

    @property
    def anchors(self) -> frozenset[str]:
        """The sections that are shown."""
        return frozenset(part.difference.anchor for part in self.parts)

    @property
    def changed(self) -> int:
        return len(self.parts) + len(self.fields)


def reading_of(must_read: MustRead, reader: User) -> Reading:
    """What this person has to read. Raises ReadingRefused when its text was taken back or is being edited."""
    now = timezone.now()
    kind = kind_of(must_read.document.kind)
    text, in_force = text_of(must_read, now)
    number = text.number if isinstance(text, Version) else None
    confirmed = _confirmed(must_read, reader, number)
    before = confirmed or _predecessor(must_read, reader, text)
    comparison = comparing.compare(before, text, kind)
    html = presenting.present(_html(text), viewer=reader, at=now)
    changed = [each for each in comparison.sections if each.kind != diff.SectionKind.same]
    return Reading(
        must_read,
        kind,
        text,
        hash=_hash(text),
        number=number,
        before=before,
        is_confirmed=confirmed is not None,
        in_force=in_force,
        comes_at=None if in_force else must_read.change.effective_at,
        fields=comparison.fields if before else (),
        parts=_parts(changed, html, kind.url("read", must_read.document.key)) if before else (),
        whole=html,
        minutes=minutes_for(words_to_read(before, text)),
    )


def text_of(must_read: MustRead, now: datetime) -> tuple[Version | ChangeItem, bool]:
    """The text to be read and whether it is in force: then it is what stands now, a later small edit included."""
    change = must_read.change
    if change.state_at(now) == Change.State.PUBLISHED:
        standing = must_read.document.versions.in_force(now).first()
        if standing is not None:
            return standing, True
    elif change.state == Change.State.SCHEDULED:
        coming = change.versions.filter(document=must_read.document_id, in_force__isempty=False).first()
        if coming is not None and coming.content_hash == must_read.content_hash:
            return coming, False
    elif change.state == Change.State.APPROVED:
        item = change.items.filter(document=must_read.document_id).first()
        if item is not None and content_hash(item) == must_read.content_hash:
            return item, False
    raise ReadingRefused(_("This text was taken back or is being edited. What is in force goes on as it is."))


def _html(text: Content) -> str:
    return text.html if isinstance(text, Version) else str(markdown.render(text.body).html)


def _hash(text: Content) -> str:
    return text.content_hash if isinstance(text, Version) else content_hash(text)


def _parts(changed: Sequence[diff.SectionDiff], html: str, url: str) -> tuple[Part, ...]:
    """The sections that differ; a link to one that does not leads to it in the whole document."""
    shown = presenting.leading_out([_now(html, each) for each in changed], url)
    return tuple(Part(each, now) for each, now in zip(changed, shown, strict=True))


def _now(html: str, difference: diff.SectionDiff) -> SafeString:
    return presenting.section(html, "" if difference.new_index is None else difference.anchor)


def _known(must_read: MustRead, reader: User) -> VersionQuerySet:
    """What this person may compare with: only texts that they may read themselves."""
    versions = Version.objects.visible_to(reader)
    return versions.filter(document=must_read.document_id, in_force__isempty=False)


def _confirmed(must_read: MustRead, reader: User, number: int | None) -> Version | None:
    """The version that this person confirmed last, before the one to be read now."""
    receipts = Receipt.objects.filter(reader=reader, must_read__document=must_read.document_id)
    hashes = receipts.exclude(must_read=must_read).order_by("-at").values_list("content_hash", flat=True)
    versions = _known(must_read, reader)
    if number is not None:
        versions = versions.filter(number__lt=number)
    for seen in hashes[:5]:
        found = versions.filter(content_hash=seen).order_by("-number").first()
        if found is not None:
            return found
    return None


def _predecessor(must_read: MustRead, reader: User, text: Version | ChangeItem) -> Version | None:
    """What this person could read before the first of the must-reads that they have open: one that was replaced
    unread counts. None: the text is new to them."""
    versions = _known(must_read, reader)
    if isinstance(text, ChangeItem):
        base = text.base_version.number if text.base_version else 0
        return versions.filter(number__lte=base).order_by("-number").first()
    asked = MustRead.objects.filter(
        document=must_read.document_id, replaced=False, closed_at=None, due_on__gte=joined_on(reader)
    )
    missed = versions.filter(change__in=asked.values("change"), number__lte=text.number)
    first = missed.order_by("number").first() or text
    return versions.filter(number__lt=first.number).order_by("-number").first()
