"""Confirming: for exactly the text that was seen, after the check where there is one, once, and for good."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import confirming, planning
from sopdesk.readership.errors import ReadingRefused
from sopdesk.readership.models import Attempt, LastRead, MustRead, Receipt
from sopdesk.readership.reading import reading_of
from tests.readership.conftest import ask, edited

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
RIGHT, WRONG = frozenset({1}), frozenset({0})


@pytest.fixture
def checked(draft: ChangeItem, refunds: Document, publish: Step, ana: User) -> MustRead:
    """A must-read with two questions, both to be answered right."""
    for words in ("How many days?", "And now?"):
        ask(draft.change, refunds, ana, words)
    publish(draft.change)
    return MustRead.objects.get()


def seen(row: MustRead, person: User) -> str:
    return reading_of(row, person).hash


def test_a_receipt_says_who_read_which_version_when(must_read: MustRead, dev: User) -> None:
    confirming.confirm(must_read, reader=dev, seen_hash=seen(must_read, dev))
    receipt = Receipt.objects.get()
    assert (receipt.reader, receipt.tries, receipt.asked) == (dev, 0, None)
    assert receipt.version is not None
    assert receipt.version.number == 2
    assert LastRead.objects.get(user=dev).version == receipt.version


def test_confirming_twice_is_once(must_read: MustRead, dev: User) -> None:
    for _time in range(2):
        confirming.confirm(must_read, reader=dev, seen_hash=seen(must_read, dev))
    assert Receipt.objects.count() == 1


def test_what_was_not_seen_is_not_confirmed(must_read: MustRead, dev: User) -> None:
    with pytest.raises(ReadingRefused):
        confirming.confirm(must_read, reader=dev, seen_hash="0" * 64)
    assert not Receipt.objects.exists()


def test_who_is_not_asked_cannot_confirm(must_read: MustRead, ana: User, dev: User) -> None:
    with pytest.raises(ReadingRefused):
        confirming.confirm(must_read, reader=ana, seen_hash=seen(must_read, dev))
    dev.is_active = False
    with pytest.raises(PermissionDenied):
        confirming.confirm(must_read, reader=dev, seen_hash="")


def test_one_that_was_replaced_cannot_be_confirmed(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, dev: User
) -> None:
    shown = seen(must_read, dev)
    publish(edited(refunds, ana, "All new.").change)
    with pytest.raises(ReadingRefused):
        confirming.confirm(must_read, reader=dev, seen_hash=shown)


def test_a_receipt_is_never_altered_or_deleted(must_read: MustRead, dev: User) -> None:
    confirming.confirm(must_read, reader=dev, seen_hash=seen(must_read, dev))
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.update(tries=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.all().delete()
    assert Receipt.objects.count() == 1


def test_the_check_has_to_be_passed_and_tries_count(checked: MustRead, dev: User) -> None:
    first, second = checked.change.questions.all()
    shown = seen(checked, dev)
    with pytest.raises(ReadingRefused):
        confirming.confirm(checked, reader=dev, seen_hash=shown)
    marked = confirming.confirm(
        checked, reader=dev, seen_hash=shown, answers={first.pk: RIGHT, second.pk: WRONG}
    )
    assert marked is not None
    assert (marked.right, marked.asked, marked.passed, marked.wrong) == (1, 2, False, (second,))
    assert not Receipt.objects.exists()
    confirming.confirm(checked, reader=dev, seen_hash=shown, answers={first.pk: RIGHT, second.pk: RIGHT})
    receipt = Receipt.objects.get()
    assert (receipt.right, receipt.asked, receipt.tries) == (2, 2, 2)
    assert list(Attempt.objects.values_list("passed", "wrong")) == [(False, [second.pk]), (True, [])]


def test_the_pass_mark_decides(
    draft: ChangeItem, refunds: Document, publish: Step, ana: User, dev: User
) -> None:
    for words in ("How many days?", "And now?"):
        ask(draft.change, refunds, ana, words)
    planning.plan(draft.change, actor=ana, pass_mark=50)
    publish(draft.change)
    row = MustRead.objects.get()
    first = row.change.questions.first()
    assert first is not None
    marked = confirming.confirm(row, reader=dev, seen_hash=seen(row, dev), answers={first.pk: RIGHT})
    assert marked is not None
    assert marked.passed
    assert Receipt.objects.get().right == 1


def test_no_answer_is_a_wrong_one(checked: MustRead, dev: User) -> None:
    marked = confirming.confirm(checked, reader=dev, seen_hash=seen(checked, dev), answers={})
    assert marked is not None
    assert (marked.right, marked.passed) == (0, False)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_leave_one_receipt(must_read: MustRead, dev: User) -> None:
    shown, barrier = seen(must_read, dev), Barrier(4)

    def click(_index: int) -> None:
        try:
            barrier.wait(timeout=20)
            confirming.confirm(must_read, reader=dev, seen_hash=shown)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, range(4)))
    assert Receipt.objects.count() == 1
    assert LastRead.objects.count() == 1


def test_a_team_that_is_not_named_gets_no_text(
    refunds: Document, publish: Step, ana: User, eve: User, as_person: Callable[[User], object]
) -> None:
    publish(edited(refunds, ana, "New.", audience="teams", audience_teams=["payments"]).change)
    [row] = MustRead.objects.live()
    answer = as_person(eve).get(f"/must-read/{row.pk}")  # type: ignore[attr-defined]
    assert answer.status_code == 404
