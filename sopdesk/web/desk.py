"""The desk: what waits for this person, what changed, what is coming. Every card is a query; nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.dashboards import measuring
from metrics.dashboards.filters import Unchosen
from metrics.definitions import AHT, CSAT, REOPENED, SLA_REPLY
from metrics.models import Import
from metrics.movers import movers
from metrics.quality import waiting
from metrics.summing import held
from metrics.watching.showing import pressing
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, Role, allows
from sopdesk.discussion.waiting import holds_for, words_for
from sopdesk.documents import urgent
from sopdesk.documents.handing_over import orphans
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Approval, Change, Document, Version
from sopdesk.documents.requirements_in_sql import waiting_for as waiting_review
from sopdesk.postgres.worded import worded
from sopdesk.readership import own
from sopdesk.text.figures import in_words
from sopdesk.text.reversing import address

LATELY = timedelta(days=28)
ROWS = 8
MEASURING = frozenset({Role.LEAD, Role.ANALYST, Role.ADMINISTRATOR})
"""Whose day begins with figures; the others see what is off beside their own work."""
NEWS = ("title", "summary", "in_force", "material", "document__kind", "document__key")
HEADLINES = (CSAT, SLA_REPLY, AHT, REOPENED)


@dataclass(frozen=True)
class Task:
    """One thing that waits: what to do, on what, since or until when, and the state it is in."""

    verb: str
    title: str
    url: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class News:
    """A version that came in force, or will."""

    kind: str
    key: str
    title: str
    summary: str
    url: str
    since: datetime | None
    material: bool


def cards(person: User, now: datetime) -> dict[str, Any]:
    """All that the desk's page shows to this person."""
    with held():
        return _cards(person, now)


def _cards(person: User, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "greeting": greeting(person, now),
        "reading": own.card(person),
        "tasks": waiting_for(person),
        "news": came_in_force(person, now),
        "coming": coming(person, now),
        "is_agent": person.roles == [Role.AGENT],
        "has_tasks_card": person.roles not in ([Role.AGENT], [Role.LEAD]),
        "may_write": allows(person, Permission.CHANGE_EDIT),
        "may_import": allows(person, Permission.TICKETS_IMPORT),
    }
    if allows(person, Permission.METRICS_READ):
        shown |= {"has_movers": True, "movers": movers(person, timezone.localdate(now))[:ROWS]}
        shown["alerts"] = pressing(person, timezone.localdate(now))[:ROWS]
    if set(person.roles) & MEASURING:
        shown |= headlines(person)
    return shown


def greeting(person: User, now: datetime) -> str:
    """A greeting by the person's own clock."""
    hour = timezone.localtime(now).hour
    words = {"name": person.get_short_name()}
    if hour < 5 or hour >= 18:
        return _("Good evening, %(name)s") % words
    return (_("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s")) % words


def waiting_for(person: User) -> list[Task]:
    """What this person may and should do next, most pressing first."""
    return [
        *_to_confirm(person),
        *_to_review(person),
        *_to_score(person),
        *_own_changes(person),
        *_discussed(person),
        *_to_publish(person),
        *_to_verify(person),
        *_to_hand_over(person),
        *_imports(person),
    ]


def came_in_force(person: User, now: datetime) -> list[News]:
    """What readers have had for at most four weeks, newest first."""
    return [_news(version) for version in _begun(person, now, now - LATELY)]


@worded
def _begun(person: User, now: datetime, since: datetime) -> QuerySet[Version]:
    versions = Version.objects.visible_to(person, now).in_force(now).filter(in_force__startswith__gte=since)
    versions = versions.exclude(document__kind="label").order_by("-in_force__startswith")
    return versions.select_related("document").only(*NEWS)[:ROWS]


def headlines(person: User) -> dict[str, Any]:
    """The four figures a lead looks at first, the last four weeks that have tickets against the four before."""
    board = measuring.board(Unchosen(person), HEADLINES, by_day=False)
    days = {"first": in_words(board.now.period.first), "last": in_words(board.now.period.last)}
    return {"tiles": board.tiles(), "tiles_of": _("%(first)s to %(last)s, of all that you may see.") % days}


def coming(person: User, now: datetime) -> list[News]:
    """What is scheduled, soonest first, for those who see scheduled versions."""
    return [_news(version) for version in _scheduled(person, now)]


@worded
def _scheduled(person: User, now: datetime) -> QuerySet[Version]:
    versions = Version.objects.visible_to(person, now).filter(in_force__startswith__gt=now)
    return versions.order_by("in_force__startswith").select_related("document").only(*NEWS)[:ROWS]


def _to_review(person: User) -> Iterator[Task]:
    """What this person's approval would bring further, most pressing first."""
    if not allows(person, Permission.CHANGE_APPROVE):
        return
    found = _reviewable(person)
    void = _approved(person.pk, tuple(sorted(change.pk for change in found)))
    latest, today = dict(void), timezone.localdate()
    for change in found:
        state = change.due_state(today) or change.state
        if change.pk in latest:  # They approved it, and it was edited since.
            url = address("changes:since", change.pk, latest[change.pk])
            yield Task(_("Review again"), change.title, url, state, change.updated_at)
        else:
            yield replace(_task(_("Review"), change), state=state)


@worded
def _reviewable(person: User) -> QuerySet[Change]:
    waiting = Change.objects.visible_to(person).filter(waiting_review(person))
    return waiting.order_by(F("due_on").asc(nulls_last=True), "updated_at")[:ROWS]


@worded
def _approved(person: int, changes: tuple[int, ...]) -> QuerySet[Approval, tuple[int, int]]:
    approved = Approval.objects.filter(change__in=changes, reviewer=person).order_by("pk")
    return approved.values_list("change", "pk")


def _to_confirm(person: User) -> Iterator[Task]:
    """What was published at once and nobody has reviewed: for whoever may do it, and for administrators to see to."""
    may = allows(person, Permission.CHANGE_APPROVE)
    if not may and Role.ADMINISTRATOR not in person.roles:
        return
    today = timezone.localdate()
    for change in _unreviewed(person, but_own=may):
        state = "overdue" if change.due_on and change.due_on < today else "due"
        verb = _("Review afterwards") if may else _("Not reviewed yet")
        yield replace(_task(verb, change), state=state)


@worded
def _unreviewed(person: User, *, but_own: bool) -> QuerySet[Change]:
    waiting = urgent.unreviewed().filter(pk__in=Change.objects.visible_to(person).values("pk"))
    return (waiting.exclude(authors=person) if but_own else waiting)[:ROWS]


def _own_changes(person: User) -> Iterator[Task]:
    if not allows(person, Permission.CHANGE_EDIT):
        return
    for state, verb in (("changes_requested", _("Rework")), ("draft", _("Finish"))):
        for change in _own(person, state):
            yield _task(verb, change)


@worded
def _own(person: User, state: str) -> QuerySet[Change]:
    own = Change.objects.visible_to(person).filter(authors=person, state=state)
    return own.order_by("-updated_at")[:ROWS]


def _discussed(person: User) -> Iterator[Task]:
    """Threads that hold up a change of theirs, and where somebody else had the last word."""
    for hold in holds_for(person)[:ROWS]:
        said = ngettext(
            "%(n)d thread before approval: %(title)s", "%(n)d threads before approval: %(title)s", hold.number
        )
        url = address("discussion:list", hold.change.pk) + "?show=holding"
        yield Task(_("Resolve"), said % {"n": hold.number, "title": hold.change.title}, url, "due")
    for word in words_for(person)[:ROWS]:
        said = ngettext("%(title)s", "%(title)s (%(n)d threads)", word.number)
        url = address("changes:read", word.thread.change_id) + f"#thread-{word.thread.pk}"
        yield Task(
            word.verb, said % {"n": word.number, "title": word.thread.change.title}, url, "open", word.at
        )


def _to_publish(person: User) -> Iterator[Task]:
    if not allows(person, Permission.CHANGE_PUBLISH):
        return
    for change in _ready(person):
        yield _task(_("Publish"), change)


@worded
def _ready(person: User) -> QuerySet[Change]:
    ready = Change.objects.visible_to(person).filter(state=Change.State.APPROVED)
    return ready.order_by("updated_at")[:ROWS]


def _to_verify(person: User) -> Iterator[Task]:
    """Documents of theirs whose review date has passed; each leads to the button that verifies it."""
    for document in _overdue(person, timezone.now(), timezone.localdate()):
        url = f"{kind_of(document.kind).url('read', document.key)}#verify"
        yield Task(_("Verify"), f"{document.key} {document.current_title or ''}", url, "unverified")


@worded
def _overdue(person: User, now: datetime, today: date) -> QuerySet[Document]:
    theirs = Document.objects.visible_to(person, now).filter(owner=person, review_by__lt=today)
    return theirs.with_title(now).order_by("review_by")[:ROWS]


def _to_hand_over(person: User) -> Iterator[Task]:
    """People who may no longer sign in and still own documents, or have tickets to review: nobody sees to those."""
    gone = orphans().values("owner_id", "owner__name").annotate(n=Count("pk")).order_by("-n", "owner__name")
    for row in gone[:ROWS] if allows(person, Permission.DOCUMENT_HAND_OVER) else ():
        said = ngettext("%(n)d document of %(name)s", "%(n)d documents of %(name)s", row["n"])
        url = address("upkeep:hand_over", row["owner_id"])
        yield Task(_("Hand over"), said % {"n": row["n"], "name": row["owner__name"]}, url, "orphaned")

    for left in waiting.of_leavers(person):
        said = ngettext("%(n)d ticket review of %(name)s", "%(n)d ticket reviews of %(name)s", left["n"])
        url = address("quality:given_to", left["reviewer"])
        yield Task(_("Hand over"), said % {"n": left["n"], "name": left["reviewer__name"]}, url, "due")


def _to_score(person: User) -> Iterator[Task]:
    """Tickets that this person has to review for quality."""
    found = waiting.own(person)
    if found is not None:
        said = ngettext("%(n)d ticket for quality", "%(n)d tickets for quality", found["n"])
        is_late = found["due"] is not None and found["due"] < timezone.localdate()
        url = address("quality:queue")
        yield Task(_("Review"), said % {"n": found["n"]}, url, "overdue" if is_late else "due")


def _imports(person: User) -> Iterator[Task]:
    """Imports that run, wait or failed."""
    if not allows(person, Permission.TICKETS_IMPORT):
        return
    for each in _unfinished(person):
        url = address("metrics:import_read", each.pk)
        yield Task(_("Import"), str(each), url, each.job.state if each.job else "draft", each.created_at)


@worded
def _unfinished(person: User) -> QuerySet[Import]:
    rows = Import.objects.visible_to(person).exclude(job__state="done").select_related("job")
    return rows.order_by("-created_at")[:ROWS]


def _task(verb: str, change: Change) -> Task:
    return Task(verb, change.title, address("changes:read", change.pk), change.state, change.updated_at)


def _news(version: Version) -> News:
    kind = kind_of(version.document.kind)
    return News(
        kind=str(kind.label),
        key=version.document.key,
        title=version.title,
        summary=version.summary,
        url=kind.url("read", version.document.key),
        since=version.since,
        material=version.material,
    )
