"""Suggested edits: taking the words into the draft, or turning them down.

Whose words are taken in has written a part of the change, and so approves none of it (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.discussion.commenting import open_change
from sopdesk.discussion.locating import find_exact
from sopdesk.discussion.models import Thread
from sopdesk.discussion.placing import cut, section_now
from sopdesk.discussion.resolving import Outcome, author_ids, locked, may_lift, settle
from sopdesk.documents import editing, states
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import Change, ChangeItem

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass
class Taken:
    """What came of accepting several: those taken in, and why the others were not."""

    accepted: list[Thread] = field(default_factory=list)
    refused: list[tuple[Thread, str]] = field(default_factory=list)


def accept(thread: Thread, *, actor: User) -> Thread:
    """Put the suggested words in the place of the quoted ones, if those still stand there exactly.

    An edit like any other: approvals are void, and who suggested the words becomes an author of the change. Raises
    ChangeRefused when the words have changed or the change is locked, and then nothing has changed.
    """
    require(actor, Permission.CHANGE_EDIT, thread)
    with transaction.atomic():
        fresh = locked(thread)
        _refuse_decided(fresh)
        item = _item(fresh)
        _save(item, _applied(fresh, item), [fresh], actor)
        return fresh


def accept_all(change: Change, *, actor: User) -> Taken:
    """Accept every open suggestion that still fits, in the order in which they were made; the others stay open."""
    require(actor, Permission.CHANGE_EDIT, change)
    taken = Taken()
    with transaction.atomic():
        change = open_change(change)
        _refuse_locked(change)
        waiting = Thread.objects.select_for_update(of=("self",)).select_related("author", "document")
        suggested = list(waiting.filter(change=change, outcome=Outcome.OPEN, replacement__isnull=False))
        items = change.items.select_for_update(of=("self",)).select_related(
            "document", "base_version", "change"
        )
        by_document = {item.document_id: item for item in items}
        for thread in suggested:
            thread.change = change
        for document_id in dict.fromkeys(thread.document_id for thread in suggested):
            item = by_document.get(document_id or 0)
            of_it = [thread for thread in suggested if thread.document_id == document_id]
            _accept_in(item, of_it, taken, actor)
        return taken


def reject(thread: Thread, *, actor: User, why: str) -> Thread:
    """Turn a suggestion down and say why. One that must be resolved, only who may lift that turns down."""
    require(actor, Permission.CHANGE_COMMENT, thread)
    if not why.strip():
        raise ChangeRefused([_("Say why, so that nobody has to ask.")])
    with transaction.atomic():
        fresh = locked(thread)
        _refuse_decided(fresh)
        authors = author_ids(fresh)
        if not may_reject(fresh, actor, authors):
            raise ChangeRefused([_("The authors turn a suggestion down, or who made it takes it back.")])
        if fresh.must_resolve and not may_lift(fresh, actor, authors):
            asked = _("%(name)s asked that this be resolved before approval: answer, and let them decide.")
            raise ChangeRefused([asked % {"name": fresh.must_by or fresh.by}])
        settle(fresh, Outcome.REJECTED, actor=actor, why=why.strip())
        _note(fresh, Event.SUGGESTION_REJECTED, actor)
        return fresh


def may_reject(thread: Thread, person: User, authors: Iterable[int]) -> bool:
    return person.pk in (*authors, thread.author_id) or may_lift(thread, person, tuple(authors))


def applied(body: str, thread: Thread, base: str | None) -> str:
    """The text with the suggestion in it. Raises ChangeRefused when its words do not stand there exactly."""
    now = cut(body)
    anchor = section_now(thread.anchor, now, cut(base) if base is not None else None)
    start = now.parts[anchor].start if anchor else 0
    place = find_exact(thread.words, now.of(anchor)) if anchor else None
    if place is None:
        start, place = 0, find_exact(thread.words, body)
    if place is None:
        gone = _(
            "The words “%(words)s” do not stand there any more, or not only once. Edit the draft by hand."
        )
        raise ChangeRefused([gone % {"words": _short(thread.quote)}])
    return body[: start + place.start] + (thread.replacement or "") + body[start + place.end :]


def _applied(thread: Thread, item: ChangeItem) -> str:
    return applied(item.body, thread, item.base_version.body if item.base_version else None)


def _accept_in(item: ChangeItem | None, threads: Iterable[Thread], taken: Taken, actor: User) -> None:
    """Take the suggestions for one draft, one after the other, and save it once."""
    if item is None:
        taken.refused += [(thread, _("The document was taken out of the change.")) for thread in threads]
        return
    body, accepted = item.body, list[Thread]()
    base = item.base_version.body if item.base_version else None
    for thread in threads:
        try:
            body = applied(body, thread, base)
        except ChangeRefused as refusal:
            taken.refused.append((thread, str(refusal)))
        else:
            accepted.append(thread)
    if not accepted:
        return
    try:
        with transaction.atomic():
            _save(item, body, accepted, actor)
    except ChangeRefused as refusal:
        taken.refused += [(thread, str(refusal)) for thread in accepted]
    else:
        taken.accepted += accepted


def _save(item: ChangeItem, body: str, accepted: Iterable[Thread], actor: User) -> None:
    try:
        editing.save_draft(item, revision=item.revision, actor=actor, body=body)
    except StaleDraft as stale:
        raise ChangeRefused([_("Somebody saved the draft this moment. Look at it again.")]) from stale
    for thread in accepted:
        settle(thread, Outcome.ACCEPTED, actor=actor)
        thread.change.authors.add(thread.author)  # type: ignore[arg-type]  # only people of the desk suggest
        _note(thread, Event.SUGGESTION_ACCEPTED, actor)


def _item(thread: Thread) -> ChangeItem:
    _refuse_locked(thread.change)
    items = ChangeItem.objects.select_for_update(of=("self",)).select_related(
        "document", "base_version", "change"
    )
    item = items.filter(change=thread.change, document=thread.document_id).first()
    if item is None:
        raise ChangeRefused([_("The document was taken out of the change.")])
    return item


def _refuse_locked(change: Change) -> None:
    if change.state not in states.EDITABLE:
        said = _("This change is %(state)s and locked. Unschedule it to edit.")
        raise ChangeRefused([said % {"state": change.get_state_display()}])


def _refuse_decided(thread: Thread) -> None:
    if not thread.is_suggestion:
        raise ChangeRefused([_("This thread suggests no words.")])
    if not thread.is_open:
        raise ChangeRefused([_("This suggestion was decided meanwhile.")])


def _note(thread: Thread, event: Event, actor: User) -> None:
    facts = {"thread": thread.pk, "document": str(thread.document), "by": thread.author_id}
    record(actor=actor, event=event, subject=thread.change, facts=facts)


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:80]}…"
