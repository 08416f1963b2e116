"""Every step from every state by every role: what is allowed goes, all else is refused and changes nothing.

One change is brought into each state; each step is then tried by each person inside a savepoint that is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import (
    assigning,
    describing,
    editing,
    outside,
    publishing,
    rebasing,
    retiring,
    reviewing,
    urgent,
)
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem, Document
from tests import factories

pytestmark = pytest.mark.django_db

OPEN = {"draft", "in_review", "changes_requested", "approved"}
AUTHORS, REVIEWERS, RELEASERS = {"ana"}, {"ben", "carla"}, {"ana", "ben"}
DESK = {"ana", "ben", "carla", "hal"}
EVERYBODY = ("ana", "ben", "carla", "dev", "eve", "finn", "gia", "hal")


@dataclass(frozen=True)
class Step:
    """A verb with whom and from which states it is allowed; `unreviewed` is published at once."""

    take: Callable[[Change, User], object]
    who: set[str]
    states: set[str]


def item_of(change: Change) -> ChangeItem:
    return change.items.select_related("document", "change").get()


def save(change: Change, actor: User) -> object:
    item = item_of(change)
    return editing.save_draft(item, revision=item.revision, actor=actor, body="## Verify\n\nOther words.\n")


def rebase(change: Change, actor: User) -> object:
    item = item_of(change)
    plan = rebasing.plan(item)
    return rebasing.rebase(
        item, revision=item.revision, base_version=plan.theirs, actor=actor, **plan.content({}, {})
    )


def retire(change: Change, actor: User) -> object:
    item = item_of(change)
    return retiring.set_retirement(item, revision=item.revision, actor=actor, retires=True)


def describe(change: Change, actor: User) -> object:
    return describing.describe_change(change, actor=actor, title="Other", why="Because.", material=False)


def add(change: Change, actor: User) -> object:
    return editing.add_document(change, Document.objects.get(key="SOP-0002"), actor=actor)


def approve(change: Change, actor: User) -> object:
    return reviewing.approve(change, actor=actor, seen_hash=reviewing.current_hash(change))


def confirm(change: Change, actor: User) -> object:
    return urgent.confirm(change, actor=actor, seen_hash=reviewing.current_hash(change))


def ask(change: Change, actor: User) -> object:
    return assigning.ask(change, reviewer=User.objects.get(email="lea.legal@example.com"), actor=actor)


def hand_on(change: Change, actor: User) -> object:
    return assigning.hand_on(change, to=User.objects.get(email="lea.legal@example.com"), actor=actor)


def due(change: Change, actor: User) -> object:
    return assigning.set_due(change, due_on=timezone.localdate() + timedelta(days=3), actor=actor)


def invite(change: Change, actor: User) -> object:
    return outside.invite(change, name="Olga Out", email="olga@example.org", days=3, actor=actor)


def schedule(change: Change, actor: User) -> object:
    return publishing.schedule(change, at=timezone.now() + timedelta(days=2), actor=actor)


STEPS: dict[str, Step] = {
    "save": Step(save, AUTHORS, OPEN),
    "rebase": Step(rebase, AUTHORS, OPEN),
    "retire": Step(retire, AUTHORS, OPEN),
    "describe": Step(describe, AUTHORS, OPEN),
    "add": Step(add, AUTHORS, OPEN),
    "remove": Step(lambda c, u: editing.remove_document(item_of(c), actor=u), AUTHORS, OPEN),
    "propose": Step(lambda c, u: reviewing.propose(c, actor=u), AUTHORS, {"draft", "changes_requested"}),
    "withdraw": Step(lambda c, u: reviewing.withdraw(c, actor=u), AUTHORS, OPEN),
    "approve": Step(approve, REVIEWERS, {"in_review", "approved"}),
    "request_changes": Step(
        lambda c, u: reviewing.request_changes(c, actor=u, note="No."), REVIEWERS, {"in_review", "approved"}
    ),
    "claim": Step(lambda c, u: assigning.claim(c, actor=u), REVIEWERS, {"in_review", "approved"}),
    "ask": Step(ask, DESK, OPEN),
    "hand_on": Step(hand_on, DESK, OPEN),
    "due": Step(due, DESK, OPEN),
    "invite": Step(invite, {"ben", "carla", "hal"}, {"in_review", "approved"}),
    "publish": Step(lambda c, u: publishing.publish(c, actor=u), RELEASERS, {"approved"}),
    "schedule": Step(schedule, RELEASERS, {"approved"}),
    "unschedule": Step(lambda c, u: publishing.unschedule(c, actor=u), RELEASERS, {"scheduled"}),
    "publish_urgently": Step(
        lambda c, u: urgent.publish_urgently(c, actor=u, reason="It burns."), REVIEWERS, OPEN
    ),
    "confirm": Step(confirm, REVIEWERS, {"unreviewed"}),
    "undo": Step(lambda c, u: urgent.undo(c, actor=u, note="No."), REVIEWERS, {"unreviewed"}),
}
WAYS: dict[str, list[tuple[str, str]]] = {
    "draft": [],
    "in_review": [("ana", "propose")],
    "changes_requested": [("ana", "propose"), ("ben", "request_changes")],
    "approved": [("ana", "propose"), ("lea", "approve")],
    "scheduled": [("ana", "propose"), ("lea", "approve"), ("ben", "schedule")],
    "published": [("ana", "propose"), ("lea", "approve"), ("ben", "publish")],
    "withdrawn": [("ana", "withdraw")],
    "unreviewed": [("ben", "publish_urgently")],
}


@pytest.fixture
def people(cast: dict[str, User]) -> dict[str, User]:
    """The cast, and Lea, who gives the approvals on the way, so that Ben’s and Carla’s are still to come."""
    return {**cast, "lea": factories.user("Lea Legal", "reviewer")}


def bring(change: Change, state: str, people: dict[str, User]) -> Change:
    for name, step in WAYS[state]:
        STEPS[step].take(Change.objects.get(pk=change.pk), people[name])
    return Change.objects.get(pk=change.pk)


def outcome(step: Step, change: Change, actor: User) -> str:
    """What comes of it, undone again: "done", "refused" or "forbidden"; what is not done has left no trace."""
    before = Entry.objects.count()
    with transaction.atomic():
        try:
            with transaction.atomic():
                step.take(Change.objects.get(pk=change.pk), actor)
            found = "done"
        except PermissionDenied:
            found = "forbidden"
        except ChangeRefused:
            found = "refused"
        assert found == "done" or Entry.objects.count() == before
        assert found == "done" or Change.objects.get(pk=change.pk).state == change.state
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("state", WAYS)
def test_every_step_by_everybody(
    state: str, draft: ChangeItem, people: dict[str, User], ana: User, ben: User
) -> None:
    factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    change = bring(draft.change, state, people)
    for name, step in STEPS.items():
        for who in EVERYBODY:
            expected = "forbidden" if who not in step.who else "done" if state in step.states else "refused"
            assert outcome(step, change, people[who]) == expected, (state, name, who)


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("name", ["approve", "request_changes", "claim", "invite", "confirm", "undo"])
def test_nobody_reviews_what_they_wrote(
    state: str, name: str, draft: ChangeItem, people: dict[str, User]
) -> None:
    """Whatever the state, and whoever else may: one who wrote and reviews does not review this."""
    zoe = factories.user("Zoe Park", "author", "reviewer")
    draft.change.authors.add(zoe)
    change = bring(draft.change, state, people)
    expected = "done" if (state, name) == ("unreviewed", "undo") else "refused"
    assert outcome(STEPS[name], change, zoe) == expected
