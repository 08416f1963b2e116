"""Settling threads, and what has to be settled before an approval."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.discussion import commenting, resolving
from sopdesk.discussion.models import Thread
from sopdesk.documents import checks, editing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(thread: Thread, ben: User) -> Thread:
    """Ben's, to be resolved before approval."""
    return resolving.demand(thread, actor=ben)


def events() -> list[str]:
    return list(
        Entry.objects.filter(event__startswith="thread:").order_by("number").values_list("event", flat=True)
    )


def test_a_thread_is_resolved_and_reopened_by_anybody_in_it(thread: Thread, ana: User, ben: User) -> None:
    settled = resolving.resolve(thread, actor=ana)
    assert (settled.is_open, settled.settled_by, settled.settled_at is None) == (False, ana, False)
    with pytest.raises(ChangeRefused, match="meanwhile"):
        resolving.resolve(thread, actor=ben)
    again = resolving.reopen(thread, actor=ben)
    assert (again.is_open, again.settled_by, again.settled_at) == (True, None, None)
    with pytest.raises(ChangeRefused):
        resolving.reopen(thread, actor=ben)
    assert events() == [Event.THREAD_OPENED, Event.THREAD_RESOLVED, Event.THREAD_REOPENED]
    assert [each.outcome for each in thread.history.all()] == ["", "resolved", ""]


def test_what_must_be_resolved_stops_the_approval_and_says_which(
    change: Change, held: Thread, ana: User, ben: User, carla: User
) -> None:
    [reason] = checks.blocking(change)
    assert "Ben Okafor asks to resolve first: “Why so long?”" in reason
    [finding] = [each for each in checks.findings(change) if each.blocks]
    assert finding.url == f"/changes/{change.pk}#thread-{held.pk}"
    with pytest.raises(ChangeRefused, match="resolve first"):
        reviewing.refuse_blocked(change)
    resolving.resolve(held, actor=ben)
    assert checks.blocking(change) == []


def test_it_does_not_stop_the_author_from_proposing_again(held: Thread, ana: User, ben: User) -> None:
    change = reviewing.request_changes(held.change, actor=ben, note="See the thread.")
    assert checks.blocking(change) != []
    assert reviewing.propose(change, actor=ana).state == Change.State.IN_REVIEW


@pytest.mark.parametrize("verb", [resolving.resolve, resolving.lift])
def test_authors_do_not_wave_themselves_through(
    held: Thread, draft: ChangeItem, ana: User, carla: User, hal: User, verb: object
) -> None:
    for person in (ana, hal):
        with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
            verb(held, actor=person)  # type: ignore[operator]
    carla.roles = ["compliance_officer", "author"]
    carla.save()
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=carla, body=item.body + "\nMore.\n")
    with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
        verb(held, actor=carla)  # type: ignore[operator]
    assert Thread.objects.holding().count() == 1


def test_another_reviewer_lifts_it_and_it_stays_open(held: Thread, carla: User) -> None:
    lifted = resolving.lift(held, actor=carla)
    assert (lifted.is_open, lifted.must_resolve, lifted.must_by) == (True, False, None)
    assert events()[-1] == Event.THREAD_LIFTED
    with pytest.raises(ChangeRefused):
        resolving.lift(held, actor=carla)


def test_an_author_resolves_what_they_opened_and_asked_for_alone(change: Change, ana: User) -> None:
    own = commenting.open_thread(change, author=ana, body="I have to look that up.", must_resolve=True)
    assert own.must_by == ana
    assert not resolving.resolve(own, actor=ana).is_open


@pytest.mark.parametrize("verb", [resolving.resolve, resolving.lift])
def test_an_author_takes_no_teeth_out_of_a_reviewers_thread(
    thread: Thread, ana: User, ben: User, verb: object
) -> None:
    resolving.demand(thread, actor=ana)
    with pytest.raises(ChangeRefused, match="A reviewer other than the authors"):
        verb(thread, actor=ana)  # type: ignore[operator]
    assert resolving.demand(thread, actor=ben).must_by == ben, "his word takes the place of hers"
    assert resolving.demand(thread, actor=ana).must_by == ben
    with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
        verb(thread, actor=ana)  # type: ignore[operator]
    assert events() == [Event.THREAD_OPENED, Event.THREAD_DEMANDED, Event.THREAD_DEMANDED]
    verb(thread, actor=ben)  # type: ignore[operator]


def test_a_reviewer_holds_up_an_approval_by_an_authors_own_thread(
    change: Change, ana: User, ben: User
) -> None:
    own = commenting.open_thread(change, author=ana, body="Is that lawful?", must_resolve=True)
    resolving.demand(own, actor=ben)
    with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
        resolving.resolve(own, actor=ana)


def test_only_its_opener_an_author_or_a_reviewer_asks_for_it(thread: Thread, hal: User, ana: User) -> None:
    with pytest.raises(ChangeRefused, match="Only who opened"):
        resolving.demand(thread, actor=hal)
    opened = commenting.open_thread(thread.change, author=hal, body="And the audit?", must_resolve=True)
    assert opened.must_by == hal
    resolving.demand(thread, actor=ana)
    assert resolving.demand(thread, actor=ana).must_by == ana


def test_nothing_holds_up_what_is_scheduled_already(change: Change, thread: Thread, ben: User) -> None:
    Change.objects.filter(pk=change.pk).update(state="scheduled", effective_at="2099-01-01T00:00Z")
    with pytest.raises(ChangeRefused, match="Unschedule"):
        resolving.demand(thread, actor=ben)
    with pytest.raises(ChangeRefused, match="Unschedule"):
        commenting.open_thread(change, author=ben, body="Stop!", must_resolve=True)
    assert commenting.reply(thread, author=ben, body="Too late?").pk


@pytest.mark.parametrize("verb", [resolving.resolve, resolving.reopen, resolving.demand, resolving.lift])
def test_who_may_not_read_changes_settles_nothing(thread: Thread, dev: User, verb: object) -> None:
    with pytest.raises(PermissionDenied):
        verb(thread, actor=dev)  # type: ignore[operator]
