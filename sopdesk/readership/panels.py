"""What readership shows on the pages of documents and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels, states
from sopdesk.documents.items import items_of
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.panels import Panel, Slot
from sopdesk.postgres.worded import worded
from sopdesk.readership import planning, questions, remembering, watching
from sopdesk.readership.days import joined_on, today
from sopdesk.readership.forms import OverrideForm
from sopdesk.readership.models import Gate, MustRead
from sopdesk.readership.opening import ASKED_KINDS
from sopdesk.readership.people import is_reader, readers
from sopdesk.readership.waiting import standing_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change, Document, Version


@panels.register(Slot.CHANGE_ASIDE)
def readers_of_change(viewer: User, change: Change) -> Panel | None:
    """Who will have to read it and by when, what they are asked, and what the cut-over waits for."""
    plan = planning.plan_of(change)
    plan.change = change
    gate = next(iter(_gate(change.pk)), None)
    context = {
        "plan": plan,
        "people": _people_asked(change) if plan.is_asked else 0,
        "questions": len(questions.of_change(change)),
        "gate": gate,
        "standing": standing_of(gate) if gate else None,
        "must_reads": _opened(change.pk),
        "may_plan": allows(viewer, Permission.CHANGE_EDIT) and change.state in planning.PLANNABLE,
        "may_override": allows(viewer, Permission.CHANGE_PUBLISH) and states.may(change, "publish"),
        "override_form": OverrideForm(auto_id="override_%s"),
    }
    return Panel("readership/change_panel.html", context, order=40)


@worded
def _gate(change: int) -> QuerySet[Gate]:
    return Gate.objects.filter(change=change).select_related("set_by", "overridden_by")


@worded
def _opened(change: int) -> QuerySet[MustRead]:
    opened = MustRead.objects.filter(change=change, replaced=False)
    return opened.select_related("document").order_by("pk")


@panels.register(Slot.CHANGE_OUTSIDE)
def questions_signed(viewer: User | AnonymousUser, change: Change) -> Panel | None:
    """The questions and the pass mark, which an approval from outside is bound to as well."""
    asked = list(change.questions.select_related("document"))
    if not asked:
        return None
    shown = {"asked": asked, "pass_mark": questions.pass_mark_of(change.pk)}
    return Panel("readership/outside_questions.html", shown)


@panels.register(Slot.DOCUMENT_STRIP)
def changed_since(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Notes that the version in force was opened, and says what changed since the one that was read before."""
    if version is None or version.standing_at(timezone.now()) != "in_force":
        return None
    found = remembering.open_page(viewer, version)
    if found is None:
        return None
    url = kind_of(document.kind).url("compare", document.key, found.since.number, version.number)
    return Panel("readership/changed_strip.html", {"changed": found, "changed_url": url})


@panels.register(Slot.DOCUMENT_ABOVE)
def must_read(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Says on a document's page that somebody still has to confirm what changed in it."""
    if not _asked(document.pk) or not is_reader(viewer):  # most pages
        return None
    unread = _unread(viewer, document.pk, joined_on(viewer), timezone.now())
    if not unread:
        return None
    [found] = unread
    return Panel(
        "readership/must_read_notice.html", {"must_read": found, "late": found.due_on < today()}, order=10
    )


@worded
def _asked(document: int) -> QuerySet[MustRead, int]:
    of_it = MustRead.objects.filter(document=document, replaced=False, closed_at=None)
    return of_it.values_list("pk", flat=True)[:1]


@worded
def _unread(viewer: User, document: int, since: date, now: datetime) -> QuerySet[MustRead]:
    of_it = MustRead.objects.filter(document=document, replaced=False, closed_at=None)
    return of_it.live(now).for_reader(viewer, since).unread_by(viewer).select_related("change")[:1]


@panels.register(Slot.DOCUMENT_ACTIONS)
def watch(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Watch it, or stop."""
    return Panel("readership/watch_action.html", {"is_watching": watching.is_watching(viewer, document)})


def _people_asked(change: Change) -> int:
    """How many readers the drafts are for, together."""
    audience = Q(pk__in=[])
    for item in items_of(change):
        if item.document.kind in ASKED_KINDS and not item.retires:
            named = item.audience == Audience.TEAMS
            audience |= Q(team__slug__in=item.audience_teams) if named else Q(pk__gt=0)
    return readers().filter(audience).count()
