"""What a discussion asks of a person: answers to read, and threads that hold up a change of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.discussion.models import Comment, Thread
from sopdesk.documents import states
from sopdesk.documents.models import Change
from sopdesk.postgres.worded import worded

MANY = 100

Spoken = tuple[Thread, Comment | None]
"""A thread and what was said last in it, if anything."""


@dataclass(frozen=True)
class Word:
    """Somebody spoke last in `number` open threads of a change that concern a person; `thread` is the newest."""

    verb: str
    thread: Thread
    number: int
    at: datetime


@dataclass(frozen=True)
class Hold:
    """A change of theirs that `number` threads keep from being approved."""

    change: Change
    number: int


def words_for(person: User) -> list[Word]:
    """Where somebody else had the last word in a thread of theirs, one for each change, newest first."""
    if not allows(person, Permission.CHANGE_COMMENT):
        return []
    threads = _concerning(person)
    last = _last_comments(threads)
    spoken = [(thread, last.get(thread.pk)) for thread in threads]
    to_hear = [row for row in spoken if (row[1] or row[0]).author_id != person.pk]
    to_hear.sort(key=_spoken_at, reverse=True)
    of_change: dict[int, list[Spoken]] = {}
    for row in to_hear[:MANY]:
        of_change.setdefault(row[0].change_id, []).append(row)
    return [_word(person, rows) for rows in of_change.values()]


def holds_for(person: User) -> list[Hold]:
    """Changes in review that this person wrote and that threads hold up."""
    if not allows(person, Permission.CHANGE_EDIT):
        return []
    return [Hold(change, change.number) for change in _held(person)]  # type: ignore[attr-defined]  # annotated


@worded
def _concerning(person: User) -> QuerySet[Thread]:
    concerning = Q(author=person) | Exists(_said(person)) | Exists(_written(person))
    threads = Thread.objects.visible_to(person).open().filter(concerning, change__state__in=states.EDITABLE)
    return threads.select_related("change", "author", "outside").order_by("-pk")[: 10 * MANY]


@worded
def _held(person: User) -> QuerySet[Change]:
    holding = Q(threads__must_resolve=True, threads__outcome="")
    own = Change.objects.visible_to(person).filter(authors=person, state__in=states.EDITABLE)
    held = own.annotate(number=Count("threads", filter=holding, distinct=True)).filter(number__gt=0)
    return held.order_by("updated_at")[:MANY]


def _said(person: User) -> QuerySet[Comment]:
    """What this person said in a thread, or is named in. A condition: six tables joined take Postgres 10 ms to plan."""
    named = Comment.mentioned.through.objects.filter(comment=OuterRef("pk"), user=person)
    return Comment.objects.filter(Q(author=person) | Exists(named), thread=OuterRef("pk"))


def _written(person: User) -> QuerySet[Any]:
    """That this person is an author of a thread's change."""
    return Change.authors.through.objects.filter(change=OuterRef("change"), user=person)


def _last_comments(threads: Iterable[Thread]) -> dict[int, Comment]:
    """Thread -> what was said last in it."""
    of = tuple(sorted(thread.pk for thread in threads))
    return {comment.thread_id: comment for comment in _last_of(of)} if of else {}


@worded
def _last_of(threads: tuple[int, ...]) -> QuerySet[Comment]:
    comments = Comment.objects.filter(thread__in=threads).order_by("thread_id", "-pk").distinct("thread_id")
    comments = comments.defer("body", "html").select_related("author", "outside")
    return comments.prefetch_related("mentioned")


def _spoken_at(row: Spoken) -> datetime:
    thread, comment = row
    return comment.at if comment else thread.created_at


def _word(person: User, rows: list[Spoken]) -> Word:
    thread, comment = rows[0]
    name = {"name": comment.by if comment else thread.by}
    if comment is not None and person in comment.mentioned.all():
        verb = _("%(name)s mentioned you") % name
    elif thread.author_id == person.pk:
        verb = _("%(name)s answered you") % name
    elif thread.is_suggestion:
        verb = _("%(name)s suggests an edit") % name
    else:
        verb = _("%(name)s commented") % name
    return Word(verb, thread, len(rows), _spoken_at(rows[0]))
