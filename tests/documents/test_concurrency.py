"""Several people at once, on real Postgres: threads with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sopdesk.accounts import staffing
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.audit.recording import faults
from sopdesk.documents import editing, publishing, rebasing, retiring, reviewing, urgent
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.locking import lock_documents
from sopdesk.documents.models import Change, ChangeItem, Document, Retirement, ReviewRule

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(n: int, verb: Callable[[int], object]) -> list[object]:
    """Run the verb in n threads that start together; what each returned or refused with."""
    barrier = Barrier(n)

    def one(index: int) -> object:
        try:
            barrier.wait(timeout=20)
            return verb(index)
        except (ChangeRefused, StaleDraft) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(one, range(n)))


def test_two_publish_one_change_and_one_wins(approved: Change, refunds: Document, ben: User) -> None:
    results = at_once(2, lambda _: publishing.publish(approved, actor=ben))
    assert sorted(type(result).__name__ for result in results) == ["Change", "PublishRefused"]
    assert refunds.versions.count() == 2
    assert Entry.objects.filter(event="change:published").count() == 1


def test_fifty_publish_one_change_and_one_wins(approved: Change, refunds: Document, ben: User) -> None:
    results = at_once(50, lambda _: publishing.publish(approved, actor=ben))
    assert sum(isinstance(result, Change) for result in results) == 1
    assert refunds.versions.count() == 2
    assert Entry.objects.filter(event="change:published").count() == 1
    assert list(faults()) == []


def test_an_edit_and_an_approval_at_once_never_approve_the_unseen(
    proposed: Change, draft: ChangeItem, ana: User, ben: User
) -> None:
    seen = reviewing.current_hash(proposed)

    def verb(index: int) -> object:
        if index == 0:
            return reviewing.approve(proposed, actor=ben, seen_hash=seen)
        return editing.save_draft(draft, revision=draft.revision, actor=ana, body="Something else.")

    at_once(2, verb)
    change = Change.objects.get(pk=proposed.pk)
    assert change.state == "in_review"
    assert not change.approvals.filter(voided_at=None).exists()


def test_two_save_one_draft_and_nothing_is_overwritten(draft: ChangeItem, ana: User) -> None:
    results = at_once(
        2, lambda index: editing.save_draft(draft, revision=draft.revision, actor=ana, body=f"Text {index}.")
    )
    stale = [result for result in results if isinstance(result, StaleDraft)]
    assert len(stale) == 1
    assert stale[0].theirs.body == ChangeItem.objects.get(pk=draft.pk).body


def test_two_changes_of_one_document_published_at_once_give_one_version_in_force(
    approved: Change, refunds: Document, ana: User, ben: User
) -> None:
    item = editing.start_change(refunds, actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Another way.")
    other = reviewing.propose(item.change, actor=ana)
    other = reviewing.approve(other, actor=ben, seen_hash=reviewing.current_hash(other))
    results = at_once(2, lambda index: publishing.publish([approved, other][index], actor=ben))
    assert sum(isinstance(result, Change) for result in results) == 1
    assert refunds.versions.in_force().count() == 1


def start_while_another_waits(document: Document, actor: User) -> ChangeItem:
    """Open a change from a connection of its own that waits for no lock longer than a moment."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return editing.start_change(document, actor=actor)
    finally:
        connection.close()


def test_a_draft_begins_while_its_document_is_being_published(refunds: Document, ana: User) -> None:
    """Else the one would hold the audit chain and wait for the document, and the other the reverse: a deadlock."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_documents([refunds.pk])
        begun = pool.submit(start_while_another_waits, refunds, ana)
        assert begun.result(timeout=20).document_id == refunds.pk


def test_a_draft_begins_while_its_author_is_being_changed(refunds: Document, ana: User, hal: User) -> None:
    """The same between the author's row and the audit chain, which the administrator's step waits for last."""
    begun = []

    def meanwhile(**facts: object) -> None:
        begun.append(pool.submit(start_while_another_waits, refunds, ana).result(timeout=20))

    with ThreadPoolExecutor(1) as pool, patch.object(staffing, "record", meanwhile):
        staffing.change_person(ana, actor=hal, name="Ana Lim-Ortega")
    assert begun[0].updated_by_id == ana.pk


def test_fifty_approve_for_two_functions_and_one_makes_it_approved(
    proposed: Change, ben: User, carla: User
) -> None:
    """Each signs once however often they press, and the last signature that is needed moves the change, once."""
    ReviewRule.objects.create(kind="sop", functions=["operations", "compliance"])
    seen = reviewing.current_hash(proposed)
    signers = [ben, carla]
    results = at_once(50, lambda n: reviewing.approve(proposed, actor=signers[n % 2], seen_hash=seen))
    assert sum(isinstance(result, Change) for result in results) == 2
    change = Change.objects.get(pk=proposed.pk)
    assert change.state == "approved"
    assert change.transitions.filter(verb="approve").count() == 1
    assert Entry.objects.filter(event="change:approved").count() == 2
    assert list(faults()) == []


def approve(change: Change, author: User, reviewer: User) -> Change:
    change = reviewing.propose(change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def outcomes(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_a_save_and_a_publication_at_once_publish_what_was_approved_or_nothing(
    approved: Change, draft: ChangeItem, refunds: Document, ana: User, ben: User
) -> None:
    def verb(index: int) -> object:
        if index == 0:
            return publishing.publish(approved, actor=ben)
        return editing.save_draft(draft, revision=draft.revision, actor=ana, body="Something else.")

    results = at_once(2, verb)
    assert sum(isinstance(result, ChangeRefused) for result in results) == 1
    assert "Something else." not in refunds.versions.in_force().get().body


def test_schedule_and_unschedule_at_once_end_in_one_of_both(
    approved: Change, refunds: Document, ben: User
) -> None:
    at = timezone.now() + timedelta(days=2)
    change = publishing.schedule(approved, at=at, actor=ben)

    def verb(index: int) -> object:
        if index == 0:
            return publishing.unschedule(change, actor=ben)
        return publishing.schedule(change, at=at, actor=ben)

    at_once(4, lambda index: verb(index % 2))
    now = Change.objects.get(pk=change.pk)
    coming = refunds.versions.filter(in_force__isempty=False, number__gt=1).count()
    assert (now.state, coming) in (("approved", 0), ("scheduled", 1))
    assert refunds.versions.in_force().get().number == 1
    assert list(faults()) == []


def test_a_rebase_and_a_save_at_once_lose_neither(
    draft: ChangeItem, refunds: Document, ana: User, ben: User
) -> None:
    other = editing.start_change(refunds, actor=ana)
    other = editing.save_draft(other, revision=other.revision, actor=ana, body="## Verify\n\nNewer.\n")
    publishing.publish(approve(other.change, ana, ben), actor=ben)
    plan = rebasing.plan(ChangeItem.objects.get(pk=draft.pk))
    merged = plan.content({}, {})

    def verb(index: int) -> object:
        seen: dict[str, Any] = {"revision": draft.revision, "actor": ana}
        if index == 0:
            return rebasing.rebase(draft, base_version=plan.theirs, **seen, **merged)
        return editing.save_draft(draft, body="Typed meanwhile.", **seen)

    results = at_once(2, verb)
    assert outcomes(results) == ["ChangeItem", "StaleDraft"]
    won = ChangeItem.objects.get(pk=draft.pk)
    assert won.body in (merged["body"], "Typed meanwhile.")
    assert (won.body == merged["body"]) is (won.base_version_id == getattr(plan.theirs, "pk", None))


def test_retiring_and_publishing_at_once_one_wins(
    approved: Change, refunds: Document, ana: User, ben: User
) -> None:
    ending = approve(retiring.start_retirement(refunds, actor=ana).change, ana, ben)
    results = at_once(2, lambda index: publishing.publish([approved, ending][index], actor=ben))
    assert sum(isinstance(result, Change) for result in results) == 1
    is_retired = Retirement.objects.exists()
    assert refunds.versions.in_force().exists() is not is_retired


def test_an_urgent_and_an_ordinary_publication_of_one_change_at_once_one_wins(
    approved: Change, refunds: Document, ben: User
) -> None:
    def verb(index: int) -> object:
        if index == 0:
            return publishing.publish(approved, actor=ben)
        return urgent.publish_urgently(approved, actor=ben, reason="Now.")

    results = at_once(2, verb)
    assert outcomes(results) == ["Change", "PublishRefused"]
    assert refunds.versions.count() == 2


def test_two_confirm_one_urgent_change_and_it_is_reviewed_once(
    draft: ChangeItem, ben: User, carla: User
) -> None:
    change = urgent.publish_urgently(draft.change, actor=ben, reason="Now.")
    seen = reviewing.current_hash(change)
    results = at_once(2, lambda n: urgent.confirm(change, actor=[ben, carla][n], seen_hash=seen))
    assert outcomes(results) == ["Change", "ChangeRefused"]
    assert change.transitions.filter(verb="confirm").count() == 1


def test_new_documents_at_one_instant_each_get_a_key(ana: User) -> None:
    kind = kind_of("sop")
    results = at_once(4, lambda n: editing.create_document(kind, title=f"Rule {n}", actor=ana))
    keys = sorted(item.document.key for item in results if isinstance(item, ChangeItem))
    assert keys == ["SOP-0001", "SOP-0002", "SOP-0003", "SOP-0004"]
