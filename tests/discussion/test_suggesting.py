"""Suggested edits: taken in exactly where they were meant, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.discussion import commenting, resolving, suggesting
from sopdesk.discussion.locating import Place, quoted
from sopdesk.discussion.models import Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents import editing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Approval, Change, ChangeItem

pytestmark = pytest.mark.django_db


def body(draft: ChangeItem) -> str:
    return ChangeItem.objects.get(pk=draft.pk).body


def edit(draft: ChangeItem, old: str, new: str, actor: User) -> None:
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=actor, body=item.body.replace(old, new))


def test_the_words_go_in_and_who_suggested_them_is_an_author(
    draft: ChangeItem, suggestion: Thread, ana: User, ben: User
) -> None:
    accepted = suggesting.accept(suggestion, actor=ana)
    assert "Paid within **21 days** of the order." in body(draft)
    assert (accepted.outcome, accepted.settled_by) == ("accepted", ana)
    assert set(suggestion.change.authors.all()) == {ana, ben}
    assert reviewing.is_own_work(suggestion.change, ben)
    assert Entry.objects.get(event=Event.SUGGESTION_ACCEPTED).facts["by"] == ben.pk


def test_approvals_given_before_are_void(change: Change, suggestion: Thread, ana: User, carla: User) -> None:
    Approval.objects.create(change=change, reviewer=carla, content_hash=reviewing.current_hash(change))
    Change.objects.filter(pk=change.pk).update(state="approved")
    suggesting.accept(suggestion, actor=ana)
    assert change.approvals.get().voided_at is not None
    change.refresh_from_db()
    assert change.state == Change.State.IN_REVIEW


def test_words_that_have_changed_are_not_guessed_at(draft: ChangeItem, suggestion: Thread, ana: User) -> None:
    edit(draft, "30 days", "28 days", ana)
    before = body(draft)
    with pytest.raises(ChangeRefused, match="“30 days” do not stand there any more"):
        suggesting.accept(suggestion, actor=ana)
    assert body(draft) == before
    assert Thread.objects.get().is_open


def test_of_two_such_words_the_right_ones_are_replaced(
    draft: ChangeItem, suggestion: Thread, ana: User
) -> None:
    edit(draft, "## Refund", "Wait **30 days** first.\n\n## Refund", ana)
    edit(draft, "of the order.", "of the order. Never after 30 days.", ana)
    suggesting.accept(suggestion, actor=ana)
    assert "Wait **30 days** first." in body(draft)
    assert "Paid within **21 days** of the order. Never after 30 days." in body(draft)


def test_who_may_not_write_takes_nothing_in(suggestion: Thread, ben: User, hal: User) -> None:
    for person in (ben, hal):
        with pytest.raises(PermissionDenied):
            suggesting.accept(suggestion, actor=person)
        with pytest.raises(PermissionDenied):
            suggesting.accept_all(suggestion.change, actor=person)


def test_a_locked_change_takes_nothing_in(draft: ChangeItem, suggestion: Thread, ana: User) -> None:
    Change.objects.filter(pk=suggestion.change_id).update(state="scheduled", effective_at="2099-01-01T00:00Z")
    for verb in (
        lambda: suggesting.accept(suggestion, actor=ana),
        lambda: suggesting.accept_all(suggestion.change, actor=ana),
    ):
        with pytest.raises(ChangeRefused, match="locked"):
            verb()


def test_a_suggestion_is_decided_once(suggestion: Thread, thread: Thread, ana: User) -> None:
    suggesting.accept(suggestion, actor=ana)
    with pytest.raises(ChangeRefused, match="meanwhile"):
        suggesting.accept(suggestion, actor=ana)
    with pytest.raises(ChangeRefused, match="accepted"):
        resolving.reopen(suggestion, actor=ana)
    with pytest.raises(ChangeRefused, match="suggests no words"):
        suggesting.accept(thread, actor=ana)


def test_turning_down_needs_a_reason_and_the_right_person(
    suggestion: Thread, ana: User, ben: User, hal: User
) -> None:
    with pytest.raises(ChangeRefused, match="Say why"):
        suggesting.reject(suggestion, actor=ana, why=" ")
    with pytest.raises(ChangeRefused, match="authors"):
        suggesting.reject(suggestion, actor=hal, why="No")
    turned = suggesting.reject(suggestion, actor=ana, why="The bank changed it.")
    assert (turned.outcome, turned.settled_why) == ("rejected", "The bank changed it.")
    assert resolving.reopen(suggestion, actor=ben).is_open


def test_one_that_must_be_resolved_is_taken_in_but_not_turned_down_by_the_author(
    suggestion: Thread, ana: User, ben: User
) -> None:
    resolving.demand(suggestion, actor=ben)
    with pytest.raises(ChangeRefused, match="Ben Okafor asked"):
        suggesting.reject(suggestion, actor=ana, why="No")
    assert suggesting.accept(suggestion, actor=ana).outcome == "accepted"
    assert not Thread.objects.holding().exists()


def test_all_that_still_fit_are_taken_in_together(
    draft: ChangeItem, suggestion: Thread, about: Callable[..., About], ana: User, ben: User, carla: User
) -> None:
    change = suggestion.change
    number = commenting.open_thread(
        change, author=carla, about=about("the order number", anchor="verify"), replacement="the `LM-` number"
    )
    rival = commenting.open_thread(change, author=carla, about=about("30 days of"), replacement="14 days of")
    revision = ChangeItem.objects.get(pk=draft.pk).revision
    taken = suggesting.accept_all(change, actor=ana)
    assert [thread.pk for thread in taken.accepted] == [suggestion.pk, number.pk]
    assert [(thread.pk, "do not stand there" in why) for thread, why in taken.refused] == [(rival.pk, True)]
    assert "Ask for the `LM-` number." in body(draft)
    assert "**21 days**" in body(draft)
    assert ChangeItem.objects.get(pk=draft.pk).revision == revision + 1
    assert set(change.authors.all()) == {ana, ben, carla}


def test_a_document_taken_out_takes_its_suggestions_along(
    draft: ChangeItem, suggestion: Thread, ana: User
) -> None:
    editing.remove_document(ChangeItem.objects.get(pk=draft.pk), actor=ana)
    with pytest.raises(ChangeRefused, match="taken out"):
        suggesting.accept(suggestion, actor=ana)
    taken = suggesting.accept_all(suggestion.change, actor=ana)
    assert (taken.accepted, len(taken.refused)) == ([], 1)


@pytest.mark.parametrize(
    ("words", "instead"), [("30 days", "30 days"), ("", "21 days"), ("30 weeks", "21 days")]
)
def test_a_suggestion_changes_words_that_stand_there(
    change: Change, ben: User, about: Callable[..., About], words: str, instead: str
) -> None:
    with pytest.raises(ChangeRefused):
        commenting.open_thread(change, author=ben, about=about(words), replacement=instead)


@given(
    st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab", min_size=1, max_size=6),
    st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab#", max_size=6),
)  # fmt: skip
def test_all_but_the_words_stays_as_it_was(before: str, words: str, after: str, instead: str) -> None:
    text = f"{before}<{words}>{after}"
    quote = quoted(text, Place(len(before), len(before) + len(words) + 2))
    thread = Thread(quote=quote.words, before=quote.before, after=quote.after, replacement=instead)
    assert suggesting.applied(text, thread, None) == before + instead + after
