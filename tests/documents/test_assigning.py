"""Asking reviewers by name, taking a review on, handing it on, and until when: each verb, each way it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import assigning, editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import AskedReviewer, Change, ChangeItem
from sopdesk.letters.models import Letter
from tests import factories

pytestmark = pytest.mark.django_db


def again(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def letters(person: User) -> list[str]:
    return [letter.subject for letter in Letter.objects.filter(to=person.email)]


def test_who_is_asked_is_written_to_once_it_is_proposed(draft: ChangeItem, ana: User, carla: User) -> None:
    assigning.ask(draft.change, reviewer=carla, actor=ana)
    assigning.ask(draft.change, reviewer=carla, actor=ana)
    assert AskedReviewer.objects.count() == 1
    assert letters(carla) == []
    reviewing.propose(draft.change, actor=ana)
    assert letters(carla) == ["Please review: Refunds"]
    assert Entry.objects.filter(event="change:reviewer_asked").count() == 1


def test_asking_after_the_approval_puts_it_back_into_review(approved: Change, ana: User, carla: User) -> None:
    asked = assigning.ask(approved, reviewer=carla, actor=ana)
    assert again(approved).state == "in_review"
    assigning.release(asked, actor=ana)
    assert again(approved).state == "approved"
    assert letters(carla) == ["Please review: Refunds", "No longer asked: Refunds"]


def test_an_author_does_not_get_rid_of_a_reviewer_whom_another_asked(
    proposed: Change, ana: User, ben: User, carla: User
) -> None:
    asked = assigning.ask(proposed, reviewer=carla, actor=ben)
    with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
        assigning.release(asked, actor=ana)
    assigning.release(asked, actor=ben)
    assert not proposed.asked.exists()
    assert assigning.release(asked, actor=ben) == proposed


@pytest.mark.parametrize("who", ["ana", "dev", "hal"])
def test_only_who_could_approve_it_is_asked(proposed: Change, who: str, cast: dict[str, User]) -> None:
    for verb in (
        lambda: assigning.ask(proposed, reviewer=cast[who], actor=cast["ben"]),
        lambda: assigning.hand_on(proposed, to=cast[who], actor=cast["ben"]),
    ):
        with pytest.raises(ChangeRefused, match="may not approve"):
            verb()
    assert cast[who] not in assigning.reviewers_for(proposed)


def test_who_wrote_a_word_of_it_is_not_asked(proposed: Change, ben: User) -> None:
    both = factories.user("Zoe Park", "author", "reviewer")
    item = proposed.items.get()
    editing.save_draft(item, revision=item.revision, actor=both, body="A word of Zoe.")
    with pytest.raises(ChangeRefused, match="took part"):
        assigning.ask(proposed, reviewer=both, actor=ben)
    with pytest.raises(ChangeRefused, match="took part"):
        assigning.claim(proposed, actor=both)


def test_one_reviewer_at_a_time_takes_it_on(proposed: Change, ben: User, carla: User) -> None:
    assigning.claim(proposed, actor=ben)
    assert assigning.claim(proposed, actor=ben).claimed_by == ben
    with pytest.raises(ChangeRefused, match="Ben Okafor is reviewing"):
        assigning.claim(proposed, actor=carla)
    with pytest.raises(ChangeRefused, match="not the one"):
        assigning.let_go(proposed, actor=carla)
    assigning.let_go(proposed, actor=ben)
    assert assigning.claim(proposed, actor=carla).claimed_by == carla
    assert Entry.objects.filter(event="change:claimed").count() == 2


def test_handing_on_tells_both(proposed: Change, ana: User, ben: User, carla: User) -> None:
    assigning.claim(proposed, actor=ben)
    assigning.hand_on(proposed, to=carla, actor=ana, note="Ben is away.")
    assert again(proposed).claimed_by == carla
    assert letters(carla) == ["Yours to review: Refunds"]
    assert "Ben is away." in Letter.objects.get(to=carla.email).body
    assert letters(ben) == ["Reviewed by somebody else: Refunds"]
    assigning.hand_on(proposed, to=carla, actor=ana)
    assert len(letters(carla)) == 1


def test_who_edits_what_they_review_no_longer_reviews_it(proposed: Change, ben: User) -> None:
    zoe = factories.user("Zoe Park", "author", "reviewer")
    assigning.claim(proposed, actor=zoe)
    item = proposed.items.get()
    editing.save_draft(item, revision=item.revision, actor=zoe, body="A word of Zoe.")
    assert again(proposed).claimed_by is None


def test_a_review_is_due_on_a_day_ahead(proposed: Change, ana: User) -> None:
    today = timezone.localdate()
    assert assigning.set_due(proposed, due_on=today, actor=ana).due_state(today) == "due"
    change = assigning.set_due(proposed, due_on=today + timedelta(days=9), actor=ana)
    assert change.due_state(today) == ""
    assert change.due_state(today + timedelta(days=10)) == "overdue"
    with pytest.raises(ChangeRefused, match="has passed"):
        assigning.set_due(proposed, due_on=today - timedelta(days=1), actor=ana)
    assert assigning.set_due(proposed, due_on=None, actor=ana).due_on is None
    assert Entry.objects.filter(event="change:due_set").count() == 3


def test_a_proposal_may_name_the_day(draft: ChangeItem, ana: User) -> None:
    today = timezone.localdate()
    with pytest.raises(ChangeRefused, match="has passed"):
        reviewing.propose(draft.change, actor=ana, due_on=today - timedelta(days=1))
    assert reviewing.propose(draft.change, actor=ana, due_on=today).due_on == today


def verbs(change: Change, person: User, reviewer: User) -> dict[str, object]:
    return {
        "ask": lambda: assigning.ask(change, reviewer=reviewer, actor=person),
        "hand_on": lambda: assigning.hand_on(change, to=reviewer, actor=person),
        "set_due": lambda: assigning.set_due(change, due_on=timezone.localdate(), actor=person),
        "claim": lambda: assigning.claim(change, actor=person),
        "let_go": lambda: assigning.let_go(change, actor=person),
    }


@pytest.mark.parametrize("who", ["dev", "eve", "finn", "gia"])
def test_nobody_else_assigns(proposed: Change, who: str, cast: dict[str, User]) -> None:
    for verb in verbs(proposed, cast[who], cast["carla"]).values():
        with pytest.raises(PermissionDenied):
            verb()  # type: ignore[operator]


def test_nothing_is_assigned_in_a_closed_change(approved: Change, ben: User, carla: User) -> None:
    asked = assigning.ask(approved, reviewer=carla, actor=ben)
    assigning.release(asked, actor=ben)
    publishing.publish(again(approved), actor=ben)
    for verb in verbs(approved, ben, carla).values():
        with pytest.raises(ChangeRefused, match="nobody is asked"):
            verb()  # type: ignore[operator]


def test_the_authors_hear_what_was_decided(proposed: Change, ana: User, ben: User) -> None:
    reviewing.request_changes(proposed, actor=ben, note="Say since when.")
    assert "Say since when." in Letter.objects.get(to=ana.email).body
    reviewing.propose(again(proposed), actor=ana)
    reviewing.approve(again(proposed), actor=ben, seen_hash=reviewing.current_hash(proposed))
    assert letters(ana) == ["Changes requested: Refunds", "Approved: Refunds"]
