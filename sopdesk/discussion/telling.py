"""Letters about a discussion: to whom a comment names, and to those whose thread or change it is.

One letter a person, change and sitting: who is written to ten times in ten minutes stops reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.discussion import mentions
from sopdesk.letters.linking import absolute
from sopdesk.letters.posting import post

if TYPE_CHECKING:
    from sopdesk.discussion.models import Thread
    from sopdesk.documents.models import OutsideReviewer

SITTING = timedelta(minutes=30)
SHOWN = 600


def tell(thread: Thread, words: str, *, writer: User | OutsideReviewer, mentioned: Iterable[User]) -> None:
    """Write to everybody whom this comment concerns, except who wrote it."""
    named = [person for person in mentioned if person != writer]
    tell_mentioned(thread, words, writer=writer, people=named)
    told = {person.pk for person in named} | ({writer.pk} if isinstance(writer, User) else set())
    subject = _("%(writer)s on “%(change)s”") % {"writer": writer, "change": thread.change}
    said = _("%(writer)s wrote in a discussion that you are part of:") % {"writer": writer}
    for person in _concerned(thread):
        if person.pk not in told:
            _post(person, thread, subject, said, words, reason="thread")
    if isinstance(writer, User):
        _answer_outside(thread)


def _answer_outside(thread: Thread) -> None:
    """Tell who opened a thread from outside that there is an answer; its words stand only behind the link."""
    outsider = thread.outside
    if outsider is None or outsider.revoked_at is not None:
        return
    body = _("There is an answer to your comment. Open the link of your invitation to read it.")
    subject = _("An answer to your comment on “%(change)s”") % {"change": thread.change}
    sitting = int(timezone.now().timestamp() // SITTING.total_seconds())
    post(to=outsider.email, subject=subject, body=body, key=f"discussion:outside:{outsider.pk}:{sitting}")


def tell_mentioned(
    thread: Thread, words: str, *, writer: User | OutsideReviewer, people: Iterable[User]
) -> None:
    """Write to those whom a comment names."""
    subject = _("%(writer)s mentioned you on “%(change)s”") % {"writer": writer, "change": thread.change}
    said = _("%(writer)s mentioned you:") % {"writer": writer}
    for person in people:
        if person != writer:
            _post(person, thread, subject, said, words, reason="mention")


def _concerned(thread: Thread) -> Iterable[User]:
    """Who opened the thread or wrote in it, and the authors of the change, as far as they may still read it."""
    wrote = thread.comments.exclude(author=None).values_list("author", flat=True)
    authors = thread.change.authors.values_list("pk", flat=True)
    return mentions.readers().filter(pk__in={*wrote, *authors, thread.author_id})


def _post(person: User, thread: Thread, subject: str, said: str, words: str, *, reason: str) -> None:
    sitting = int(timezone.now().timestamp() // SITTING.total_seconds())
    address = absolute(reverse("discussion:read", args=[thread.change_id, thread.pk]))
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]} …"
    lines = [
        said,
        "",
        *(f"> {line}" for line in (shown or _("(a suggested edit)")).splitlines()),
        "",
        address,
        "",
        _("More of this sitting is not mailed one by one: all of it stands there."),
    ]
    key = f"discussion:{reason}:{thread.change_id}:{person.pk}:{sitting}"
    post(to=person, subject=subject, body="\n".join(lines), key=key)
