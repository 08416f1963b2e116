"""What release shows on the pages of documents and changes: what was published at once, what is about to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels, reviewing, states, urgent
from sopdesk.documents.models import Change, Document, Retirement, Version
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


@panels.register(Slot.DOCUMENT_STRIP)
def urgent_badge(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Staff see that nobody has reviewed yet what they read."""
    if version is None or not allows(viewer, Permission.DOCUMENT_READ_INTERNAL):
        return None
    change = _change_of(version)
    return Panel("documents/urgent_badge.html", {"unreviewed": change}) if change.is_unreviewed else None


def _change_of(version: Version) -> Change:
    """The change that it came with. Read once for both places that ask, on this instance of the version."""
    if not Version._meta.get_field("change").is_cached(version):
        [version.change] = _change(version.change_id)
    return version.change


@worded
def _change(pk: int) -> QuerySet[Change]:
    return Change.objects.filter(pk=pk)


@panels.register(Slot.DOCUMENT_STRIP)
def coming_badge(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Until when it is in force: for whoever may see what comes after. Readers are not told of what they may not see
    yet, and that something comes would tell them."""
    if version is None or version.until is None or not allows(viewer, Permission.DOCUMENT_READ_ALL):
        return None
    is_coming = version.until > timezone.now()
    return Panel("documents/until_badge.html", {"until": version.until}, order=10) if is_coming else None


@panels.register(Slot.DOCUMENT_ABOVE)
def ending_notice(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """That it is to be retired, for whoever may see what is scheduled."""
    if version is None or not allows(viewer, Permission.DOCUMENT_READ_ALL):
        return None
    ending = next(iter(_coming(document.pk, version.pk, timezone.now())), None)
    return Panel("documents/ending_notice.html", {"ending": ending}, order=20) if ending else None


@worded
def _coming(document: int, version: int, now: datetime) -> QuerySet[Retirement]:
    coming = Retirement.objects.filter(document=document, at__gt=now, version=version)
    return coming.select_related("change", "superseded_by")[:1]


@panels.register(Slot.DOCUMENT_ABOVE)
def urgent_notice(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Why it came in force before its review, with a way to the review for whoever may do it."""
    if version is None or not allows(viewer, Permission.CHANGE_READ):
        return None
    change = _change_of(version)
    return (
        Panel("documents/urgent_notice.html", {"unreviewed": change}, order=10)
        if change.is_unreviewed
        else None
    )


@panels.register(Slot.DOCUMENT_ACTIONS)
def retire_action(viewer: User, document: Document, version: Version | None) -> Panel | None:
    if version is None or not allows(viewer, Permission.CHANGE_EDIT):
        return None
    stands = version.standing_at(timezone.now()) == "in_force"
    return Panel("documents/retire_action.html", order=90) if stands else None


@panels.register(Slot.CHANGE_ABOVE)
def urgent_change(viewer: User, change: Change) -> Panel | None:
    """That a change was published at once, why, and how its review stands."""
    if not change.urgent_reason:
        return None
    step = change.transitions.filter(verb="publish_urgently").select_related("actor").first()
    overdue = change.due_on is not None and change.due_on < timezone.localdate()
    return Panel("documents/urgent_change.html", {"published": step, "is_overdue": overdue}, order=5)


@panels.register(Slot.CHANGE_STEPS)
def confirm_step(viewer: User, change: Change) -> Panel | None:
    """The review afterwards: confirm, or propose the way back. Not for one's own work."""
    if not change.is_unreviewed or not allows(viewer, Permission.CHANGE_APPROVE):
        return None
    own = reviewing.is_own_work(change, viewer)
    if own:
        return None
    return Panel("documents/step_confirm.html", {"way_back": urgent.way_back(change)}, order=20)


@panels.register(Slot.CHANGE_STEPS)
def urgent_step(viewer: User, change: Change) -> Panel | None:
    """The way to publish before the review, for those who may."""
    may = states.may(change, "publish_urgently") and allows(viewer, Permission.CHANGE_PUBLISH_URGENTLY)
    return Panel("documents/step_urgent.html", order=90) if may else None
