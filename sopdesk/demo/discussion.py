"""What is being said of Lumio's changes: questions, answers, a suggested edit, and one that holds up an approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting, resolving
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.models import Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents.models import Change, ChangeItem
from sopdesk.documents.states import EDITABLE

People = Mapping[str, User]


@dataclass(frozen=True)
class _Place:
    """A change, and what in it is talked about."""

    change: Change
    about: About


def load(people: People) -> None:
    """Open the threads, each with its answers."""
    ben, ana, ines = people["ben-okafor"], people["ana-lim"], people["ines-duarte"]
    marta, carla, tom = people["marta-kowalska"], people["carla-reyes"], people["tom-byrne"]
    first = _about("SOP-0001", "order", "in the first reply")
    asked = commenting.open_thread(
        first.change,
        author=ben,
        body="On chat there is no first reply to wait for. Does it hold there too?",
        about=first.about,
    )
    commenting.reply(
        asked, author=ana, body="Yes: ask in the greeting. @Marta Kowalska, is that what chat does now?"
    )
    commenting.reply(
        asked, author=marta, body="It is, since May. The opening of [[macro:refund-approved]] says so."
    )
    where = _about(
        "SOP-0001",
        "order",
        "with one sentence on where it stands: in the receipt e-mail and under Wallet › History.",
    )
    commenting.open_thread(
        where.change,
        author=carla,
        about=where.about,
        replacement="and say where it stands: in the receipt e-mail, or under Wallet › History.",
        body="Shorter, and it does not read as if both were needed.",
    )
    window = _about("SOP-0001", "window")
    settled = commenting.open_thread(
        window.change, author=ines, body="Unchanged by this? The window stays at 30 days?", about=window.about
    )
    commenting.reply(settled, author=ana, body="Unchanged.")
    resolving.resolve(settled, actor=ines)
    commenting.open_thread(
        first.change, author=ben, body="31 % is of all refund tickets, or of those by e-mail?"
    )
    _on_the_undo_link(ines, tom)


def _on_the_undo_link(ines: User, tom: User) -> Thread:
    """What has to be answered before anybody approves."""
    hours = _about("SOP-0013", "", "valid for 96 hours")
    thread = commenting.open_thread(
        hours.change,
        author=ines,
        body="From which moment do the 96 hours count: when the change was asked for, or when it was made?",
        about=hours.about,
        must_resolve=True,
    )
    commenting.reply(thread, author=tom, body="From when it was made. I will write it out.")
    return thread


def _about(key: str, anchor: str, words: str = "") -> _Place:
    """Words of the draft of this SOP that is open."""
    drafts = ChangeItem.objects.select_related("change", "document").filter(change__state__in=EDITABLE)
    item = drafts.get(document__kind="sop", document__key=key)
    return _Place(item.change, About(item.document, anchor, Quote(words)))
