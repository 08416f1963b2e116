"""Publishing: the one way anything written comes in force. Now, or at a time that needs no job to happen on it.

"In force" is a range of time on the version. Publishing ends the old version's range where the new one's begins; a
scheduled version's range simply begins later. So a dead worker delays nothing that a reader sees.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import Actor, System, record
from sopdesk.documents import checks, indexing, states
from sopdesk.documents.errors import PublishRefused
from sopdesk.documents.locking import database_now, lock_documents, locked_change
from sopdesk.documents.models import Change, ChangeItem, Document, Version
from sopdesk.documents.requirements import refusals
from sopdesk.documents.snapshots import snapshot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

AfterPublish = Callable[[int], None]
_after: list[AfterPublish] = []
SCHEDULER = System("scheduler")


def on_publish(function: AfterPublish) -> AfterPublish:
    """Register work to be done after a change came in force and its transaction committed; it gets the change's id."""
    if function not in _after:
        _after.append(function)
    return function


def publish(change: Change, *, actor: User) -> Change:
    """Bring an approved change in force now, all its documents in one transaction.

    Raises PublishRefused with every reason, and then nothing has changed. Of two that publish at once, one wins and
    the other is refused.
    """
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change, items = _ready(change, "publish")
        change.effective_at = database_now()
        versions = _release(items, change, at=change.effective_at, actor=actor)
        states.move(change, "publish", actor=actor)
        _record_release(Event.CHANGE_PUBLISHED, change, versions, actor)
        _call_after_commit(change)
        return change


def schedule(change: Change, *, at: datetime, actor: User) -> Change:
    """Fix that an approved change comes in force at a time ahead; until unscheduled it is locked.

    `at` carries a zone. Raises PublishRefused for a time that has passed and for what would stop `publish`.
    """
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change, items = _ready(change, "schedule")
        if at <= database_now():
            raise PublishRefused([_("That time has passed. Choose a later one, or publish now.")])
        change.effective_at = at
        versions = _release(items, change, at=at, actor=actor)
        states.move(change, "schedule", actor=actor)
        _record_release(Event.CHANGE_SCHEDULED, change, versions, actor)
        return change


def unschedule(change: Change, *, actor: User) -> Change:
    """Take a scheduled change back before its time; the versions it would have ended go on."""
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "unschedule")
        versions = list(change.versions.select_related("document").exclude(in_force__isempty=True))
        lock_documents(version.document_id for version in versions)
        if change.effective_at is None or change.effective_at <= database_now():
            raise PublishRefused([_("It came in force already, so it can no longer be unscheduled.")])
        for version in versions:
            _take_back(version, actor)
        change.effective_at = None
        states.move(change, "unschedule", actor=actor)
        _record_release(Event.CHANGE_UNSCHEDULED, change, versions, actor)
        return change


def settle(change_id: int) -> bool:
    """Write down that a scheduled change's time has come. Readers have had it since its minute; this is the desk's
    own book-keeping and starts what follows a publication. Returns whether there was something to write."""
    with transaction.atomic():
        change = Change.objects.select_for_update(skip_locked=True).filter(pk=change_id).first()
        if change is None or change.state_at(database_now()) == change.state:
            return False
        scheduled_by = change.transitions.filter(verb="schedule").latest("pk").actor
        states.move(change, "settle", actor=scheduled_by)
        versions = list(change.versions.select_related("document").exclude(in_force__isempty=True))
        _record_release(Event.CHANGE_PUBLISHED, change, versions, SCHEDULER)
        _call_after_commit(change)
        return True


def settle_due() -> int:
    """Settle every scheduled change whose time has come. Returns how many."""
    due = Change.objects.filter(state=Change.State.SCHEDULED, effective_at__lte=database_now())
    return sum(settle(change_id) for change_id in due.order_by("effective_at").values_list("pk", flat=True))


def _ready(change: Change, verb: str) -> tuple[Change, list[ChangeItem]]:
    """Lock the change and its documents and make sure that exactly what was approved would go out."""
    change = locked_change(change)
    if not states.may(change, verb):
        reason = _("This change is %(state)s, so it cannot be published.")
        raise PublishRefused([reason % {"state": change.get_state_display()}])
    items = list(change.items.select_related("document", "base_version").order_by("document_id"))
    lock_documents(item.document_id for item in items)
    reasons = refusals(change, items) or checks.blocking(change)
    if reasons:
        raise PublishRefused(reasons)
    return change, items


def _release(items: list[ChangeItem], change: Change, *, at: datetime, actor: User) -> list[Version]:
    """End the old versions, insert the new ones, and index both, in this order: the constraint allows no overlap."""
    versions = []
    for item in items:
        _supersede(item, at)
        version = snapshot(item, change=change, in_force=DateTimeTZRange(at, None), actor=actor)
        _set_review(item.document, at, actor)
        indexing.refresh(item.document)
        versions.append(version)
    return versions


def _supersede(item: ChangeItem, at: datetime) -> None:
    old = item.document.versions.current_or_coming().order_by("-number").first()
    if old is None or old.since is None:
        return
    if old.since >= at:
        reason = _(
            "%(key)s: v%(number)s is scheduled for later. Schedule this after it, or unschedule it first."
        )
        raise PublishRefused([reason % {"key": item.document.key, "number": old.number}])
    old.in_force = DateTimeTZRange(old.since, at)
    old.save(update_fields=["in_force"])


def _set_review(document: Document, since: datetime | None, actor: User) -> None:
    """Count the time to its next review from the version that stands last."""
    document._history_user = actor  # type: ignore[attr-defined]  # simple_history reads it
    document.review_by = since.date() + relativedelta(months=document.review_months) if since else None
    document.save(update_fields=["review_by"])


def _take_back(version: Version, actor: User) -> None:
    """Empty the range of a version that has not begun, then let its predecessor go on."""
    later = version.document.versions.filter(number__gt=version.number, in_force__isempty=False)
    if later.exists():
        reason = _("%(key)s: a later version is scheduled on top of this one. Unschedule that one first.")
        raise PublishRefused([reason % {"key": version.document.key}])
    begins = version.since
    version.in_force = DateTimeTZRange(empty=True)
    version.save(update_fields=["in_force"])
    before = version.document.versions.filter(in_force__endswith=begins).first()
    if before is not None:
        before.in_force = DateTimeTZRange(before.since, None)
        before.save(update_fields=["in_force"])
    _set_review(version.document, before.since if before else None, actor)
    indexing.refresh(version.document)


def _record_release(event: Event, change: Change, versions: list[Version], actor: Actor) -> None:
    released = [
        {"document": version.document.key, "version": version.number, "hash": version.content_hash}
        for version in versions
    ]
    record(actor=actor, event=event, subject=change, facts={"at": change.effective_at, "versions": released})


def _call_after_commit(change: Change) -> None:
    for function in _after:
        transaction.on_commit(lambda function=function: function(change.pk), robust=True)  # type: ignore[misc]
