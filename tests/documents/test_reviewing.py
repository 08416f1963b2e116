"""Reviewing: every state with every verb, four eyes, and approvals bound to what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import describing, editing, publishing, reviewing, states, urgent
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem
from tests import factories

pytestmark = pytest.mark.django_db

VERBS: dict[str, tuple[str, Callable[[Change, User], object]]] = {
    "propose": ("ana", lambda c, u: reviewing.propose(c, actor=u)),
    "approve": ("ben", lambda c, u: reviewing.approve(c, actor=u, seen_hash=reviewing.current_hash(c))),
    "request_changes": ("ben", lambda c, u: reviewing.request_changes(c, actor=u, note="Not yet.")),
    "withdraw": ("ana", lambda c, u: reviewing.withdraw(c, actor=u)),
    "publish": ("ben", lambda c, u: publishing.publish(c, actor=u)),
    "schedule": ("ben", lambda c, u: publishing.schedule(c, at=timezone.now() + timedelta(days=2), actor=u)),
    "unschedule": ("ben", lambda c, u: publishing.unschedule(c, actor=u)),
    "publish_urgently": ("ben", lambda c, u: urgent.publish_urgently(c, actor=u, reason="Fraud.")),
}
WAYS: dict[str, list[str]] = {
    "draft": [],
    "in_review": ["propose"],
    "changes_requested": ["propose", "request_changes"],
    "approved": ["propose", "approve"],
    "scheduled": ["propose", "approve", "schedule"],
    "published": ["propose", "approve", "publish"],
    "withdrawn": ["withdraw"],
}


def test_the_walk_covers_every_state_and_every_verb() -> None:
    assert set(WAYS) == set(Change.State.values)
    assert set(VERBS) | {"revise", "settle", "confirm"} == set(states.TRANSITIONS)


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is rolled back: the next verb finds everything as this one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", WAYS)
def test_every_verb_from_every_state(state: str, draft: ChangeItem, cast: dict[str, User]) -> None:
    for step in WAYS[state]:
        who, take = VERBS[step]
        take(Change.objects.get(pk=draft.change_id), cast[who])
    for verb, (who, _take) in VERBS.items():
        if (verb, state) == ("approve", "approved"):
            who = "carla"  # Who has approved cannot add to it; somebody else can.
        with undone():
            assert_allowed_or_refused(verb, state, draft.change_id, cast[who])


def assert_allowed_or_refused(verb: str, state: str, change_id: int, who: User) -> None:
    take, before = VERBS[verb][1], Entry.objects.count()
    change = Change.objects.get(pk=change_id)
    begins, leads_to = states.TRANSITIONS[verb]
    if state in begins:
        take(change, who)
        assert Change.objects.get(pk=change.pk).state == leads_to
        assert Entry.objects.count() == before + 1
    else:
        with pytest.raises(ChangeRefused):
            take(change, who)
        assert Change.objects.get(pk=change.pk).state == state
        assert Entry.objects.count() == before


ALLOWED = {
    "propose": {"ana"},
    "approve": {"ben", "carla"},
    "request_changes": {"ben", "carla"},
    "withdraw": {"ana"},
    "publish": {"ana", "ben"},
    "schedule": {"ana", "ben"},
    "unschedule": {"ana", "ben"},
    "publish_urgently": {"ben", "carla"},
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_by_every_role(verb: str, draft: ChangeItem, cast: dict[str, User]) -> None:
    state = next(state for state, way in WAYS.items() if state in states.TRANSITIONS[verb][0])
    for step in WAYS[state]:
        actor, take = VERBS[step]
        take(Change.objects.get(pk=draft.change_id), cast[actor])
    assert ALLOWED[verb] <= cast.keys()
    for who, person in cast.items():
        with undone():
            change = Change.objects.get(pk=draft.change_id)
            if who in ALLOWED[verb]:
                VERBS[verb][1](change, person)
            else:
                with pytest.raises(PermissionDenied):
                    VERBS[verb][1](change, person)
                assert Change.objects.get(pk=change.pk).state == state, who


def test_nobody_approves_their_own_work(draft: ChangeItem, ana: User) -> None:
    both = factories.user("Iris Both", "author", "reviewer", team=ana.team)
    editing.save_draft(draft, revision=draft.revision, actor=both, body="A word of Iris.")
    change = reviewing.propose(draft.change, actor=ana)
    with pytest.raises(ChangeRefused, match="took part"):
        reviewing.approve(change, actor=both, seen_hash=reviewing.current_hash(change))


def test_an_approval_is_for_what_was_read(proposed: Change, draft: ChangeItem, ana: User, ben: User) -> None:
    seen = reviewing.current_hash(proposed)
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="Edited meanwhile.")
    with pytest.raises(ChangeRefused, match="edited while you were reading"):
        reviewing.approve(proposed, actor=ben, seen_hash=seen)


def test_an_edit_after_approval_voids_it(approved: Change, draft: ChangeItem, ana: User) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="A second thought.")
    change = Change.objects.get(pk=approved.pk)
    assert change.state == "in_review"
    assert change.approvals.get().voided_at is not None


def test_making_it_editorial_after_approval_voids_it(approved: Change, ana: User) -> None:
    describing.describe_change(approved, actor=ana, title="T", why="", material=False)
    assert Change.objects.get(pk=approved.pk).state == "in_review"


def test_changes_are_requested_with_a_reason(proposed: Change, ben: User) -> None:
    with pytest.raises(ChangeRefused, match="Say what"):
        reviewing.request_changes(proposed, actor=ben, note="  ")


def test_an_empty_text_is_not_proposed(ana: User) -> None:
    item = editing.create_document(factories.kind_of("sop"), title="Empty", actor=ana)
    with pytest.raises(ChangeRefused, match="no text"):
        reviewing.propose(item.change, actor=ana)
