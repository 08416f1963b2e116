"""Nobody brings in force what nobody else has seen: the ways around a review, each closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.documents import describing, editing, publishing, rebasing, reviewing
from sopdesk.documents.errors import ChangeRefused, PublishRefused
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.documents.views import change_page
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe() -> User:
    """Writes and reviews, so that only four eyes stop her."""
    return factories.user("Zoe Park", "author", "reviewer")


def again(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def approve(change: Change, reviewer: User) -> Change:
    change = again(change)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def test_who_takes_a_document_out_does_not_approve_the_rest(
    proposed: Change, ana: User, ben: User, zoe: User
) -> None:
    macro = factories.published("macro", "refund-approved", author=ana, reviewer=ben)
    item = editing.add_document(proposed, macro, actor=ana)
    editing.remove_document(item, actor=zoe)
    with pytest.raises(ChangeRefused, match="took part"):
        approve(proposed, zoe)


def test_who_rebases_a_draft_does_not_approve_it(proposed: Change, draft: ChangeItem, zoe: User) -> None:
    rebasing.rebase(draft, actor=zoe, revision=draft.revision, base_version=draft.base_version)
    with pytest.raises(ChangeRefused, match="took part"):
        approve(proposed, zoe)


@pytest.mark.parametrize("words", [{"why": "Never read by anybody."}, {"title": "Another title"}])
def test_what_readers_are_told_is_approved_too(approved: Change, ana: User, words: dict[str, str]) -> None:
    said = {"title": approved.title, "why": approved.why, "material": approved.material, **words}
    describing.describe_change(approved, actor=ana, **said)
    with pytest.raises(PublishRefused, match="in review"):
        publishing.publish(approved, actor=ana)


def test_describing_a_change_as_it_was_voids_nothing(approved: Change, ana: User) -> None:
    said = {"title": approved.title, "why": approved.why, "material": approved.material}
    describing.describe_change(approved, actor=ana, **said)
    assert again(approved).state == "approved"


def test_a_why_written_while_the_reviewer_read_is_not_approved(
    proposed: Change, ana: User, ben: User
) -> None:
    seen = reviewing.current_hash(proposed)
    describing.describe_change(proposed, actor=ana, title=proposed.title, why="Slipped in.", material=True)
    with pytest.raises(ChangeRefused, match="while you were reading"):
        reviewing.approve(proposed, actor=ben, seen_hash=seen)


def test_the_page_of_a_change_asks_for_an_approval_of_what_it_shows(
    proposed: Change, draft: ChangeItem, ana: User, ben: User, as_person: Callable[[User], Client]
) -> None:
    compare = change_page.comparing.compare

    def edited_meanwhile(*contents: Any) -> Any:
        editing.save_draft(draft, revision=draft.revision, actor=ana, body="Slipped in.")
        return compare(*contents)

    with patch.object(change_page.comparing, "compare", edited_meanwhile):
        page = as_person(ben).get(f"/changes/{proposed.pk}")
    seen = page.context["approve_form"].initial["seen_hash"]
    with pytest.raises(ChangeRefused, match="while you were reading"):
        reviewing.approve(proposed, actor=ben, seen_hash=seen)


def test_nothing_new_is_put_into_a_published_change(approved: Change, ana: User, ben: User) -> None:
    publishing.publish(approved, actor=ben)
    with pytest.raises(ChangeRefused, match="locked"):
        editing.create_document(factories.kind_of("macro"), title="Late", actor=ana, change=approved)
    assert not Document.objects.filter(kind="macro").exists()


def test_a_new_document_in_an_approved_change_voids_the_approval(approved: Change, ana: User) -> None:
    stale = Change(pk=approved.pk, state="draft")
    editing.create_document(factories.kind_of("macro"), title="Late", actor=ana, change=stale)
    assert again(approved).state == "in_review"


def test_a_draft_from_an_unscheduled_version_is_rebased_first(
    ana: User, ben: User, in_a_week: datetime
) -> None:
    item = editing.create_document(factories.kind_of("sop"), title="Chargebacks", actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Text.")
    first = approve(reviewing.propose(item.change, actor=ana), ben)
    publishing.schedule(first, at=in_a_week, actor=ben)
    second = editing.start_change(item.document, actor=ana)
    publishing.unschedule(first, actor=ben)
    with pytest.raises(ChangeRefused, match=r"unscheduled\. Rebase"):
        reviewing.propose(second.change, actor=ana)
    rebasing.rebase(second, actor=ana, revision=second.revision, base_version=None)
    assert reviewing.propose(second.change, actor=ana).state == "in_review"


def test_a_version_still_to_come_is_not_adopted(ana: User, ben: User, in_a_week: datetime) -> None:
    with pytest.raises(ChangeRefused, match="still to come"):
        factories.published("sop", "SOP-0009", author=ana, reviewer=ben, since=in_a_week)


def test_a_version_approved_by_its_author_is_not_adopted(zoe: User) -> None:
    with pytest.raises(ChangeRefused, match="its own author"):
        factories.published("sop", "SOP-0009", author=zoe, reviewer=zoe)
    assert not Document.objects.exists()
