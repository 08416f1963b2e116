"""What a discussion puts on people's desks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting, resolving
from sopdesk.discussion.models import Comment, Thread
from sopdesk.documents import reviewing
from sopdesk.documents.models import Change
from sopdesk.web import desk

pytestmark = pytest.mark.django_db


def talk_of(person: User) -> list[str]:
    tasks = desk.waiting_for(person)
    return [f"{task.verb}: {task.title}" for task in tasks if "thread" in task.url]


def test_who_was_answered_is_told_until_they_answer(thread: Thread, ana: User, ben: User, hal: User) -> None:
    assert (talk_of(ana), talk_of(ben)) == (["Ben Okafor commented: Refunds"], [])
    commenting.reply(thread, author=ana, body="The bank says so.")
    assert (talk_of(ana), talk_of(ben)) == ([], ["Ana Lim answered you: Refunds"])
    commenting.reply(thread, author=hal, body="@Ana Lim, which bank?")
    assert (talk_of(ana), talk_of(hal)) == (["Hal Berg mentioned you: Refunds"], [])
    resolving.resolve(thread, actor=ana)
    assert talk_of(ana) == talk_of(ben) == talk_of(hal) == []


def test_a_suggestion_asks_the_author_and_not_who_made_it(suggestion: Thread, ana: User, ben: User) -> None:
    assert (talk_of(ana), talk_of(ben)) == (["Ben Okafor suggests an edit: Refunds"], [])


def test_what_holds_up_a_change_is_said_to_its_author(
    change: Change, thread: Thread, ana: User, ben: User, carla: User
) -> None:
    resolving.demand(thread, actor=ben)
    commenting.open_thread(change, author=carla, body="Lawful?", must_resolve=True)
    assert talk_of(ana)[0] == "Resolve: 2 threads before approval: Refunds"
    assert talk_of(ana)[1] == "Carla Weiss commented: Refunds (2 threads)"
    reviewing.withdraw(change, actor=ana)
    assert talk_of(ana) == []


def test_who_may_not_read_changes_has_none_of_it(thread: Thread, dev: User, finn: User) -> None:
    assert talk_of(dev) == talk_of(finn) == []


def test_the_desk_costs_the_same_with_many_threads(thread: Thread, ana: User, ben: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as taken:
            desk.waiting_for(ana)
        return len(taken)

    one = cost()
    for _copy in range(30):
        more = Thread.objects.get(pk=thread.pk)
        more.pk = None
        more.save(force_insert=True)
        Comment.objects.create(thread=more, author=ben, body="More.", html="<p>More.</p>")
    assert cost() == one
