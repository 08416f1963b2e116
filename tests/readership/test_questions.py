"""The knowledge check is written with the change, approved with it and locked with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.documents import publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import planning, questions
from sopdesk.readership.models import Question, ReadPlan
from tests import factories
from tests.readership.conftest import ask, in_days

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]


def current(change: Change) -> str:
    change = Change.objects.get(pk=change.pk)
    return change_hash(change, change.items.all())


def test_a_change_without_questions_keeps_its_hash(draft: ChangeItem, ana: User) -> None:
    before = current(draft.change)
    planning.plan(draft.change, actor=ana, pass_mark=80, early=True, due_days=3)
    assert current(draft.change) == before


def test_a_question_and_its_pass_mark_are_part_of_what_is_approved(
    draft: ChangeItem, refunds: Document, ana: User
) -> None:
    before = current(draft.change)
    question = ask(draft.change, refunds, ana)
    with_question = current(draft.change)
    planning.plan(draft.change, actor=ana, pass_mark=50)
    assert len({before, with_question, current(draft.change)}) == 3
    questions.remove(question, actor=ana)
    assert current(draft.change) == before


def test_a_question_voids_approvals_as_an_edit_does(
    draft: ChangeItem, refunds: Document, approve: Step, ana: User, ben: User
) -> None:
    change = approve(draft.change)
    ask(change, refunds, ana)
    change.refresh_from_db()
    assert change.state == "in_review"
    assert not change.approvals.filter(voided_at=None).exists()
    with pytest.raises(ChangeRefused):
        publishing.publish(change, actor=ben)


def test_a_changed_pass_mark_voids_approvals_only_where_there_are_questions(
    draft: ChangeItem, refunds: Document, approve: Step, ana: User
) -> None:
    change = approve(draft.change)
    planning.plan(change, actor=ana, pass_mark=50)
    change.refresh_from_db()
    assert change.state == "approved"
    ask(change, refunds, ana)
    reviewing.approve(
        Change.objects.get(pk=change.pk),
        actor=User.objects.get(name="Ben Okafor"),
        seen_hash=current(change),
    )
    planning.plan(change, actor=ana, pass_mark=60)
    change.refresh_from_db()
    assert change.state == "in_review"


@pytest.mark.parametrize("first", ["question", "mark"])
def test_whoever_sets_the_pass_mark_does_not_approve_it(
    draft: ChangeItem, refunds: Document, ana: User, first: str
) -> None:
    sam = factories.user("Sam Both", "author", "reviewer", team=ana.team)
    steps = [
        lambda: ask(draft.change, refunds, ana),
        lambda: planning.plan(draft.change, actor=sam, pass_mark=1),
    ]
    for step in steps if first == "question" else reversed(steps):
        step()
    change = reviewing.propose(draft.change, actor=ana)
    with pytest.raises(ChangeRefused, match="took part"):
        reviewing.approve(change, actor=sam, seen_hash=current(change))


def test_whoever_plans_anything_else_wrote_nothing(draft: ChangeItem, ana: User) -> None:
    sam = factories.user("Sam Both", "author", "reviewer", team=ana.team)
    planning.plan(draft.change, actor=sam, due_days=3, early=True)
    assert not reviewing.is_own_work(draft.change, sam)


def test_questions_are_locked_with_the_text(
    draft: ChangeItem, refunds: Document, approve: Step, ana: User, ben: User
) -> None:
    question = ask(draft.change, refunds, ana)
    publishing.schedule(approve(draft.change), at=in_days(2), actor=ben)
    with pytest.raises(ChangeRefused):
        ask(draft.change, refunds, ana)
    with pytest.raises(ChangeRefused):
        questions.remove(question, actor=ana)
    assert Question.objects.count() == 1
    planning.plan(draft.change, actor=ana, due_days=3)
    publishing.unschedule(draft.change, actor=ben)
    publishing.publish(draft.change, actor=ben)
    with pytest.raises(ChangeRefused):
        planning.plan(draft.change, actor=ana, due_days=9)


def test_only_authors_plan_and_ask(draft: ChangeItem, refunds: Document, ben: User, dev: User) -> None:
    for person in (ben, dev):
        with pytest.raises(PermissionDenied):
            ask(draft.change, refunds, person)
        with pytest.raises(PermissionDenied):
            planning.plan(draft.change, actor=person, early=True)
    assert not ReadPlan.objects.exists()


@pytest.mark.parametrize(
    ("choices", "several"),
    [
        ([("30", True)], False),
        ([("30", True), ("30", False)], False),
        ([("14", False), ("30", False)], False),
        ([("14", True), ("30", True)], False),
    ],
)
def test_what_cannot_be_answered_is_refused(
    draft: ChangeItem, refunds: Document, ana: User, choices: list[tuple[str, bool]], several: bool
) -> None:
    given_choices = [{"text": text, "right": right} for text, right in choices]
    with pytest.raises(ChangeRefused):
        ask(draft.change, refunds, ana, choices=given_choices, several=several)
    assert not Question.objects.exists()


def test_a_document_has_five_questions_at_most_and_only_its_own_change(
    draft: ChangeItem, refunds: Document, ana: User, ben: User
) -> None:
    for number in range(5):
        ask(draft.change, refunds, ana, f"{number}?")
    with pytest.raises(ChangeRefused):
        ask(draft.change, refunds, ana, "6?")
    other = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    with pytest.raises(ChangeRefused):
        ask(draft.change, other, ana)


ANSWERS = st.dictionaries(st.integers(1, 4), st.frozensets(st.integers(0, 3)))


@given(answers=ANSWERS, right=st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=4))
def test_marking_counts_exactly_the_right_ticks(
    answers: dict[int, frozenset[int]], right: list[set[int]]
) -> None:
    asked = [
        Question(pk=pk, choices=[{"text": str(place), "right": place in places} for place in range(4)])
        for pk, places in enumerate(right, start=1)
    ]
    marked = questions.mark(asked, answers, 100)
    assert marked.right + len(marked.wrong) == marked.asked == len(asked)
    assert marked.passed == all(answers.get(each.pk) == each.right for each in asked)
    assert questions.mark(asked, answers, 1).passed == (marked.right > 0)
