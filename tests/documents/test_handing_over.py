"""Handing over all that a leaver holds, in one step, and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from sopdesk.accounts import staffing
from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.documents import assigning, editing, handing_over, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import AskedReviewer, Change, ChangeItem, Document, HandOver
from sopdesk.letters.models import Letter
from tests import factories

AsPerson = Any
pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(policy: Any) -> User:
    return factories.user("Ines Duarte", "author", team=policy)


@pytest.fixture
def both(policy: Any) -> User:
    """Somebody who may write and approve."""
    return factories.user("Sam Idowu", "author", "reviewer", team=policy)


@pytest.fixture
def macro(ana: User, ben: User) -> Document:
    return factories.published("macro", "refund", author=ana, reviewer=ben, title="Refund approved")


def owners() -> dict[str, User]:
    return {document.key: document.owner for document in Document.objects.select_related("owner")}


def test_everything_is_listed_in_groups(ana: User, draft: ChangeItem, macro: Document) -> None:
    groups = {group.name: [held.label for held in group.held] for group in handing_over.preview(ana)}
    assert groups == {
        "kind:sop": ["Refunds"],
        "kind:macro": ["Refund approved"],
        "change": [draft.change.title],
    }


def test_groups_go_to_whom_they_were_chosen_for(
    ana: User, ben: User, ines: User, hal: User, draft: ChangeItem, macro: Document
) -> None:
    to = {"kind:sop": ines, "kind:macro": ben, "change": ines}
    given, left = handing_over.hand_over(ana, to=to, actor=hal, note="Ana moves to product.")
    assert owners() == {"SOP-0001": ines, "refund": ben}
    assert set(draft.change.authors.all()) == {ana, ines}
    assert (len(given.moved), left) == (3, [])
    entry = Entry.objects.get(event=Event.DOCUMENT_HANDED_OVER)
    assert (entry.subject_id, len(entry.facts["things"])) == (str(ana.pk), 3)
    latest = Document.objects.get(key="refund").history.first()
    assert latest is not None
    assert (latest.owner, latest.history_user) == (ben, hal)


def test_what_was_not_chosen_stays(
    ana: User, ines: User, hal: User, refunds: Document, macro: Document
) -> None:
    handing_over.hand_over(ana, to={"kind:macro": ines}, actor=hal)
    assert owners() == {"SOP-0001": ana, "refund": ines}


def test_sops_go_by_topic(ana: User, ben: User, ines: User, hal: User) -> None:
    for key, topic in (("SOP-0001", "refund"), ("SOP-0002", "privacy")):
        factories.published("sop", key, author=ana, reviewer=ben, data={"topics": [topic]})
    to = {"topic:refund": ines, "topic:privacy": ben}
    handing_over.hand_over(ana, to=to, actor=hal, by="topic")
    assert owners() == {"SOP-0001": ines, "SOP-0002": ben}


def test_it_is_handed_back_but_for_what_moved_on(
    ana: User, ben: User, ines: User, hal: User, draft: ChangeItem, macro: Document
) -> None:
    given, _left = handing_over.hand_over(
        ana, to={"kind:sop": ines, "kind:macro": ines, "change": ines}, actor=hal
    )
    handing_over.hand_over(ines, to={"kind:macro": ben}, actor=hal)
    assert handing_over.hand_back(given, actor=hal) == (2, 1)
    assert owners() == {"SOP-0001": ana, "refund": ben}
    with pytest.raises(ChangeRefused):
        handing_over.hand_back(given, actor=hal)


def test_reviews_go_to_another_reviewer(
    ana: User, ben: User, carla: User, hal: User, proposed: Change
) -> None:
    Change.objects.filter(pk=proposed.pk).update(claimed_by=ben)
    asked = AskedReviewer.objects.create(change=proposed, reviewer=ben, asked_by=ana)
    given, left = handing_over.hand_over(ben, to={"claim": carla, "asked": carla}, actor=hal)
    proposed.refresh_from_db()
    asked.refresh_from_db()
    assert (proposed.claimed_by, asked.reviewer, left) == (carla, carla, [])
    handing_over.hand_back(given, actor=hal)
    proposed.refresh_from_db()
    assert proposed.claimed_by == ben


def test_who_wrote_along_meanwhile_stays_an_author(
    ana: User, hal: User, draft: ChangeItem, both: User
) -> None:
    given, _left = handing_over.hand_over(ana, to={"change": both}, actor=hal)
    draft.refresh_from_db()
    editing.save_draft(draft, revision=draft.revision, actor=both, body="Words of their own.\n")
    assert handing_over.hand_back(given, actor=hal) == (1, 0)
    change = reviewing.propose(draft.change, actor=ana)
    with pytest.raises(ChangeRefused, match="took part in writing"):
        reviewing.approve(change, actor=both, seen_hash=reviewing.current_hash(change))


def test_a_review_that_was_given_stays_with_who_gave_it(
    ana: User, ben: User, carla: User, hal: User, proposed: Change
) -> None:
    asked = assigning.ask(proposed, reviewer=ben, actor=ana)
    reviewing.approve(proposed, actor=ben, seen_hash=reviewing.current_hash(proposed))
    assert handing_over.preview(ben) == []
    with pytest.raises(ChangeRefused):
        handing_over.hand_over(ben, to={"asked": carla}, actor=hal)
    asked.refresh_from_db()
    assert asked.reviewer == ben
    assert publishing.publish(Change.objects.get(pk=proposed.pk), actor=ben).state == "published"


def test_a_review_that_was_given_since_is_not_handed_back(
    ana: User, ben: User, carla: User, hal: User, proposed: Change
) -> None:
    asked = assigning.ask(proposed, reviewer=ben, actor=ana)
    given, _left = handing_over.hand_over(ben, to={"asked": carla}, actor=hal)
    assert Letter.objects.filter(to=carla.email, subject="Please review: Refunds").count() == 1
    reviewing.approve(proposed, actor=carla, seen_hash=reviewing.current_hash(proposed))
    assert handing_over.hand_back(given, actor=hal) == (0, 1)
    asked.refresh_from_db()
    assert asked.reviewer == carla
    assert publishing.publish(Change.objects.get(pk=proposed.pk), actor=ben).state == "published"


@pytest.mark.parametrize("how", ["wrote along", "may approve no more"])
def test_nobody_is_asked_back_who_could_not_approve(
    ana: User, carla: User, hal: User, both: User, proposed: Change, draft: ChangeItem, how: str
) -> None:
    asked = assigning.ask(proposed, reviewer=both, actor=ana)
    Change.objects.filter(pk=proposed.pk).update(claimed_by=both)
    given, _left = handing_over.hand_over(both, to={"asked": carla, "claim": carla}, actor=hal)
    if how == "wrote along":
        draft.refresh_from_db()
        editing.save_draft(draft, revision=draft.revision, actor=both, body="Words of their own.\n")
    else:
        User.objects.get_queryset().filter(pk=both.pk).update(roles=["author"])
    assert handing_over.hand_back(HandOver.objects.get(pk=given.pk), actor=hal) == (0, 2)
    asked.refresh_from_db()
    proposed.refresh_from_db()
    assert (asked.reviewer, proposed.claimed_by) == (carla, carla)


def test_a_review_goes_to_who_has_approved_and_the_change_is_approved(
    ana: User, ben: User, carla: User, hal: User, proposed: Change
) -> None:
    assigning.ask(proposed, reviewer=ben, actor=ana)
    reviewing.approve(proposed, actor=carla, seen_hash=reviewing.current_hash(proposed))
    assert Change.objects.get(pk=proposed.pk).state == "in_review"
    handing_over.hand_over(ben, to={"asked": carla}, actor=hal)
    assert Change.objects.get(pk=proposed.pk).state == "approved"


def test_one_who_approved_a_change_does_not_become_its_author(
    ana: User, ben: User, hal: User, approved: Change
) -> None:
    User.objects.get_queryset().filter(pk=ben.pk).update(roles=["author", "reviewer"])
    ben.refresh_from_db()
    _given, left = handing_over.hand_over(ana, to={"kind:sop": ben, "change": ben}, actor=hal)
    assert [held.sort for held in left] == ["change"]
    assert not reviewing.is_own_work(approved, ben)


@pytest.mark.parametrize("who", ["ana", "ben", "carla", "dev", "finn", "gia"])
def test_only_administrators_hand_over(cast: dict[str, User], refunds: Document, who: str) -> None:
    with pytest.raises(PermissionDenied):
        handing_over.hand_over(cast["ana"], to={"kind:sop": cast["ben"]}, actor=cast[who])
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("to", [{}, {"kind:macro": "ben"}, {"kind:sop": "dev"}, {"kind:sop": "ana"}])
def test_nothing_moves_without_somebody_who_can_take_it(
    cast: dict[str, User], refunds: Document, to: dict[str, str]
) -> None:
    with pytest.raises(ChangeRefused):
        handing_over.hand_over(
            cast["ana"], to={name: cast[who] for name, who in to.items()}, actor=cast["hal"]
        )
    assert owners() == {"SOP-0001": cast["ana"]}


def test_the_page_lists_asks_and_moves(
    ana: User, ines: User, hal: User, draft: ChangeItem, macro: Document, as_person: AsPerson
) -> None:
    browser = as_person(hal)
    url = f"/people/{ana.pk}/hand-over"
    assert "Refund approved" in browser.get(url).content.decode()
    refused = browser.post(url, {"note": "Kept words"})
    assert refused.status_code == 409
    assert "Kept words" in refused.content.decode()
    assert browser.post(url, {"everything": ines.pk}).status_code == 302
    assert owners() == {"SOP-0001": ines, "refund": ines}
    browser.post(f"/hand-overs/{HandOver.objects.get().pk}/hand-back")
    assert owners() == {"SOP-0001": ana, "refund": ana}


def test_a_leaver_with_documents_is_warned_of_and_waits_on_the_desk(
    ana: User, hal: User, refunds: Document, as_person: AsPerson
) -> None:
    browser = as_person(hal)
    assert "End the sign-in all the same" in browser.get(f"/people/{ana.pk}").content.decode()
    staffing.end_sign_in(ana, actor=hal)
    assert "still owns 1 document" in browser.get(f"/people/{ana.pk}").content.decode()
    assert f"/people/{ana.pk}/hand-over" in browser.get("/").content.decode()
    orphaned = browser.get("/sops/ageing?only=orphaned").context["listing"].rows
    assert [row.key for row in orphaned] == ["SOP-0001"]
