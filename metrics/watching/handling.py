"""What people do with an alert: acknowledge it with a note, close it, open it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from metrics.watching.models import Alert
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def acknowledge(alert: Alert, *, note: str, actor: User) -> Alert:
    """Say that somebody looks into it. Raises PermissionDenied."""
    return _move(alert, Alert.State.ACKNOWLEDGED, Event.ALERT_ACKNOWLEDGED, note, actor)


def close(alert: Alert, *, note: str, actor: User) -> Alert:
    """Take it off the desks. The same spell stays closed, however long it goes on. Raises PermissionDenied."""
    return _move(alert, Alert.State.CLOSED, Event.ALERT_CLOSED, note, actor)


def reopen(alert: Alert, *, note: str, actor: User) -> Alert:
    """Put it back on the desks. Raises PermissionDenied."""
    return _move(alert, Alert.State.NEW, Event.ALERT_REOPENED, note, actor)


def _move(alert: Alert, state: str, event: Event, note: str, actor: User) -> Alert:
    require(actor, Permission.ALERTS_HANDLE, alert)
    with transaction.atomic():
        locked = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if (locked.state, locked.note) == (state, note):
            return locked
        facts = {"from": locked.state, "to": str(state)}
        locked.state, locked.note = state, note
        locked.handled_by, locked.handled_at, locked.closed_because = actor, timezone.now(), ""
        locked.save(update_fields=["state", "note", "handled_by", "handled_at", "closed_because"])
        record(actor=actor, event=event, subject=locked, facts=facts)
        return locked
