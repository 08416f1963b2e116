"""Publishing at once, and the review that follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, publishing, retiring, reviewing, urgent
from sopdesk.documents.errors import ChangeRefused, PublishRefused
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, ReviewRule
from sopdesk.letters.models import Letter
from tests import factories

pytestmark = pytest.mark.django_db
WHY = "Fraud ring uses the old rule."


def again(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def confirm(change: Change, actor: User, **said: Any) -> Change:
    return urgent.confirm(change, actor=actor, seen_hash=reviewing.current_hash(change), **said)


@pytest.fixture
def rushed(draft: ChangeItem, ben: User) -> Change:
    return urgent.publish_urgently(draft.change, actor=ben, reason=WHY, proof="password")


def test_it_is_in_force_at_once_and_marked(rushed: Change, refunds: Document) -> None:
    assert "30 days" in refunds.versions.in_force().get().plain
    assert (rushed.state, rushed.urgent_reason, rushed.is_unreviewed) == ("published", WHY, True)
    assert list(urgent.unreviewed()) == [rushed]


def test_it_leaves_a_trail(rushed: Change) -> None:
    entry = Entry.objects.get(event="change:published_urgently")
    assert entry.actor_name == "Ben Okafor"
    assert (entry.facts["reason"], entry.facts["signed_with"]) == (WHY, "password")
    assert entry.facts["versions"][0]["version"] == 2
    assert rushed.transitions.get(verb="publish_urgently").note == WHY


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_it_asks_for_a_reason(draft: ChangeItem, ben: User, reason: str) -> None:
    with pytest.raises(PublishRefused, match="why it cannot wait"):
        urgent.publish_urgently(draft.change, actor=ben, reason=reason)
    assert again(draft.change).state == "draft"


def test_the_checks_hold_for_it_too(draft: ChangeItem, ana: User, ben: User) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="")
    with pytest.raises(PublishRefused, match="no text"):
        urgent.publish_urgently(draft.change, actor=ben, reason=WHY)


@pytest.mark.parametrize("name", ["ana", "dev", "finn", "gia", "hal"])
def test_who_may_not_does_not(draft: ChangeItem, cast: dict[str, User], name: str) -> None:
    with pytest.raises(PermissionDenied):
        urgent.publish_urgently(draft.change, actor=cast[name], reason=WHY)


def test_what_was_approved_already_needs_no_review_afterwards(approved: Change, ben: User) -> None:
    change = urgent.publish_urgently(approved, actor=ben, reason=WHY)
    assert not change.is_unreviewed
    assert not urgent.unreviewed().exists()


def test_those_whose_approval_it_lacks_are_written_to(
    draft: ChangeItem, ana: User, ben: User, carla: User, hal: User, dev: User
) -> None:
    ReviewRule.objects.create(functions=["legal"])
    lea = factories.user("Lea Legal", "reviewer", functions=["legal"])
    urgent.publish_urgently(draft.change, actor=ben, reason=WHY)
    letters = dict(Letter.objects.filter(key__startswith="urgent:").values_list("to", "body"))
    assert set(letters) == {lea.email, carla.email, hal.email, ana.email}
    assert "Please review it by" in letters[lea.email]
    assert "Please review it by" not in letters[hal.email]
    assert WHY in letters[lea.email]


def test_a_reviewer_confirms_it_afterwards(rushed: Change, carla: User, ana: User) -> None:
    change = confirm(rushed, carla, note="Fine.", proof="password")
    assert (change.state, change.is_unreviewed) == ("published", False)
    assert change.approvals.get().content_hash == reviewing.current_hash(change)
    assert Entry.objects.filter(event="change:confirmed").count() == 1
    assert Letter.objects.filter(to=ana.email, key__startswith="urgent-reviewed").exists()
    with pytest.raises(ChangeRefused, match="reviewed already"):
        confirm(change, carla)


def test_nobody_confirms_their_own(draft: ChangeItem) -> None:
    zoe = factories.user("Zoe Park", "author", "reviewer")
    editing.save_draft(draft, revision=draft.revision, actor=zoe, body="Zoe’s words.")
    change = urgent.publish_urgently(draft.change, actor=zoe, reason=WHY)
    with pytest.raises(ChangeRefused, match="took part"):
        confirm(change, zoe)
    assert again(change).is_unreviewed


def test_it_stays_unreviewed_until_every_function_has_signed(draft: ChangeItem, ben: User) -> None:
    ReviewRule.objects.create(functions=["legal", "product"])
    people = {name: factories.user(name, "reviewer", functions=[name]) for name in ("legal", "product")}
    change = urgent.publish_urgently(draft.change, actor=ben, reason=WHY)
    assert confirm(change, people["legal"]).is_unreviewed
    assert not confirm(change, people["product"]).is_unreviewed


def test_what_was_published_in_order_needs_no_confirmation(approved: Change, ben: User, carla: User) -> None:
    change = publishing.publish(approved, actor=ben)
    with pytest.raises(ChangeRefused, match="reviewed already"):
        confirm(change, carla)


def test_a_hash_of_something_else_is_not_confirmed(rushed: Change, carla: User) -> None:
    with pytest.raises(ChangeRefused, match="edited while"):
        urgent.confirm(rushed, actor=carla, seen_hash="0" * 64)


@pytest.mark.parametrize("name", ["ana", "dev", "finn", "gia", "hal"])
def test_who_may_not_approve_does_not_confirm(rushed: Change, cast: dict[str, User], name: str) -> None:
    with pytest.raises(PermissionDenied):
        confirm(rushed, cast[name])
    with pytest.raises(PermissionDenied):
        urgent.undo(rushed, actor=cast[name], note="No.")


def test_who_disagrees_proposes_the_way_back(
    rushed: Change, refunds: Document, ben: User, carla: User, ana: User
) -> None:
    back = urgent.undo(rushed, actor=carla, note="It breaks the law.")
    assert back.state == "in_review"
    assert "14 days" in back.items.get().body
    with pytest.raises(ChangeRefused, match="took part"):
        reviewing.approve(back, actor=carla, seen_hash=reviewing.current_hash(back))
    back = reviewing.approve(back, actor=ben, seen_hash=reviewing.current_hash(back))
    publishing.publish(back, actor=ben)
    assert "14 days" in refunds.versions.in_force().get().plain
    assert "It breaks the law." in Letter.objects.get(to=ana.email, key__startswith="urgent-disputed").body


def test_the_way_back_from_a_new_document_retires_it(ana: User, ben: User, carla: User) -> None:
    item = editing.create_document(kind_of("sop"), title="Chargebacks", actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Text.")
    change = urgent.publish_urgently(item.change, actor=ben, reason=WHY)
    assert urgent.undo(change, actor=carla, note="Not this.").items.get().retires


def test_there_is_no_way_back_from_what_was_replaced_since(
    rushed: Change, refunds: Document, ana: User, ben: User, carla: User
) -> None:
    item = editing.start_change(refunds, actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body="Newer still.")
    urgent.publish_urgently(item.change, actor=ben, reason=WHY)
    with pytest.raises(ChangeRefused, match="Nothing of this change"):
        urgent.undo(rushed, actor=carla, note="No.")


@pytest.fixture
def ended(refunds: Document, ana: User, ben: User) -> Change:
    """SOP-0001 retired at once, by Ana and Ben."""
    item = retiring.start_retirement(refunds, actor=ana)
    return urgent.publish_urgently(item.change, actor=ben, reason=WHY)


def test_the_way_back_from_a_retirement_restores_the_text(ended: Change, carla: User) -> None:
    back = urgent.undo(ended, actor=carla, note="We need it.")
    assert "14 days" in back.items.get().body
    assert not back.items.get().retires


def test_there_is_no_way_back_from_a_retirement_that_something_came_after(
    ended: Change, refunds: Document, ana: User, ben: User, carla: User
) -> None:
    item = editing.start_change(refunds, actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body="Back, and better.")
    urgent.publish_urgently(item.change, actor=ben, reason=WHY)
    with pytest.raises(ChangeRefused, match="Nothing of this change"):
        urgent.undo(ended, actor=carla, note="No.")
    again_ended = retiring.start_retirement(refunds, actor=ana).change
    urgent.publish_urgently(again_ended, actor=ben, reason=WHY)
    with pytest.raises(ChangeRefused, match="Nothing of this change"):
        urgent.undo(ended, actor=carla, note="No.")


def test_one_way_back_is_proposed_at_a_time(rushed: Change, ana: User, carla: User, hal: User) -> None:
    back = urgent.undo(rushed, actor=carla, note="It breaks the law.")
    hal.roles = ["reviewer"]
    with pytest.raises(ChangeRefused, match="proposed already"):
        urgent.undo(rushed, actor=hal, note="I think so, too.")
    reviewing.withdraw(back, actor=ana)
    assert urgent.undo(rushed, actor=hal, note="I think so, too.").takes_back == rushed


@pytest.mark.parametrize(
    ("day", "due"), [("2026-11-23", "2026-11-25"), ("2026-11-26", "2026-11-30"), ("2026-11-28", "2026-12-01")]
)
def test_the_review_is_due_in_two_working_days(day: str, due: str) -> None:
    assert urgent.due_on(date.fromisoformat(day)) == date.fromisoformat(due)


class TestPages:
    """What the pages say, and to whom."""

    @pytest.mark.parametrize(("name", "is_told"), [("dev", True), ("ana", True), ("gia", True)])
    def test_staff_see_that_nobody_has_reviewed_it(
        self,
        rushed: Change,
        cast: dict[str, User],
        as_person: Callable[[User], Client],
        name: str,
        is_told: bool,
    ) -> None:
        page = as_person(cast[name]).get("/sops/SOP-0001").content.decode()
        assert ("urgent, not yet reviewed" in page) is is_told
        assert (WHY in page) is (name == "ana")

    def test_lists_and_history_say_so(
        self, rushed: Change, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        browser = as_person(ana)
        for url in (
            "/sops",
            "/sops?standing=unreviewed",
            "/changes?state=unreviewed",
            "/sops/SOP-0001/history",
        ):
            assert "urgent, not yet reviewed" in browser.get(url).content.decode(), url

    def test_nothing_says_so_once_it_is_reviewed(
        self, rushed: Change, ana: User, carla: User, as_person: Callable[[User], Client]
    ) -> None:
        confirm(rushed, carla)
        browser = as_person(ana)
        for url in ("/sops/SOP-0001", "/sops/SOP-0001/history"):
            assert "urgent, not yet reviewed" not in browser.get(url).content.decode()

    @pytest.mark.parametrize(
        ("name", "verb"), [("carla", "Review afterwards"), ("hal", "Not reviewed yet"), ("ana", None)]
    )
    def test_desks_hold_it_and_say_when_it_is_overdue(
        self, rushed: Change, cast: dict[str, User], as_person: Callable[[User], Client], name: str, verb: str
    ) -> None:
        late = timezone.localdate() - timedelta(days=1)
        Change.objects.filter(pk=rushed.pk).update(due_on=late)
        tasks = as_person(cast[name]).get("/").context["tasks"]
        found = [(task.verb, task.state) for task in tasks if task.url == f"/changes/{rushed.pk}"]
        assert found == ([(verb, "overdue")] if verb else [])

    def test_publishing_at_once_asks_for_the_password(
        self, draft: ChangeItem, ben: User, as_person: Callable[[User], Client]
    ) -> None:
        browser, url = as_person(ben), f"/changes/{draft.change_id}/publish-urgently"
        assert "Publish at once" in browser.get(url).content.decode()
        for password in ("", "wrong"):
            page = browser.post(url, {"reason": WHY, "password": password})
            assert page.status_code == 422
            assert WHY in page.content.decode()
        assert again(draft.change).state == "draft"
        assert browser.post(url, {"reason": WHY, "password": factories.PASSWORD}).status_code == 302
        assert again(draft.change).is_unreviewed

    def test_confirming_asks_for_the_password_and_keeps_the_note(
        self, rushed: Change, carla: User, as_person: Callable[[User], Client]
    ) -> None:
        browser, url = as_person(carla), f"/changes/{rushed.pk}/confirm"
        page = browser.get(f"/changes/{rushed.pk}")
        seen = page.context["confirm_form"].initial["seen_hash"]
        sent = {"seen_hash": seen, "agrees": "on", "note": "Looked at it.", "functions": carla.functions}
        refused = browser.post(url, {**sent, "password": "wrong"})
        assert refused.status_code == 422
        assert "Looked at it." in refused.content.decode()
        assert again(rushed).is_unreviewed
        assert browser.post(url, {**sent, "password": factories.PASSWORD}).status_code == 302
        assert not again(rushed).is_unreviewed

    def test_the_way_back_is_one_step_on_the_page(
        self, rushed: Change, carla: User, as_person: Callable[[User], Client]
    ) -> None:
        browser, url = as_person(carla), f"/changes/{rushed.pk}/undo"
        assert browser.post(url).status_code == 422
        assert browser.post(url, {"note": "It breaks the law."}).status_code == 302
        back = Change.objects.get(title__startswith="Take back:", state="in_review")
        page = browser.get(f"/changes/{rushed.pk}").content.decode()
        assert "Propose the way back" not in page
        assert f'href="/changes/{back.pk}"' in page
        refused = browser.post(url, {"note": "Once more."})
        assert refused.status_code == 409
        assert "Once more." in refused.content.decode()
