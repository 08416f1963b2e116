"""A view by mail: started for people who read figures, paused, resumed, stopped, and left by whoever gets it.

A letter is a row that commits with the decision to write it (sopdesk/letters), once for each mailing, person and day:
a beat task that runs twice, or two at once, write one. Who gets it reads their own figures in it, worked out for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.dashboards import refusals, writing
from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.models import Mailing, SavedView
from metrics.dashboards.receivers import may_receive
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.letters.models import Letter
from sopdesk.letters.posting import post

log = structlog.get_logger(__name__)
AT_ONCE: Final = 200
AGAIN: Final = timedelta(hours=1)  # after which a view that could not be worked out is tried again
LATE: Final = timedelta(hours=12)
"""How long after its time a letter that a stopped desk missed is still written."""


def start(
    view: SavedView, *, every: str, weekday: int, at: time, receivers: Iterable[User], actor: User
) -> Mailing:
    """Send a view regularly. Raises ViewRefused for a view one does not see, and for people who may not be sent it."""
    require(actor, Permission.METRICS_READ, view)
    people = list(receivers)
    allowed = set(may_receive(actor).filter(pk__in=[person.pk for person in people]))
    if not people or set(people) != allowed:
        raise ViewRefused(_("Choose people who may read figures. Nothing was started."))
    if not SavedView.objects.visible_to(actor).filter(pk=view.pk).exists():
        raise ViewRefused(_("This view is no longer shared with you. Nothing was started."))
    with transaction.atomic():
        mailing = Mailing.objects.create(view=view, owner=actor, every=every, weekday=weekday, at=at)
        mailing.receivers.set(people)
        facts = {"view": view.name, "every": every, "receivers": sorted(person.pk for person in people)}
        record(actor=actor, event=Event.FIGURE_MAIL_STARTED, subject=mailing, facts=facts)
    return mailing


def pause(mailing: Mailing, *, actor: User) -> None:
    """Send nothing until it is resumed. Its owner may."""
    _set_paused(mailing, timezone.now(), Event.FIGURE_MAIL_PAUSED, actor)


def resume(mailing: Mailing, *, actor: User) -> None:
    """Send again from the next time on; what was missed is not made up for, and letters that were given up go."""
    _set_paused(mailing, None, Event.FIGURE_MAIL_RESUMED, actor)
    refusals.forget(mailing)


def may_stop(mailing: Mailing, person: User) -> bool:
    """Its owner, and whoever looks after people: an owner may be gone."""
    return mailing.owner_id == person.pk or allows(person, Permission.PEOPLE_EDIT)


def stop(mailing: Mailing, *, actor: User) -> None:
    """End it for everybody. Who `may_stop` may; the view stays."""
    require(actor, Permission.METRICS_READ, mailing)
    with transaction.atomic():
        locked = _owned(mailing, mailing.owner if may_stop(mailing, actor) else actor)
        record(actor=actor, event=Event.FIGURE_MAIL_STOPPED, subject=locked, facts={"view": str(locked.view)})
        locked.delete()


def leave(mailing: Mailing, *, actor: User) -> None:
    """Get it no longer oneself. Leaving twice is once."""
    require(actor, Permission.METRICS_READ, mailing)
    with transaction.atomic():
        locked = Mailing.objects.select_for_update().filter(pk=mailing.pk).first()
        if locked is None or not locked.receivers.filter(pk=actor.pk).exists():
            return
        locked.receivers.remove(actor)
        record(actor=actor, event=Event.FIGURE_MAIL_LEFT, subject=locked, facts={"view": str(locked.view)})


def send_due(now: datetime | None = None) -> int:
    """Write every letter whose time has come. Returns how many were new. Safe to run as often as one likes."""
    now = now or timezone.now()
    sent = 0
    for mailing, person, key in _due(now):
        try:
            sent += _send(mailing, person, key)
        except Exception as error:  # whatever one view stumbles over, those behind it are sent
            log.exception("view_not_sent", mailing=mailing.pk, error=type(error).__name__)
            Mailing.objects.filter(pk=mailing.pk).update(failed_at=now)
        if sent >= AT_ONCE:
            break
    return sent


def _send(mailing: Mailing, person: User, key: str) -> bool:
    """Whether a letter was written that was not there."""
    letter = writing.letter(mailing, person)
    with transaction.atomic():
        if not _is_still_wanted(mailing, person):
            return False
        before = Letter.objects.filter(key=key).exists()
        post(to=person, subject=letter.subject, body=letter.body, key=key)
        Mailing.objects.filter(pk=mailing.pk).update(failed_at=None)
        return not before


def _due(now: datetime) -> Iterator[tuple[Mailing, User, str]]:
    """Whom to write to now, with the letter's key; those written already are left out, and all of an owner who may not
    read figures any more: nobody answers for it."""
    live = Mailing.objects.filter(paused_at=None, owner__is_active=True).select_related("view", "owner")
    live = live.exclude(failed_at__gt=now - AGAIN)
    waiting = [
        (mailing, person, f"figures:{mailing.pk}:{person.pk}:{due:%Y-%m-%d}")
        for mailing in live.prefetch_related("receivers__team__site").order_by("pk")
        if allows(mailing.owner, Permission.METRICS_READ)
        for person in mailing.receivers.all()
        if person.is_active
        and allows(person, Permission.METRICS_READ)
        and (due := due_at(mailing, person, now)) is not None
    ]
    written = set(Letter.objects.filter(key__in=[key for *_of, key in waiting]).values_list("key", flat=True))
    return ((mailing, person, key) for mailing, person, key in waiting if key not in written)


def due_at(mailing: Mailing, person: User, now: datetime) -> datetime | None:
    """The moment by the person's clock for which a letter is due now; None when none is.

    At most LATE ago, and not before the mailing was started. A time that a change of clocks leaves out comes later.
    """
    zone = ZoneInfo(person.time_zone)
    local = now.astimezone(zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        moment = datetime.combine(day, mailing.at, zone)
        if mailing.every == Mailing.Every.WEEK and day.weekday() != mailing.weekday:
            continue
        if moment <= now and now - moment.astimezone(now.tzinfo) <= LATE and moment >= mailing.created_at:
            return moment
    return None


def _is_still_wanted(mailing: Mailing, person: User) -> bool:
    """Under its lock: neither paused, stopped nor left while the letter was being worked out."""
    live = Mailing.objects.select_for_update(of=("self",)).filter(paused_at=None, owner__is_active=True)
    locked = live.filter(pk=mailing.pk).first()
    return locked is not None and locked.receivers.filter(pk=person.pk).exists()


def _set_paused(mailing: Mailing, at: datetime | None, event: Event, actor: User) -> None:
    require(actor, Permission.METRICS_READ, mailing)
    with transaction.atomic():
        locked = _owned(mailing, actor)
        if (locked.paused_at is None) == (at is None):
            return
        locked.paused_at = at
        locked.save(update_fields=["paused_at"])
        record(actor=actor, event=event, subject=locked, facts={"view": str(locked.view)})


def _owned(mailing: Mailing, actor: User) -> Mailing:
    locked = Mailing.objects.select_for_update().filter(pk=mailing.pk, owner=actor).first()
    if locked is None:
        raise ViewRefused(_("This mailing is not yours, or was stopped. Nothing was changed."))
    return locked
