"""Two who press at once, on Postgres: nothing is taken in twice, no word is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.discussion import commenting, resolving, suggesting
from sopdesk.discussion.models import Comment, Thread
from sopdesk.documents import editing
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import ChangeItem

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> list[str]:
    """Run all at the same moment; what each came to: "done" or the name of its refusal."""
    gate, outcomes = threading.Barrier(len(works)), list[str]()

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
            outcomes.append("done")
        except (ChangeRefused, StaleDraft) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(outcomes)


def test_ten_who_accept_one_suggestion_take_it_in_once(
    draft: ChangeItem, suggestion: Thread, ana: User
) -> None:
    outcomes = together(*[lambda: suggesting.accept(suggestion, actor=ana)] * 10)
    assert outcomes == ["ChangeRefused"] * 9 + ["done"]
    assert ChangeItem.objects.get(pk=draft.pk).body.count("21 days") == 1
    assert Entry.objects.filter(event=Event.SUGGESTION_ACCEPTED).count() == 1


def test_an_edit_and_an_acceptance_at_once_lose_neither_text(
    draft: ChangeItem, suggestion: Thread, ana: User, ines: User
) -> None:
    item = ChangeItem.objects.get(pk=draft.pk)

    def edit() -> None:
        editing.save_draft(item, revision=item.revision, actor=ines, body=item.body + "\nHers.\n")

    outcomes = together(edit, lambda: suggesting.accept(suggestion, actor=ana))
    body = ChangeItem.objects.get(pk=draft.pk).body
    assert "21 days" in body
    assert ("Hers." in body) == (outcomes == ["done", "done"])


def test_replies_and_a_resolution_at_once_all_stand(thread: Thread, ana: User, ben: User) -> None:
    replies = [lambda n=n: commenting.reply(thread, author=ana, body=f"Reply {n}.") for n in range(5)]
    resolutions = [lambda: resolving.resolve(thread, actor=ben)] * 3
    outcomes = together(*replies, *resolutions)
    assert outcomes == ["ChangeRefused"] * 2 + ["done"] * 6
    assert Comment.objects.filter(body__startswith="Reply").count() == 5
    assert not Thread.objects.get().is_open
