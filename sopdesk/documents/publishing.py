"""Publishing: the one way anything written comes in force. Now, or at a time that needs no job to happen on it.

"In force" is a range of time on the version. Publishing ends the old version's range where the new one's begins; a
scheduled version's range simply begins later. So a dead worker delays nothing that a reader sees. What the verbs share
is in releasing.py; publishing before a review is in urgent.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System
from sopdesk.documents import checks, releasing, states
from sopdesk.documents.errors import PublishRefused
from sopdesk.documents.locking import database_now, lock_documents, locked_change
from sopdesk.documents.models import Change
from sopdesk.documents.releasing import Ready, on_publish
from sopdesk.documents.requirements import refusals

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

__all__ = ["SCHEDULER", "on_publish", "publish", "schedule", "settle", "settle_due", "unschedule"]

SCHEDULER = System("scheduler")


def publish(change: Change, *, actor: User) -> Change:
    """Bring an approved change in force now, all its documents in one transaction.

    Raises PublishRefused with every reason, and then nothing has changed. Of two that publish at once, one wins and
    the other is refused.
    """
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        ready = _ready(change, "publish")
        change = ready.change
        change.effective_at = database_now()
        released = releasing.release(ready, at=change.effective_at, actor=actor)
        releasing.set_review_dates(released, change.effective_at, actor)
        states.move(change, "publish", actor=actor)
        releasing.record_release(Event.CHANGE_PUBLISHED, change, released, actor)
        releasing.call_after_commit(change)
        return change


def schedule(change: Change, *, at: datetime, actor: User) -> Change:
    """Fix that an approved change comes in force at a time ahead; until unscheduled it is locked.

    `at` carries a zone. Raises PublishRefused for a time that has passed, also while this went on, and for what would
    stop `publish`.
    """
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        ready = _ready(change, "schedule")
        change = ready.change
        _refuse_passed(at)
        change.effective_at = at
        released = releasing.release(ready, at=at, actor=actor)
        states.move(change, "schedule", actor=actor)
        releasing.record_release(Event.CHANGE_SCHEDULED, change, released, actor)
        _refuse_passed(at)
        return change


def unschedule(change: Change, *, actor: User) -> Change:
    """Take a scheduled change back before its time; what it would have ended goes on."""
    require(actor, Permission.CHANGE_PUBLISH, change)
    with transaction.atomic():
        change = locked_change(change)
        states.check(change, "unschedule")
        released = releasing.of_change(change)
        lock_documents(released.documents)
        begins = change.effective_at
        _refuse_begun(begins)
        releasing.record_release(Event.CHANGE_UNSCHEDULED, change, released, actor)
        releasing.take_back(released)
        change.effective_at = None
        states.move(change, "unschedule", actor=actor)
        _refuse_begun(begins)
        return change


def settle(change_id: int) -> bool:
    """Write down that a scheduled change's time has come. Readers have had it since its minute; this is the desk's
    own book-keeping and starts what follows a publication. Returns whether there was something to write."""
    with transaction.atomic():
        change = Change.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=change_id).first()
        if change is None or change.effective_at is None or change.state_at(database_now()) == change.state:
            return False
        released = releasing.of_change(change)
        lock_documents(released.documents)
        scheduled_by = change.transitions.filter(verb="schedule").latest("pk").actor
        releasing.set_review_dates(released, change.effective_at, scheduled_by)
        states.move(change, "settle", actor=scheduled_by)
        releasing.record_release(Event.CHANGE_PUBLISHED, change, released, SCHEDULER)
        releasing.call_after_commit(change)
        return True


def settle_due() -> int:
    """Settle every scheduled change whose time has come. Returns how many."""
    due = Change.objects.filter(state=Change.State.SCHEDULED, effective_at__lte=database_now())
    return sum(settle(change_id) for change_id in due.order_by("effective_at").values_list("pk", flat=True))


def _ready(change: Change, verb: str) -> Ready:
    """Lock the change and its documents and make sure that exactly what was approved would go out."""
    change, items = releasing.locked(change, verb)
    reasons = refusals(change, items) or checks.blocking(change)
    if reasons:
        raise PublishRefused(reasons)
    return releasing.ready(change, items)


def _refuse_passed(at: datetime) -> None:
    if at <= database_now():
        raise PublishRefused([_("That time has passed. Choose a later one, or publish now.")])


def _refuse_begun(at: datetime | None) -> None:
    if at is None or at <= database_now():
        raise PublishRefused([_("It came in force already, so it can no longer be unscheduled.")])
