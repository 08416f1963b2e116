"""The discussion of a change as one person sees it: every thread with where it stands now and what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.safestring import SafeString

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.discussion import resolving, suggesting
from sopdesk.discussion.commenting import CLOSED
from sopdesk.discussion.locating import find_exact
from sopdesk.discussion.models import Comment, Thread
from sopdesk.discussion.placing import Stand, Standing, Text, cut, line_of, place, place_before
from sopdesk.documents import states
from sopdesk.documents.items import is_read, items_of
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.postgres.worded import worded
from sopdesk.text import diff
from sopdesk.text.presenting import present_all

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Said:
    """One comment as shown."""

    comment: Comment
    html: SafeString
    may_edit: bool


@dataclass(frozen=True)
class May:
    """What this person may do with a thread; the verbs decide again."""

    reply: bool = False
    resolve: bool = False
    reopen: bool = False
    demand: bool = False
    lift: bool = False
    accept: bool = False
    reject: bool = False


@dataclass(frozen=True)
class Shown:
    """A thread on the page. `words_now` are those that stand in its place, when they are not the quoted ones."""

    thread: Thread
    said: Sequence[Said]
    stand: Stand
    may: May
    is_mine: bool
    line: int | None = None
    words_now: str = ""
    fits: bool = False
    ops: Sequence[diff.Op] = ()

    @property
    def title(self) -> str:
        """The section it stands at, by its title now, or as it was when the thread was opened."""
        return self.stand.title or self.thread.section

    @property
    def holds(self) -> bool:
        """Whether it stops an approval."""
        return self.thread.is_open and self.thread.must_resolve

    @property
    def others(self) -> Sequence[Said]:
        """What was said after the first comment."""
        return self.said[1:]

    @property
    def last(self) -> Said | None:
        return self.said[-1] if self.said else None


@dataclass(frozen=True)
class Group:
    """Threads about a document as a whole, or with no document about the change; `is_part` unless it was taken out."""

    document: Document | None
    shown: Sequence[Shown]
    is_part: bool = True


@dataclass
class Discussion:
    """All threads of one change, in the order in which they were opened. `rendered` are those a page has shown."""

    change: Change
    shown: Sequence[Shown]
    may_comment: bool
    may_accept: bool
    documents: Sequence[Document] = ()
    rendered: set[int] = field(default_factory=set)

    def at(self, document_id: int | None, anchor: str) -> list[Shown]:
        """The threads that stand at a section, by the order of their words in it. Marks them as shown."""
        here = [
            each
            for each in self.shown
            if each.thread.document_id == document_id and each.stand.anchor == anchor
        ]
        self.rendered |= {each.thread.pk for each in here}
        return sorted(
            here, key=lambda each: (each.stand.start is None, each.stand.start or 0, each.thread.pk)
        )

    @property
    def groups(self) -> list[Group]:
        """What no section of the page showed: about the change, a document, or a section that is no more."""
        left = [each for each in self.shown if each.thread.pk not in self.rendered]
        places: dict[int | None, Document | None] = {None: None}
        places |= {document.pk: document for document in self.documents}
        threads = (each.thread for each in left)
        gone = {each.document_id: each.document for each in threads if each.document_id not in places}
        places |= gone
        return [
            Group(document, [each for each in left if each.thread.document_id == key], key not in gone)
            for key, document in places.items()
        ]

    @property
    def open(self) -> list[Shown]:
        return [each for each in self.shown if each.thread.is_open]

    @property
    def settled(self) -> list[Shown]:
        return [each for each in self.shown if not each.thread.is_open]

    @property
    def mine(self) -> list[Shown]:
        return [each for each in self.shown if each.is_mine]

    @property
    def holding(self) -> list[Shown]:
        return [each for each in self.shown if each.holds]

    @property
    def fitting(self) -> list[Shown]:
        """Open suggestions whose words stand in the draft."""
        return [each for each in self.shown if each.may.accept and each.fits]

    def of_item(self, item: ChangeItem) -> list[Shown]:
        """The open threads of one draft, by their place in the text."""
        of_it = [each for each in self.open if each.thread.document_id == item.document_id]
        return sorted(
            of_it, key=lambda each: (each.stand.start is None, each.stand.start or 0, each.thread.pk)
        )

    def get(self, thread_id: int) -> Shown:
        """One of its threads. Raises KeyError."""
        return {each.thread.pk: each for each in self.shown}[thread_id]


def discussion(change: Change, viewer: User) -> Discussion:
    """The discussion of a change, read once for each instance of the change: several places of a page ask for it."""
    kept: dict[int, Discussion] = change.__dict__.setdefault("_discussions", {})
    if viewer.pk not in kept:
        kept[viewer.pk] = _read(change, viewer)
    return kept[viewer.pk]


def threads_of(change: Change) -> list[Thread]:
    """All its threads with what was said in them: `visible_to` gives all of a change's or none, and whoever asks has
    asked for that. A page that reads a change once (`read_once`) reads them once; four queries at most."""
    kept: list[Thread] | None = change.__dict__.get("_threads_read")
    if kept is not None and is_read(change):
        return kept
    threads = _threads(change.pk)
    for thread in threads:
        thread.change = change
    change.__dict__["_threads_read"] = threads
    return threads


@worded
def _threads(change: int) -> QuerySet[Thread]:
    found = Thread.objects.filter(change=change)
    found = found.select_related("author", "outside", "document", "must_by", "settled_by")
    return found.prefetch_related("comments__author", "comments__outside", "comments__mentioned")


def _read(change: Change, viewer: User) -> Discussion:
    """In a number of queries that does not grow with the threads."""
    is_open = change.state_at(timezone.now()) not in CLOSED
    may_comment = is_open and allows(viewer, Permission.CHANGE_COMMENT)
    may_edit = change.state in states.EDITABLE and allows(viewer, Permission.CHANGE_EDIT)
    threads = threads_of(change) if allows(viewer, Permission.CHANGE_READ) else []
    items = {item.document_id: item for item in items_of(change)}
    documents = [item.document for item in items.values()]
    if not threads:
        return Discussion(change, (), may_comment, may_edit, documents)
    authors = list(change.authors.values_list("pk", flat=True))
    said = _said(threads, viewer, may_comment)
    asks = _Asks(viewer, authors, may_comment, may_edit)
    shown = [_shown(thread, said, items.get(thread.document_id or 0), asks) for thread in threads]
    return Discussion(change, shown, may_comment, may_edit, documents)


@dataclass(frozen=True)
class _Asks:
    """Who looks, and what holds for the change as a whole."""

    viewer: User
    authors: Sequence[int]
    may_comment: bool
    may_edit: bool


def _said(threads: Sequence[Thread], viewer: User, may_comment: bool) -> dict[int, list[Said]]:
    comments = [comment for thread in threads for comment in thread.comments.all()]
    texts = present_all([comment.html for comment in comments], viewer=viewer, at=timezone.now())
    said: dict[int, list[Said]] = {thread.pk: [] for thread in threads}
    for comment, html in zip(comments, texts, strict=True):
        own = may_comment and comment.author_id == viewer.pk
        said[comment.thread_id].append(Said(comment, html, own))
    return said


def _shown(thread: Thread, said: dict[int, list[Said]], item: ChangeItem | None, asks: _Asks) -> Shown:
    now = cut(item.body) if item else None
    stand = _stand(thread, item, now)
    line, words_now = None, ""
    if now is not None and stand.start is not None and stand.end is not None:
        line = line_of(now.source, stand.start)
        words = now.source[stand.start : stand.end]
        words_now = words if words != thread.quote else ""
    fits = thread.is_suggestion and now is not None and find_exact(thread.words, now.source) is not None
    suggests = thread.replacement is not None
    return Shown(
        thread,
        said[thread.pk],
        stand,
        _may(thread, asks),
        _is_mine(thread, said[thread.pk], asks.viewer),
        line,
        words_now,
        fits or (suggests and stand.standing == Standing.WORDS and not words_now),
        diff.words(thread.quote, thread.replacement or "") if suggests else (),
    )


def _stand(thread: Thread, item: ChangeItem | None, now: Text | None) -> Stand:
    if thread.document_id is None:
        return Stand(Standing.CHANGE)
    if item is None or now is None:
        return Stand(Standing.REMOVED)
    base = cut(item.base_version.body) if item.base_version else None
    finding = place_before if thread.side == Thread.Side.OLD and thread.quote else place
    return finding(thread.anchor, thread.words, now, base)


def _is_mine(thread: Thread, said: Sequence[Said], viewer: User) -> bool:
    """Whether the person opened it, wrote in it or is named in it."""
    named = any(person.pk == viewer.pk for each in said for person in each.comment.mentioned.all())
    return named or thread.author_id == viewer.pk or any(each.comment.author_id == viewer.pk for each in said)


def _may(thread: Thread, asks: _Asks) -> May:
    if not asks.may_comment:
        return May()
    if not thread.is_open:
        return May(reply=True, reopen=thread.outcome != Thread.Outcome.ACCEPTED)
    lift = resolving.may_lift(thread, asks.viewer, asks.authors)
    scheduled = thread.change.state == Change.State.SCHEDULED
    decides = suggesting.may_reject(thread, asks.viewer, asks.authors)
    return May(
        reply=True,
        resolve=not thread.is_suggestion and (lift or not thread.must_resolve),
        demand=not scheduled
        and resolving.adds_weight(thread, asks.viewer, asks.authors)
        and resolving.may_demand(thread, asks.viewer, asks.authors),
        lift=thread.must_resolve and lift,
        accept=thread.is_suggestion and asks.may_edit,
        reject=thread.is_suggestion and decides and (lift or not thread.must_resolve),
    )
