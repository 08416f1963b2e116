"""Publishing: what comes in force, when, and what stops it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.days import day_of
from sopdesk.documents.errors import ChangeRefused, PublishRefused
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, Reference, Version
from sopdesk.search.models import Passage
from tests import factories

pytestmark = pytest.mark.django_db


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """As if it were that time already."""
    with (
        patch.object(publishing, "database_now", lambda: moment),
        patch.object(timezone, "now", lambda: moment),
    ):
        yield


def in_force(document: Document) -> Version:
    return document.versions.in_force().get()


def approved_change(document: Document, body: str, *, author: User, reviewer: User) -> Change:
    item = editing.start_change(document, actor=author)
    item = editing.save_draft(item, revision=item.revision, actor=author, body=body)
    change = reviewing.propose(item.change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def test_publishing_ends_the_old_version_where_the_new_one_begins(
    approved: Change, refunds: Document, ben: User
) -> None:
    publishing.publish(approved, actor=ben)
    old, new = refunds.versions.order_by("number")
    assert new.number == 2
    assert old.until == new.since
    assert new.until is None
    assert "30 days" in in_force(refunds).plain


def test_publishing_leaves_a_trail(approved: Change, ben: User) -> None:
    publishing.publish(approved, actor=ben)
    entry = Entry.objects.get(event="change:published")
    assert entry.actor_name == "Ben Okafor"
    assert entry.facts["versions"][0]["document"] == "SOP-0001"
    steps = approved.transitions.values_list("from_state", "to_state")
    assert list(steps) == [("draft", "in_review"), ("in_review", "approved"), ("approved", "published")]


def test_what_is_in_force_is_what_is_found(approved: Change, refunds: Document, ben: User) -> None:
    publishing.publish(approved, actor=ben)
    found = Passage.objects.in_force(timezone.now()).filter(document_id=refunds.pk)
    assert [passage.number for passage in found] == [2]


def test_references_are_collected(refunds: Document, ana: User, ben: User) -> None:
    factories.published("macro", "refund-approved", author=ana, reviewer=ben)
    change = approved_change(refunds, "## Go\n\nUse [[macro:refund-approved]].\n", author=ana, reviewer=ben)
    publishing.publish(change, actor=ben)
    assert Reference.objects.get(version=in_force(refunds)).key == "refund-approved"


@pytest.mark.parametrize("reference", ["[[sop:" + "k" * 81 + "]]", "[[" + "k" * 21 + ":key]]"])
def test_a_reference_too_long_to_name_anything_is_plain_text(
    refunds: Document, ana: User, ben: User, reference: str
) -> None:
    change = approved_change(refunds, f"## Go\n\nUse {reference}.\n", author=ana, reviewer=ben)
    publishing.publish(change, actor=ben)
    assert reference in in_force(refunds).plain
    assert not Reference.objects.exists()


def test_a_new_document_comes_in_force_as_version_1(ana: User, ben: User) -> None:
    from_nothing = kind_of("sop")
    item = editing.create_document(from_nothing, title="Chargebacks", actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body="Text.")
    change = reviewing.propose(item.change, actor=ana)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    publishing.publish(change, actor=ben)
    assert in_force(item.document).number == 1
    assert item.document.key == "SOP-0001"


def test_a_change_is_published_as_a_whole_or_not_at_all(
    approved: Change, refunds: Document, ana: User, ben: User
) -> None:
    macro = factories.published("macro", "refund-approved", author=ana, reviewer=ben, body="14 days")
    editing.add_document(approved, macro, actor=ana)
    change = Change.objects.get(pk=approved.pk)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    overtaking = approved_change(macro, "15 days", author=ana, reviewer=ben)
    publishing.publish(overtaking, actor=ben)
    with pytest.raises(PublishRefused, match="Rebase"):
        publishing.publish(change, actor=ben)
    assert in_force(refunds).number == 1
    assert Change.objects.get(pk=change.pk).state == "approved"


def test_nothing_unapproved_is_published(proposed: Change, draft: ChangeItem, ben: User) -> None:
    with pytest.raises(PublishRefused, match="in review"):
        publishing.publish(proposed, actor=ben)


def test_a_text_altered_behind_the_verbs_is_not_published(
    approved: Change, refunds: Document, ben: User
) -> None:
    ChangeItem.objects.filter(change=approved).update(body="Something nobody approved.")
    with pytest.raises(PublishRefused, match="new approval"):
        publishing.publish(approved, actor=ben)
    assert in_force(refunds).number == 1


def test_an_agent_may_not_publish(approved: Change, dev: User) -> None:
    with pytest.raises(PermissionDenied):
        publishing.publish(approved, actor=dev)


class TestSchedule:
    def test_it_comes_in_force_by_itself(self, approved: Change, refunds: Document, ben: User) -> None:
        at = timezone.now() + timedelta(days=3)
        change = publishing.schedule(approved, at=at, actor=ben)
        assert refunds.versions.in_force().get().number == 1
        assert refunds.versions.in_force(at).get().number == 2
        assert (change.state_at(timezone.now()), change.state_at(at)) == ("scheduled", "published")

    def test_it_is_found_from_its_minute_on(self, approved: Change, refunds: Document, ben: User) -> None:
        at = timezone.now() + timedelta(days=3)
        publishing.schedule(approved, at=at, actor=ben)
        passages = Passage.objects.filter(document_id=refunds.pk)
        assert {p.number for p in passages.in_force(timezone.now())} == {1}
        assert {p.number for p in passages.in_force(at)} == {2}

    def test_it_is_refused_for_the_past(self, approved: Change, ben: User) -> None:
        with pytest.raises(PublishRefused, match="passed"):
            publishing.schedule(approved, at=timezone.now() - timedelta(minutes=1), actor=ben)

    def test_a_time_that_passes_meanwhile_is_refused(
        self, approved: Change, refunds: Document, ben: User, in_a_week: datetime
    ) -> None:
        """It waited for a lock, or took long: at its end the time had come, and readers had read the old text."""
        clock = iter([in_a_week - timedelta(seconds=1), in_a_week + timedelta(seconds=1)])
        late = patch.object(publishing, "database_now", lambda: next(clock))
        with late, pytest.raises(PublishRefused, match="passed"):
            publishing.schedule(approved, at=in_a_week, actor=ben)
        assert refunds.versions.count() == 1

    def test_what_begins_meanwhile_is_not_unscheduled(
        self, approved: Change, refunds: Document, ben: User, in_a_week: datetime
    ) -> None:
        change = publishing.schedule(approved, at=in_a_week, actor=ben)
        clock = iter([in_a_week - timedelta(seconds=1), in_a_week + timedelta(seconds=1)])
        late = patch.object(publishing, "database_now", lambda: next(clock))
        with late, pytest.raises(PublishRefused, match="no longer be unscheduled"):
            publishing.unschedule(change, actor=ben)
        assert refunds.versions.in_force(in_a_week).get().number == 2

    def test_unscheduling_lets_the_old_version_go_on(
        self, approved: Change, refunds: Document, ben: User
    ) -> None:
        at = timezone.now() + timedelta(days=3)
        change = publishing.unschedule(publishing.schedule(approved, at=at, actor=ben), actor=ben)
        assert (change.state, change.effective_at) == ("approved", None)
        assert refunds.versions.in_force(at).get().number == 1
        assert refunds.versions.get(number=2).in_force.isempty

    def test_what_was_unscheduled_can_be_published(
        self, approved: Change, refunds: Document, ben: User
    ) -> None:
        publishing.schedule(approved, at=timezone.now() + timedelta(days=3), actor=ben)
        publishing.publish(publishing.unschedule(approved, actor=ben), actor=ben)
        assert in_force(refunds).number == 3

    def test_a_scheduled_change_is_locked(
        self, approved: Change, draft: ChangeItem, ana: User, ben: User
    ) -> None:
        publishing.schedule(approved, at=timezone.now() + timedelta(days=3), actor=ben)
        with pytest.raises(ChangeRefused, match="locked"):
            editing.save_draft(draft, revision=draft.revision, actor=ana, body="Later thought.")

    def test_an_urgent_fix_cannot_slip_under_a_scheduled_version(
        self, approved: Change, refunds: Document, ana: User, ben: User
    ) -> None:
        urgent = approved_change(refunds, "Within 14 working days.", author=ana, reviewer=ben)
        publishing.schedule(approved, at=timezone.now() + timedelta(days=3), actor=ben)
        with pytest.raises(PublishRefused, match="Rebase"):
            publishing.publish(urgent, actor=ben)

    def test_settling_writes_down_what_readers_have_already(self, approved: Change, ben: User) -> None:
        publishing.schedule(approved, at=timezone.now() + timedelta(minutes=1), actor=ben)
        with transaction.atomic():
            Change.objects.filter(pk=approved.pk).update(effective_at=timezone.now() - timedelta(seconds=1))
        assert publishing.settle_due() == 1
        assert Change.objects.get(pk=approved.pk).state == "published"
        assert publishing.settle_due() == 0
        assert Entry.objects.filter(event="change:published").get().actor_name == "scheduler"


class TestImpossible:
    """What the database itself refuses, whoever asks."""

    def test_two_versions_in_force_at_once(self, refunds: Document, ben: User) -> None:
        version = in_force(refunds)
        version.pk, version.number = None, 2
        with pytest.raises(IntegrityError, match="version_one_in_force"), transaction.atomic():
            version.save(force_insert=True)

    @pytest.mark.parametrize("column", ["body", "title", "html", "audience", "content_hash", "published_at"])
    def test_a_version_is_immutable(self, refunds: Document, column: str) -> None:
        value = timezone.now() if column == "published_at" else "public"
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            Version.objects.filter(document=refunds).update(**{column: value})

    def test_a_version_is_never_deleted(self, refunds: Document) -> None:
        with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
            Version.objects.filter(document=refunds).delete()

    def test_the_past_is_not_rewritten(self, refunds: Document) -> None:
        version = in_force(refunds)
        now = timezone.now()
        moved = [
            DateTimeTZRange(now - timedelta(days=9), None),
            DateTimeTZRange(version.since, now - timedelta(hours=2)),
            DateTimeTZRange(empty=True),
        ]
        for wrong in moved:
            with pytest.raises(DatabaseError, match="version"), transaction.atomic():
                Version.objects.filter(pk=version.pk).update(in_force=wrong)

    def test_an_ended_version_is_not_reopened(self, approved: Change, refunds: Document, ben: User) -> None:
        publishing.publish(approved, actor=ben)
        old = refunds.versions.get(number=1)
        later = DateTimeTZRange(old.since, timezone.now() + timedelta(days=1))
        with pytest.raises(DatabaseError), transaction.atomic():
            Version.objects.filter(pk=old.pk).update(in_force=later)


def test_the_review_date_counts_from_what_is_in_force(
    approved: Change, refunds: Document, ben: User, in_a_week: datetime
) -> None:
    before = Document.objects.get(pk=refunds.pk).review_by
    publishing.schedule(approved, at=in_a_week, actor=ben)
    assert Document.objects.get(pk=refunds.pk).review_by == before
    with at(in_a_week + timedelta(minutes=1)):
        assert publishing.settle_due() == 1
    assert Document.objects.get(pk=refunds.pk).review_by == day_of(in_a_week) + relativedelta(months=6)


def test_a_change_settled_late_names_what_it_brought_in_force(
    approved: Change, refunds: Document, ana: User, ben: User, in_a_week: datetime
) -> None:
    publishing.schedule(approved, at=in_a_week, actor=ben)
    later = approved_change(refunds, "Later still.", author=ana, reviewer=ben)
    publishing.schedule(later, at=in_a_week + timedelta(days=1), actor=ben)
    when = in_a_week + timedelta(days=2)
    with at(when):
        assert publishing.settle_due() == 2
    entries = Entry.objects.filter(event="change:published").order_by("number")
    assert [entry.facts["versions"][0]["version"] for entry in entries] == [2, 3]


def queries_to_publish(n: int, ana: User, ben: User) -> int:
    documents = [factories.published("macro", f"m{n}-{each}", author=ana, reviewer=ben) for each in range(n)]
    item = editing.start_change(documents[0], actor=ana)
    for document in documents[1:]:
        editing.add_document(item.change, document, actor=ana)
    for draft in item.change.items.all():
        editing.save_draft(draft, revision=draft.revision, actor=ana, body="Other words.")
    change = reviewing.propose(item.change, actor=ana)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    with CaptureQueriesContext(connection) as asked:
        publishing.publish(change, actor=ben)
    assert Version.objects.in_force().filter(change=change).count() == n
    return len(asked)


def test_publishing_many_documents_takes_no_more_queries_than_two(ana: User, ben: User) -> None:
    assert queries_to_publish(2, ana, ben) == queries_to_publish(12, ana, ben)
