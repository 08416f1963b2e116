"""Saying something about a change: opening a thread, answering, mending one's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import Actor, System, record
from sopdesk.discussion import mentions, telling
from sopdesk.discussion.models import QUOTE_MAX, REPLACEMENT_MAX, WORDS_MAX, Comment, Thread
from sopdesk.discussion.pointing import About, Pointed, point
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Change, OutsideReviewer
from sopdesk.text.guards import TextRefused
from sopdesk.text.notes import render_note

Writer = User | OutsideReviewer
TWICE = timedelta(minutes=1)
"""Within which the same words from the same person are the same press of a button."""
CLOSED = frozenset({Change.State.PUBLISHED, Change.State.WITHDRAWN})


@dataclass(frozen=True)
class _Words:
    """A comment ready to be stored."""

    body: str
    html: str
    mentioned: list[User]


def open_thread(
    change: Change,
    *,
    author: Writer,
    body: str = "",
    about: About | None = None,
    replacement: str | None = None,
    must_resolve: bool = False,
) -> Thread:
    """Raise a matter: about the whole change, or about what `about` names.

    With a `replacement` it is a suggested edit of the quoted words, which only people of the desk may make; `body` may
    then be empty. `must_resolve` stops an approval until it is resolved. The same again within a minute is one.
    Raises ChangeRefused when the change is closed, words are missing or do not stand where they are said to.
    """
    admit(author, change)
    about = about or About()
    replacement = None if replacement is None else replacement.replace("\r\n", "\n")
    words = _words(body, required=replacement is None)
    with transaction.atomic():
        change = open_change(change, must_resolve=must_resolve)
        pointed = point(change, about)
        if replacement is not None:
            _refuse_suggestion(author, pointed, replacement)
        if twin := _same_thread(change, author, about, words.body, replacement):
            return twin
        thread = Thread(
            change=change,
            must_resolve=must_resolve,
            must_by=author if must_resolve and isinstance(author, User) else None,
            replacement=replacement,
            **_signed(author),
            **pointed.columns(),
        )
        _save(thread, author)
        if words.body:
            _comment(thread, author, words)
        facts = {"document": about.document.key if about.document else "", "must_resolve": must_resolve}
        record(
            actor=acting(author),
            event=Event.THREAD_OPENED,
            subject=change,
            facts={"thread": thread.pk, **facts},
        )
        telling.tell(thread, words.body, writer=author, mentioned=words.mentioned)
        return thread


def reply(thread: Thread, *, author: Writer, body: str) -> Comment:
    """Answer in a thread; a settled one stays settled. Raises ChangeRefused when the change is closed."""
    admit(author, thread.change)
    words = _words(body)
    with transaction.atomic():
        open_change(thread.change)
        fresh = Thread.objects.select_related("change").get(pk=thread.pk)
        last = fresh.comments.order_by("-pk").first()
        if last is not None and last.body == words.body and _is_twice(last, author):
            return last
        comment = _comment(fresh, author, words)
        telling.tell(fresh, words.body, writer=author, mentioned=words.mentioned)
        return comment


def edit_comment(comment: Comment, *, actor: User, body: str) -> Comment:
    """Mend one's own words; the earlier ones stay in the history, and the comment says that it was edited."""
    require(actor, Permission.CHANGE_COMMENT, comment)
    if comment.author_id != actor.pk:
        raise PermissionDenied(_("Only who wrote a comment edits it."))
    words = _words(body)
    with transaction.atomic():
        open_change(comment.thread.change)
        fresh = (
            Comment.objects.select_for_update(of=("self",))
            .select_related("thread__change")
            .get(pk=comment.pk)
        )
        if fresh.body == words.body:
            return fresh
        before = set(fresh.mentioned.values_list("pk", flat=True))
        fresh.body, fresh.html, fresh.edited_at = words.body, words.html, timezone.now()
        fresh._history_user = actor  # type: ignore[attr-defined]
        fresh.save(update_fields=["body", "html", "edited_at"])
        fresh.mentioned.set(words.mentioned)
        new = [person for person in words.mentioned if person.pk not in before]
        telling.tell_mentioned(fresh.thread, words.body, writer=actor, people=new)
        return fresh


def admit(writer: Writer, change: Change) -> None:
    """Refuse unless this person may speak: staff by permission, an outside reviewer on their own change, in time."""
    if isinstance(writer, User):
        require(writer, Permission.CHANGE_COMMENT, change)
        return
    is_over = writer.revoked_at is not None or writer.expires_at <= timezone.now()
    if writer.change_id != change.pk or is_over:
        raise PermissionDenied(_("This link has ended. Ask for a new one."))


def open_change(change: Change, *, must_resolve: bool = False) -> Change:
    """The change as it is now, locked. Raises ChangeRefused when its discussion is closed."""
    fresh = locked_change(change)
    if fresh.state_at(timezone.now()) in CLOSED:
        closed = _("This change is %(state)s, so its discussion can only be read.")
        raise ChangeRefused([closed % {"state": fresh.get_state_display()}])
    if must_resolve and fresh.state == Change.State.SCHEDULED:
        locked = _("This change is approved and scheduled, so nothing can hold it up. Unschedule it first.")
        raise ChangeRefused([locked])
    return fresh


def acting(writer: Writer) -> Actor:
    """Who the record names: an outside reviewer by name only, since their number is no person's of the desk."""
    return writer if isinstance(writer, User) else System(_("%(name)s (outside)") % {"name": writer.name})


def _words(body: str, *, required: bool = True) -> _Words:
    """What was typed, rendered, with whom it names. Raises ChangeRefused."""
    body = body.replace("\r\n", "\n").strip()
    if required and not body:
        raise ChangeRefused([_("Write something first.")])
    if len(body) > WORDS_MAX:
        raise ChangeRefused([_("A comment holds at most %(most)d characters.") % {"most": WORDS_MAX}])
    people = list(mentions.readers()) if "@" in body else []
    try:
        html = render_note(mentions.marked(body, people)) if body else ""
    except TextRefused as refusal:
        raise ChangeRefused([f"{problem.what} {problem.how}" for problem in refusal.problems]) from refusal
    return _Words(body, html, mentions.named(body, people))


def _refuse_suggestion(author: Writer, pointed: Pointed, replacement: str) -> None:
    if not isinstance(author, User):
        raise ChangeRefused([_("An outside reviewer comments; say in words what should be written.")])
    if not pointed.is_exact:
        raise ChangeRefused([_("Name the words to replace exactly as they stand in the draft.")])
    if pointed.quote.words == replacement:
        raise ChangeRefused([_("What you suggest is what stands there already.")])
    if len(pointed.quote.words) > QUOTE_MAX or len(replacement) > REPLACEMENT_MAX:
        raise ChangeRefused([_("That is too much for one suggestion. Make several, or edit the draft.")])


def _signed(writer: Writer) -> dict[str, Writer]:
    return {"author": writer} if isinstance(writer, User) else {"outside": writer}


def _is_twice(comment: Comment, writer: Writer) -> bool:
    return comment.by == writer and comment.at > timezone.now() - TWICE


def _same_thread(
    change: Change, writer: Writer, about: About, body: str, replacement: str | None
) -> Thread | None:
    recent = change.threads.filter(created_at__gt=timezone.now() - TWICE, **_signed(writer))
    same = recent.filter(document=about.document, anchor=about.anchor, replacement=replacement)
    for thread in same.prefetch_related("comments"):
        said = [comment.body for comment in thread.comments.all()][:1]
        if said == ([body] if body else []):
            return thread
    return None


def _save(thread: Thread, writer: Writer) -> None:
    thread._history_user = writer if isinstance(writer, User) else None  # type: ignore[attr-defined]
    thread.save()


def _comment(thread: Thread, writer: Writer, words: _Words) -> Comment:
    comment = Comment(thread=thread, body=words.body, html=words.html, **_signed(writer))
    comment._history_user = writer if isinstance(writer, User) else None  # type: ignore[attr-defined]
    comment.save()
    comment.mentioned.set(words.mentioned)
    return comment
