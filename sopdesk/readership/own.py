"""Somebody's own reading: what they still have to read, in order, what changed, and what they watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Version
from sopdesk.postgres.worded import worded
from sopdesk.readership import remembering, watching
from sopdesk.readership.days import joined_on, today
from sopdesk.readership.models import MustRead, Receipt
from sopdesk.readership.people import is_reader

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.querysets import VersionQuerySet
    from sopdesk.readership.models import LastRead

LATELY = timedelta(days=28)
NAMED = 5
DONE_SHOWN = 50


@dataclass(frozen=True)
class Task:
    """One must-read of somebody: "due" or "overdue", or when they confirmed it."""

    must_read: MustRead
    kind: Kind
    title: str
    state: str
    read_at: datetime | None = None

    @property
    def url(self) -> str:
        return reverse("readership:read", args=[self.must_read.pk])


@dataclass(frozen=True)
class Line:
    """A document of which there is something new, and where to read it."""

    kind: Kind
    key: str
    title: str
    number: int
    url: str
    since: datetime | None = None


@dataclass(frozen=True)
class Card:
    """What the desk shows of somebody's reading."""

    tasks: Sequence[Task]
    count: int
    minutes: int
    overdue: int
    changed: Sequence[Line]
    watched: Sequence[Line]


def waiting(person: User) -> list[Task]:
    """What they still have to read, overdue first. One query."""
    if not is_reader(person):  # nothing, which would take long to ask
        return []
    now = today()
    return [
        Task(row, kind_of(row.document.kind), row.title or row.document.key, row.standing_on(now))
        for row in _unread(person, joined_on(person), timezone.now())
    ]


@worded
def _unread(person: User, since: date, now: datetime) -> QuerySet[MustRead]:
    rows = MustRead.objects.live(now).for_reader(person, since).unread_by(person)
    return rows.select_related("document", "change").order_by("due_on", "pk")


def done(person: User) -> list[Task]:
    """What they confirmed, newest first."""
    receipts = Receipt.objects.filter(reader=person).select_related(
        "must_read__document", "must_read__change"
    )
    return [
        Task(
            each.must_read,
            kind_of(each.must_read.document.kind),
            each.must_read.change.title,
            "done",
            each.at,
        )
        for each in receipts.order_by("-at")[:DONE_SHOWN]
    ]


def beside(person: User, must_read: MustRead) -> tuple[MustRead | None, MustRead | None]:
    """The must-reads before and after this one among those that somebody still has to read."""
    order = [task.must_read for task in waiting(person)]
    place = (must_read.due_on, must_read.pk)
    before = [row for row in order if (row.due_on, row.pk) < place]
    after = [row for row in order if (row.due_on, row.pk) > place]
    return (before[-1] if before else None), (after[0] if after else None)


def changed(person: User, limit: int = DONE_SHOWN) -> list[Line]:
    """Documents that somebody opened once and that have a newer version in force since."""
    return [_changed_line(row) for row in _known_before(person, timezone.now(), limit=limit)]


@worded
def _known_before(person: User, now: datetime, *, limit: int) -> QuerySet[LastRead]:
    rows = remembering.new_versions(person, now).select_related("document", "version")
    return rows.order_by("-now_id")[:limit]  # type: ignore[misc]  # annotated


def watched_news(person: User, now: datetime | None = None) -> list[Line]:
    """What came in force lately of what somebody watches; for writers also what is scheduled. Of a reader these are
    versions in force that they may read, so they may see the documents as well."""
    now = now or timezone.now()
    return [
        _line(row.document.kind, row.document.key, row.title, row.number, since=row.since)
        for row in _watched(person, now, now - LATELY)
    ]


@worded
def _watched(person: User, now: datetime, since: datetime) -> QuerySet[Version]:
    versions: VersionQuerySet = (
        Version.objects.visible_to(person, now)
        .current_or_coming(now)
        .filter(watching.is_watched_by(person, "document__"), in_force__startswith__gte=since)
    )
    if not allows(person, Permission.DOCUMENT_READ_ALL):
        versions = versions.filter(in_force__startswith__lte=now)
    rows = versions.exclude(published_by=person).select_related("document").order_by("-in_force__startswith")
    return rows.only("title", "number", "in_force", "document__kind", "document__key")[:NAMED]


def card(person: User) -> Card:
    """The desk's card: counts, and the first of each list."""
    tasks = waiting(person)
    return Card(
        tasks=tasks[:NAMED],
        count=len(tasks),
        minutes=sum(task.must_read.minutes for task in tasks),
        overdue=sum(task.state == "overdue" for task in tasks),
        changed=changed(person, NAMED),
        watched=watched_news(person),
    )


def _changed_line(row: LastRead) -> Line:
    kind = kind_of(row.document.kind)
    number: int = row.now_number  # type: ignore[attr-defined]  # annotated
    url = kind.url("compare", row.document.key, row.version.number, number)
    return Line(kind, row.document.key, row.now_title, number, url)  # type: ignore[attr-defined]


def _line(kind: str, key: str, title: str, number: int, *, since: datetime | None) -> Line:
    of_kind = kind_of(kind)
    return Line(of_kind, key, title, number, of_kind.url("read", key), since)
