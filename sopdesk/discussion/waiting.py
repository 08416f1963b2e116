"""What a discussion asks of a person: answers to read, and threads that hold up a change of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.discussion.models import Comment, Thread
from sopdesk.documents import states
from sopdesk.documents.models import Change

MANY = 100


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
    last = Comment.objects.filter(thread=OuterRef("pk")).order_by("-pk")
    concerned = Q(author=person) | Q(comments__author=person) | Q(comments__mentioned=person)
    threads = (
        Thread.objects.visible_to(person)
        .open()
        .filter(concerned | Q(change__authors=person), change__state__in=states.EDITABLE)
        .annotate(last_id=Subquery(last.values("pk")[:1]))
        .annotate(
            last_by=Subquery(last.values("author")[:1]),
            spoken_at=Coalesce(Subquery(last.values("at")[:1]), F("created_at")),
        )
        .exclude(last_by=person.pk)
        .exclude(last_id=None, author=person)
        .select_related("change", "author", "outside")
        .distinct()
        .order_by("-spoken_at")[:MANY]
    )
    found = list(threads)
    comments = Comment.objects.select_related("author", "outside").prefetch_related("mentioned")
    said = comments.in_bulk([thread.last_id for thread in found if thread.last_id])
    newest: dict[int, list[Thread]] = {}
    for thread in found:
        newest.setdefault(thread.change_id, []).append(thread)
    return [_word(person, threads, said) for threads in newest.values()]


def holds_for(person: User) -> list[Hold]:
    """Changes in review that this person wrote and that threads hold up."""
    if not allows(person, Permission.CHANGE_EDIT):
        return []
    holding = Q(threads__must_resolve=True, threads__outcome="")
    own = Change.objects.visible_to(person).filter(authors=person, state__in=states.EDITABLE)
    held = own.annotate(number=Count("threads", filter=holding, distinct=True)).filter(number__gt=0)
    return [Hold(change, change.number) for change in held.order_by("updated_at")[:MANY]]


def _word(person: User, threads: list[Thread], said: dict[int, Comment]) -> Word:
    thread = threads[0]
    comment = said.get(thread.last_id)  # type: ignore[attr-defined]
    name = {"name": comment.by if comment else thread.by}
    if comment is not None and person in comment.mentioned.all():
        verb = _("%(name)s mentioned you") % name
    elif thread.author_id == person.pk:
        verb = _("%(name)s answered you") % name
    elif thread.is_suggestion:
        verb = _("%(name)s suggests an edit") % name
    else:
        verb = _("%(name)s commented") % name
    return Word(verb, thread, len(threads), thread.spoken_at)  # type: ignore[attr-defined]
