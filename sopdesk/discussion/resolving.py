"""Settling a thread, opening it again, and what must be settled before an approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.discussion.commenting import open_change
from sopdesk.discussion.models import Thread
from sopdesk.documents.errors import ChangeRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sopdesk.accounts.models import User

Outcome = Thread.Outcome


def resolve(thread: Thread, *, actor: User) -> Thread:
    """Say that the matter is done with. One that must be resolved, only who asked for that or another reviewer may.

    Raises ChangeRefused.
    """
    require(actor, Permission.CHANGE_COMMENT, thread)
    with transaction.atomic():
        fresh = locked(thread)
        _refuse_settled(fresh)
        if fresh.must_resolve:
            _refuse_lifting(fresh, actor)
        settle(fresh, Outcome.RESOLVED, actor=actor)
        record(actor=actor, event=Event.THREAD_RESOLVED, subject=fresh.change, facts={"thread": fresh.pk})
        return fresh


def reopen(thread: Thread, *, actor: User) -> Thread:
    """Take a settled matter up again. An accepted suggestion stays accepted: its words are in the draft."""
    require(actor, Permission.CHANGE_COMMENT, thread)
    with transaction.atomic():
        fresh = locked(thread)
        if fresh.is_open:
            raise ChangeRefused([_("This thread is open.")])
        if fresh.outcome == Outcome.ACCEPTED:
            raise ChangeRefused(
                [_("The suggestion was accepted and stands in the draft. Open a new thread.")]
            )
        fresh.outcome, fresh.settled_at, fresh.settled_by, fresh.settled_why = Outcome.OPEN, None, None, ""
        _save(fresh, ["outcome", "settled_at", "settled_by", "settled_why"], actor)
        record(actor=actor, event=Event.THREAD_REOPENED, subject=fresh.change, facts={"thread": fresh.pk})
        return fresh


def demand(thread: Thread, *, actor: User) -> Thread:
    """Have a thread resolved before approval: its opener, an author of the change or a reviewer may ask for that.

    What an author asked for already, somebody who wrote nothing asks for in their place: from then on it is theirs.
    """
    require(actor, Permission.CHANGE_COMMENT, thread)
    with transaction.atomic():
        fresh = locked(thread, must_resolve=True)
        _refuse_settled(fresh)
        authors = author_ids(fresh)
        if not may_demand(fresh, actor, authors):
            raise ChangeRefused([_("Only who opened the thread, an author or a reviewer may ask for this.")])
        if adds_weight(fresh, actor, authors):
            facts = {"thread": fresh.pk, "asked_by": fresh.must_by_id}
            fresh.must_resolve, fresh.must_by = True, actor
            _save(fresh, ["must_resolve", "must_by"], actor)
            record(actor=actor, event=Event.THREAD_DEMANDED, subject=fresh.change, facts=facts)
        return fresh


def lift(thread: Thread, *, actor: User) -> Thread:
    """Let a thread hold up nothing any more, though it stays open. Who asked for it or another reviewer may."""
    require(actor, Permission.CHANGE_COMMENT, thread)
    with transaction.atomic():
        fresh = locked(thread)
        if not fresh.must_resolve:
            raise ChangeRefused([_("This thread holds nothing up.")])
        _refuse_lifting(fresh, actor)
        facts = {"thread": fresh.pk, "asked_by": fresh.must_by_id}
        fresh.must_resolve, fresh.must_by = False, None
        _save(fresh, ["must_resolve", "must_by"], actor)
        record(actor=actor, event=Event.THREAD_LIFTED, subject=fresh.change, facts=facts)
        return fresh


def may_demand(thread: Thread, person: User, authors: Sequence[int]) -> bool:
    return thread.author_id == person.pk or person.pk in authors or allows(person, Permission.CHANGE_APPROVE)


def adds_weight(thread: Thread, person: User, authors: Sequence[int]) -> bool:
    """Whether it changes anything when this person asks: nobody did, or only an author and they are none."""
    return not thread.must_resolve or (thread.must_by_id in authors and person.pk not in authors)


def may_lift(thread: Thread, person: User, authors: Sequence[int]) -> bool:
    """Who asked for it, or a reviewer. Of the authors only who opened the thread and asked for it alone: otherwise
    they could wave themselves through."""
    asked = thread.must_by_id == person.pk
    if person.pk in authors:
        return asked and thread.author_id == person.pk
    return asked or allows(person, Permission.CHANGE_APPROVE)


def author_ids(thread: Thread) -> list[int]:
    return list(thread.change.authors.values_list("pk", flat=True))


def locked(thread: Thread, *, must_resolve: bool = False) -> Thread:
    """The thread as it is now, it and its change locked. Raises ChangeRefused when the discussion is closed."""
    change = open_change(thread.change, must_resolve=must_resolve)
    fresh = Thread.objects.select_for_update(of=("self",)).select_related("must_by", "author", "outside")
    found = fresh.get(pk=thread.pk)
    found.change = change
    return found


def settle(thread: Thread, outcome: str, *, actor: User, why: str = "") -> None:
    """Write down how a locked thread ended."""
    thread.outcome, thread.settled_at = outcome, timezone.now()
    thread.settled_by, thread.settled_why = actor, why
    _save(thread, ["outcome", "settled_at", "settled_by", "settled_why"], actor)


def _refuse_settled(thread: Thread) -> None:
    if not thread.is_open:
        raise ChangeRefused([_("This thread was settled meanwhile.")])


def _refuse_lifting(thread: Thread, actor: User) -> None:
    authors = author_ids(thread)
    if may_lift(thread, actor, authors):
        return
    if thread.must_by_id in authors and thread.must_by_id != thread.author_id:
        raise ChangeRefused([_("A reviewer other than the authors decides that this is resolved.")])
    said = _(
        "%(name)s asked that this be resolved before approval. They or a reviewer other than the authors"
    )
    asker = thread.must_by or thread.by
    raise ChangeRefused([said % {"name": asker} + " " + _("decide that it is.")])


def _save(thread: Thread, fields: Sequence[str], actor: User) -> None:
    thread._history_user = actor  # type: ignore[attr-defined]
    thread.save(update_fields=list(fields))
