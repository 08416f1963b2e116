"""What every way to bring a change in force has in common: lock, look again, end what was, insert what will be, index.

The verbs are in publishing.py (approved, now or at a time) and urgent.py (at once, reviewed afterwards).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import DateTimeField, F, Func, Value
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from sopdesk.audit.events import Event
from sopdesk.audit.recording import Actor, record
from sopdesk.documents import indexing, states
from sopdesk.documents.days import day_of
from sopdesk.documents.errors import PublishRefused
from sopdesk.documents.locking import lock_documents, locked_change
from sopdesk.documents.models import Change, ChangeItem, Document, Retirement, Version
from sopdesk.documents.snapshots import Prepared, prepare, snapshots

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

AfterPublish = Callable[[int], None]
_after: list[AfterPublish] = []


@dataclass(frozen=True)
class Ready:
    """A locked change whose texts are rendered: all that is left is to fix the moment and write."""

    change: Change
    drafts: list[Prepared]
    endings: list[ChangeItem]

    @property
    def documents(self) -> list[int]:
        return [each.item.document_id for each in self.drafts] + [item.document_id for item in self.endings]


@dataclass(frozen=True)
class Released:
    """What a release wrote: versions that begin, and documents that end."""

    versions: list[Version]
    retirements: list[Retirement]

    @property
    def all(self) -> list[Version | Retirement]:
        return [*self.versions, *self.retirements]

    @property
    def documents(self) -> list[int]:
        return [each.document_id for each in self.all]


def on_publish(function: AfterPublish) -> AfterPublish:
    """Register work to be done after a change came in force and its transaction committed; it gets the change's id."""
    if function not in _after:
        _after.append(function)
    return function


def locked(change: Change, verb: str) -> tuple[Change, list[ChangeItem]]:
    """The change and its drafts as they are now, they and their documents locked. Raises PublishRefused in a state
    where the verb does not begin."""
    change = locked_change(change)
    if not states.may(change, verb):
        reason = _("This change is %(state)s, so it cannot be published.")
        raise PublishRefused([reason % {"state": change.get_state_display()}])
    items = list(change.items.select_related("document", "base_version").order_by("document_id"))
    lock_documents(item.document_id for item in items)
    return change, items


def ready(change: Change, items: Sequence[ChangeItem]) -> Ready:
    """Render all of it. Raises TextRefused."""
    return Ready(
        change,
        prepare(item for item in items if not item.retires),
        [item for item in items if item.retires],
    )


def release(release_of: Ready, *, at: datetime, actor: User) -> Released:
    """End the old versions, insert the new ones and index both, in this order: the constraint allows no overlap.

    The number of queries does not grow with the number of documents.
    """
    change = release_of.change
    ended = _end_standing(release_of.documents, at)
    versions = snapshots(release_of.drafts, change=change, in_force=DateTimeTZRange(at, None), actor=actor)
    retirements = Retirement.objects.bulk_create(
        Retirement(
            document_id=item.document_id,
            change=change,
            version=ended[item.document_id],
            at=at,
            superseded_by_id=item.superseded_by_id,
            note=item.parting_note,
        )
        for item in release_of.endings
    )
    indexing.refresh_all(release_of.documents)
    return Released(versions, retirements)


def of_change(change: Change) -> Released:
    """What a change has released and not taken back."""
    versions = change.versions.select_related("document").exclude(in_force__isempty=True)
    return Released(list(versions), list(change.retirements.select_related("document", "version")))


def take_back(released: Released) -> None:
    """Undo what was released for a time that has not come: what it would have ended goes on.

    Raises PublishRefused when a later version stands on top of it.
    """
    for each in released.all:
        last = each.number if isinstance(each, Version) else each.version.number
        later = each.document.versions.filter(number__gt=last, in_force__isempty=False)
        if later.exists():
            reason = _("%(key)s: a later version is scheduled on top of this one. Unschedule that one first.")
            raise PublishRefused([reason % {"key": each.document.key}])
    for version in released.versions:
        begins = version.since
        version.in_force = DateTimeTZRange(empty=True)
        version.save(update_fields=["in_force"])
        _go_on(version.document.versions.filter(in_force__endswith=begins).first())
    for retirement in released.retirements:
        _go_on(retirement.version)
        retirement.delete()
    indexing.refresh_all(released.documents)


def set_review_dates(released: Released, at: datetime, actor: User) -> None:
    """Count the time to the next review from when each version came in force; what is retired has none."""
    documents = {document.pk: document for document in Document.objects.filter(pk__in=released.documents)}
    for version in released.versions:
        document = documents[version.document_id]
        document.review_by = day_of(at) + relativedelta(months=document.review_months)
    for retirement in released.retirements:
        documents[retirement.document_id].review_by = None
    bulk_update_with_history(list(documents.values()), Document, ["review_by"], default_user=actor)


def record_release(event: Event, change: Change, released: Released, actor: Actor, **facts: Any) -> None:
    """The audit entry of a release: which versions with which hashes, and what it retired."""
    keys = dict(Document.objects.filter(pk__in=released.documents).values_list("pk", "key"))
    versions = [
        {"document": keys[version.document_id], "version": version.number, "hash": version.content_hash}
        for version in released.versions
    ]
    retired = [keys[retirement.document_id] for retirement in released.retirements]
    facts = {"at": change.effective_at, "versions": versions, **facts}
    record(
        actor=actor, event=event, subject=change, facts={**facts, "retired": retired} if retired else facts
    )


def call_after_commit(change: Change) -> None:
    """Start what was registered by `on_publish`, once all of it is committed."""
    for function in _after:
        transaction.on_commit(lambda function=function: function(change.pk), robust=True)  # type: ignore[misc]


def _end_standing(document_ids: Iterable[int], at: datetime) -> dict[int, Version]:
    """End at a time what stands last of each document; by document. Raises PublishRefused for one that begins later
    or whose end is fixed already: nothing slips in before what is scheduled."""
    standing = Version.objects.current_or_coming().filter(document_id__in=document_ids)
    versions = standing.select_related("document").defer("html", "plain", "body", "sections")
    last = {version.document_id: version for version in versions.order_by("number")}
    reasons = [reason for version in last.values() if (reason := _in_the_way(version, at))]
    if reasons:
        raise PublishRefused(reasons)
    open_ended = [version.pk for version in last.values() if version.until is None]
    ended = Func(Func(F("in_force"), function="lower"), Value(at, DateTimeField()), function="tstzrange")
    Version.objects.filter(pk__in=open_ended).update(in_force=ended)
    return last


def _in_the_way(version: Version, at: datetime) -> str:
    words = {"key": version.document.key, "number": version.number}
    if version.since is not None and version.since >= at:
        reason = _(
            "%(key)s: v%(number)s is scheduled for later. Schedule this after it, or unschedule it first."
        )
        return reason % words
    if version.until is not None and version.until > at:
        return _("%(key)s is to be retired later. Schedule this after that, or unschedule it first.") % words
    return ""


def _go_on(version: Version | None) -> None:
    if version is not None:
        version.in_force = DateTimeTZRange(version.since, None)
        version.save(update_fields=["in_force"])
