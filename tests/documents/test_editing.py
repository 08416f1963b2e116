"""Writing: drafts, their history, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import User
from sopdesk.documents import editing, hashing
from sopdesk.documents.errors import ChangeRefused, DraftRefused, StaleDraft
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import ChangeItem, Document
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_draft_begins_from_what_is_in_force(refunds: Document, ana: User) -> None:
    item = editing.start_change(refunds, actor=ana)
    assert item.body == refunds.versions.in_force().get().body
    assert item.base_version is not None
    assert item.base_version.number == 1


def test_a_draft_does_not_touch_what_is_in_force(draft: ChangeItem, refunds: Document) -> None:
    assert "14 days" in refunds.versions.in_force().get().plain


def test_several_changes_may_be_under_way_for_one_document(
    draft: ChangeItem, refunds: Document, ana: User
) -> None:
    urgent = editing.start_change(refunds, actor=ana, title="Urgent")
    assert urgent.change_id != draft.change_id
    assert "14 days" in urgent.body


def test_a_change_that_nobody_named_follows_the_title_of_its_document(refunds: Document, ana: User) -> None:
    item = editing.start_change(refunds, actor=ana)
    named = editing.start_change(refunds, actor=ana, title="Urgent")
    for each in (item, named):
        editing.save_draft(each, revision=each.revision, actor=ana, title="Refunds and gifts")
        each.change.refresh_from_db()
    assert (item.change.title, named.change.title) == ("Refunds and gifts", "Urgent")


def test_a_stale_save_overwrites_nothing(draft: ChangeItem, ana: User, carla: User) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="First.")
    with pytest.raises(StaleDraft) as stale:
        editing.save_draft(draft, revision=draft.revision, actor=ana, body="Second.")
    assert stale.value.theirs.body == "First."
    assert ChangeItem.objects.get(pk=draft.pk).body == "First."


def test_saving_the_same_again_is_not_a_conflict(draft: ChangeItem, ana: User) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="First.")
    again = editing.save_draft(draft, revision=draft.revision, actor=ana, body="First.")
    assert again.revision == draft.revision + 1


def test_a_sitting_is_one_entry_of_the_history(draft: ChangeItem, ana: User) -> None:
    entries = draft.history.count()
    for n in range(5):
        draft = editing.save_draft(draft, revision=draft.revision, actor=ana, body=f"Save {n}.")
    assert draft.history.count() == entries
    assert draft.history.first().body == "Save 4."


def test_another_author_or_a_later_sitting_is_another_entry(draft: ChangeItem, ana: User) -> None:
    iris = factories.user("Iris Moore", "author")
    entries = draft.history.count()
    draft = editing.save_draft(draft, revision=draft.revision, actor=iris, body="Iris was here.")
    assert draft.history.count() == entries + 1
    draft.history.update(history_date=timezone.now() - timedelta(hours=2))
    draft = editing.save_draft(draft, revision=draft.revision, actor=iris, body="Iris again.")
    assert draft.history.count() == entries + 2
    assert [entry.body for entry in draft.history.all()[:2]] == ["Iris again.", "Iris was here."]


def test_a_pathological_text_is_refused_before_it_is_stored(draft: ChangeItem, ana: User) -> None:
    with pytest.raises(DraftRefused):
        editing.save_draft(draft, revision=draft.revision, actor=ana, body="[" * 10_000)
    assert ChangeItem.objects.get(pk=draft.pk).body == draft.body


def test_restoring_is_a_change_like_any_other(ana: User, ben: User) -> None:
    versions = [
        factories.past(ana, ben, body=f"Text {n}.", since=timezone.now() - timedelta(days=9 - n))
        for n in (1, 2)
    ]
    document = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=versions)
    item = editing.restore(document.versions.get(number=1), actor=ana)
    assert item.body == "Text 1."
    assert item.base_version == document.versions.get(number=2)
    assert document.versions.in_force().get().number == 2


def test_keys_of_sops_are_numbered_and_those_of_macros_speak(ana: User) -> None:
    keys = [
        editing.create_document(kind_of(kind), title="Refund, approved!", actor=ana).document.key
        for kind in ("sop", "sop", "macro", "macro")
    ]
    assert keys == ["SOP-0001", "SOP-0002", "refund-approved", "refund-approved-2"]


def test_a_taken_key_is_refused(refunds: Document, ana: User) -> None:
    with pytest.raises(ChangeRefused, match="taken"):
        editing.create_document(kind_of("sop"), title="Twice", actor=ana, key="SOP-0001")


def test_the_hash_is_of_content_alone(draft: ChangeItem) -> None:
    before = hashing.content_hash(draft)
    draft.revision += 1
    assert hashing.content_hash(draft) == before
    draft.audience = Audience.PUBLIC
    assert hashing.content_hash(draft) != before


def test_adopted_versions_follow_each_other(ana: User, ben: User) -> None:
    days = [timezone.now() - timedelta(days=n) for n in (30, 20, 10)]
    versions = [factories.past(ana, ben, body=f"Text {n}.", since=day) for n, day in enumerate(days)]
    document = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=versions)
    ranges = [(v.since, v.until) for v in document.versions.order_by("number")]
    assert ranges == [(days[0], days[1]), (days[1], days[2]), (days[2], None)]
    assert document.versions.in_force(days[1] + timedelta(hours=1)).get().number == 2


def test_no_document_takes_the_address_of_the_page_for_new_ones(ana: User) -> None:
    kind = factories.kind_of("macro")
    keys = [editing.create_document(kind, title="New", actor=ana).document.key for _ in range(2)]
    assert keys == ["new-2", "new-3"]
