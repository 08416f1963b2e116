"""Rebasing: a draft brought up to what came underneath it, with nothing lost on either side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import checks, editing, publishing, rebasing, reviewing
from sopdesk.documents.errors import ChangeRefused, DraftRefused, StaleDraft
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, Version
from tests import factories

pytestmark = pytest.mark.django_db

BODY = "## Verify\n\nAsk for the receipt.\n\n## Refund\n\nWithin 14 days.\n\n## Close\n\nThank them.\n"
DATA = {"risk": "low", "topics": ["refund"]}


@pytest.fixture
def sop(ana: User, ben: User) -> Document:
    return factories.published(
        "sop", "SOP-0007", author=ana, reviewer=ben, title="Refunds", body=BODY, data=DATA
    )


@pytest.fixture
def mine(sop: Document, ana: User) -> ChangeItem:
    """Ana's draft: another way to close."""
    item = editing.start_change(sop, actor=ana)
    body = BODY.replace("Thank them.", "Thank them warmly.")
    return editing.save_draft(item, revision=item.revision, actor=ana, body=body)


@pytest.fixture
def overtake(sop: Document, ben: User) -> Callable[..., Change]:
    """`overtake(body=…)`: somebody else's change of the same SOP, in force (or scheduled `at`) before Ana's."""
    iris = factories.user("Iris Moore", "author")

    def overtaken(at: datetime | None = None, **content: Any) -> Change:
        item = editing.start_change(sop, actor=iris)
        item = editing.save_draft(item, revision=item.revision, actor=iris, **content)
        change = reviewing.propose(item.change, actor=iris)
        change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
        return publishing.schedule(change, at=at, actor=ben) if at else publishing.publish(change, actor=ben)

    return overtaken


def merged(item: ChangeItem, actor: User, plan: rebasing.Plan | None = None, **choice: Any) -> ChangeItem:
    plan = plan or rebasing.plan(item)
    content = plan.content(choice.get("texts", {}), choice.get("fields", {}))
    return rebasing.rebase(item, revision=item.revision, base_version=plan.theirs, actor=actor, **content)


def fresh(item: ChangeItem) -> ChangeItem:
    return ChangeItem.objects.get(pk=item.pk)


def test_a_draft_takes_over_what_came_underneath(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("14 days", "30 days"))
    assert rebasing.plan(mine).is_automatic
    item = merged(mine, ana)
    assert item.body == BODY.replace("14 days", "30 days").replace("Thank them.", "Thank them warmly.")
    assert item.base_version is not None
    assert item.base_version.number == 2
    assert checks.blocking(item.change) == []


def test_a_draft_opened_from_the_newest_version_needs_nothing(mine: ChangeItem) -> None:
    assert not rebasing.plan(mine).is_needed


def test_rebasing_leaves_a_trail_and_the_text_before_it(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("14 days", "30 days"))
    before = mine.body
    merged(mine, ana)
    assert Entry.objects.get(event="change:rebased").facts == {"document": "SOP-0007", "base": 2}
    assert before in mine.history.values_list("body", flat=True)


def test_a_conflict_is_decided_by_somebody(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("Thank them.", "Say good-bye."))
    plan = rebasing.plan(mine)
    (conflict,) = plan.text.conflicts
    assert (conflict.title, conflict.mine, conflict.theirs) == (
        "Close",
        "Thank them warmly.\n",
        "Say good-bye.\n",
    )
    item = merged(mine, ana, texts={conflict.name: "Thank them and say good-bye.\n"})
    assert item.body == BODY.replace("Thank them.", "Thank them and say good-bye.")


def test_without_a_decision_both_texts_stay(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("Thank them.", "Say good-bye."))
    item = merged(mine, ana)
    assert "Thank them warmly." in item.body
    assert "Say good-bye." in item.body


def test_fields_are_merged_one_by_one(mine: ChangeItem, overtake: Any, ana: User) -> None:
    mine = editing.save_draft(
        mine, revision=mine.revision, actor=ana, data={"risk": "low", "topics": ["refund", "wallet"]}
    )
    overtake(title="Refunds and returns", data={"risk": "medium", "topics": ["return"]})
    item = merged(mine, ana)
    assert item.title == "Refunds and returns"
    assert item.data == {"risk": "medium", "topics": ["wallet", "return"]}


def test_a_field_that_both_set_is_decided_by_somebody(mine: ChangeItem, overtake: Any, ana: User) -> None:
    mine = editing.save_draft(mine, revision=mine.revision, actor=ana, audience="public", title="Mine")
    overtake(title="Theirs", audience="teams", audience_teams=["payments"])
    plan = rebasing.plan(mine)
    assert [each.name for each in plan.fields] == ["title", "audience"]
    item = merged(mine, ana, fields={each.name: each.theirs for each in plan.fields})
    assert (item.title, item.audience, item.audience_teams) == ("Theirs", "teams", ["payments"])


def test_rebasing_voids_approvals(
    proposed_over: Change, mine: ChangeItem, overtake: Any, ana: User, ben: User
) -> None:
    overtake(body=BODY.replace("14 days", "30 days"))
    merged(mine, ana)
    assert Change.objects.get(pk=proposed_over.pk).state == "in_review"
    assert not proposed_over.approvals.filter(voided_at=None).exists()


@pytest.fixture
def proposed_over(mine: ChangeItem, ana: User, ben: User) -> Change:
    change = reviewing.propose(mine.change, actor=ana)
    return reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))


def test_a_merge_of_a_draft_saved_meanwhile_is_not_stored(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("14 days", "30 days"))
    plan = rebasing.plan(mine)
    editing.save_draft(mine, revision=mine.revision, actor=ana, body="Typed meanwhile.")
    with pytest.raises(StaleDraft):
        merged(mine, ana, plan)
    assert fresh(mine).body == "Typed meanwhile."


def test_a_merge_with_a_version_overtaken_meanwhile_is_not_stored(
    mine: ChangeItem, overtake: Any, ana: User
) -> None:
    overtake(body=BODY.replace("14 days", "30 days"))
    plan = rebasing.plan(mine)
    overtake(body=BODY.replace("14 days", "60 days"))
    with pytest.raises(rebasing.BaseMoved, match="Look at it again"):
        merged(mine, ana, plan)
    assert fresh(mine).body == mine.body


def test_a_text_that_cannot_be_rendered_is_not_stored(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body=BODY.replace("Thank them.", "Say good-bye."))
    (conflict,) = rebasing.plan(mine).text.conflicts
    with pytest.raises(DraftRefused):
        merged(mine, ana, texts={conflict.name: "[" * 10_000})
    assert fresh(mine).base_version == mine.base_version


def test_who_may_not_write_may_not_rebase(mine: ChangeItem, overtake: Any, ben: User, dev: User) -> None:
    overtake(body="Another.")
    for person in (ben, dev):
        with pytest.raises(PermissionDenied):
            merged(mine, person)


def test_a_closed_change_is_not_rebased(mine: ChangeItem, overtake: Any, ana: User) -> None:
    overtake(body="Another.")
    reviewing.withdraw(mine.change, actor=ana)
    with pytest.raises(ChangeRefused, match="withdrawn"):
        merged(mine, ana)


def test_a_draft_whose_base_was_unscheduled_goes_back_to_what_is_in_force(
    sop: Document, overtake: Any, ana: User, ben: User, in_a_week: datetime
) -> None:
    coming = overtake(at=in_a_week, body=BODY.replace("14 days", "30 days"))
    item = editing.start_change(sop, actor=ana)
    body = item.body.replace("Thank them.", "Thank them warmly.")
    item = editing.save_draft(item, revision=item.revision, actor=ana, body=body)
    publishing.unschedule(coming, actor=ben)
    item = merged(ChangeItem.objects.get(pk=item.pk), ana)
    assert item.body == BODY.replace("Thank them.", "Thank them warmly.")
    assert item.base_version == sop.versions.in_force().get()


def test_a_draft_of_a_document_without_any_version_left_stands_on_its_own(
    ana: User, ben: User, in_a_week: datetime
) -> None:
    item = editing.create_document(kind_of("sop"), title="Chargebacks", actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Text.")
    first = reviewing.propose(item.change, actor=ana)
    first = reviewing.approve(first, actor=ben, seen_hash=reviewing.current_hash(first))
    publishing.schedule(first, at=in_a_week, actor=ben)
    second = editing.start_change(item.document, actor=ana)
    publishing.unschedule(first, actor=ben)
    rebased = merged(ChangeItem.objects.get(pk=second.pk), ana)
    assert (rebased.body, rebased.base_version) == ("Text.", None)


def test_two_new_drafts_of_one_document_meet(ana: User, ben: User) -> None:
    first = editing.create_document(kind_of("sop"), title="Chargebacks", actor=ana)
    first = editing.save_draft(first, revision=first.revision, actor=ana, body="## One\n\nFirst.\n")
    second = editing.start_change(first.document, actor=ana)
    second = editing.save_draft(second, revision=second.revision, actor=ana, body="## Two\n\nSecond.\n")
    change = reviewing.propose(first.change, actor=ana)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    publishing.publish(change, actor=ben)
    item = merged(second, ana)
    assert {"First.", "Second."} <= set(item.body.split("\n"))
    assert item.base_version == Version.objects.get(document=first.document_id)


class TestPage:
    """The page: what it shows, decides, previews and keeps."""

    def url(self, item: ChangeItem) -> str:
        return f"/changes/{item.change_id}/items/{item.pk}/rebase"

    def seen(self, item: ChangeItem) -> dict[str, Any]:
        item = fresh(item)
        theirs = rebasing.plan(item).theirs
        return {"revision": item.revision, "base": theirs.pk if theirs else ""}

    def test_it_shows_base_mine_and_theirs(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        page = as_person(ana).get(self.url(mine)).content.decode()
        for words in ("It was, in v1", "Mine, in the draft", "Theirs, in v2", "warmly", "good-bye"):
            assert words in page

    def test_without_a_conflict_it_is_one_click(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("14 days", "30 days"))
        browser = as_person(ana)
        assert "Join the draft with v2" in browser.get(self.url(mine)).content.decode()
        assert browser.post(self.url(mine), self.seen(mine)).status_code == 302
        assert "30 days" in fresh(mine).body

    def test_an_undecided_conflict_is_asked_for(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        response = as_person(ana).post(self.url(mine), self.seen(mine))
        assert response.status_code == 422
        assert "Decide this one" in response.content.decode()
        assert fresh(mine).body == mine.body

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [
            ("mine", "## Close\n\nThank them warmly.\n"),
            ("theirs", "## Close\n\nSay good-bye.\n"),
            ("both", "## Close\n\nThank them warmly.\n\nSay good-bye.\n"),
            ("hand", "## Close\n\nNeither.\n"),
        ],
    )
    def test_each_choice_is_stored(
        self,
        mine: ChangeItem,
        overtake: Any,
        ana: User,
        as_person: Callable[[User], Client],
        choice: str,
        expected: str,
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        (conflict,) = rebasing.plan(mine).text.conflicts
        posted = {**self.seen(mine), conflict.name: choice, f"{conflict.name}_hand": "Neither."}
        assert as_person(ana).post(self.url(mine), posted).status_code == 302
        assert fresh(mine).body.endswith(expected)

    @pytest.mark.parametrize("extra", [{"preview": "1"}, {}], ids=["preview", "save"])
    def test_words_by_hand_that_are_not_taken_are_kept_and_said_to_be_wrong(
        self,
        mine: ChangeItem,
        overtake: Any,
        ana: User,
        as_person: Callable[[User], Client],
        extra: dict[str, str],
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        (conflict,) = rebasing.plan(mine).text.conflicts
        posted = {**self.seen(mine), conflict.name: "hand", f"{conflict.name}_hand": "My own\u202e words."}
        response = as_person(ana).post(self.url(mine), {**posted, **extra})
        assert response.status_code == (200 if extra else 409)
        for words in ("My own\u202e words.", "U+202E"):
            assert words in response.content.decode()
        assert fresh(mine).body == mine.body

    def test_a_draft_that_is_not_taken_any_more_says_which_line(
        self,
        mine: ChangeItem,
        overtake: Any,
        ana: User,
        as_person: Callable[[User], Client],
    ) -> None:
        overtake(body=BODY.replace("14 days", "30 days"))
        seen = self.seen(mine)
        ChangeItem.objects.filter(pk=mine.pk).update(body="Fine.\n\nBad \u202e text.")
        browser = as_person(ana)
        for response in (
            browser.get(self.url(mine)),
            browser.post(self.url(mine), {**seen, "c_hand": "Mine!"}),
        ):
            page = response.content.decode()
            for words in ("In the draft:", "Line 3:", "U+202E", "Edit the draft"):
                assert words in page
            assert "In v" not in page
        assert (response.status_code, "Mine!" in page) == (422, True)

    def test_the_preview_stores_nothing(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("14 days", "30 days"))
        posted = {**self.seen(mine), "preview": "1"}
        response = as_person(ana).post(self.url(mine), posted, headers={"HX-Request": "true"})
        assert response.status_code == 200
        assert "<html" not in response.content.decode()
        assert fresh(mine).base_version == mine.base_version

    def test_what_was_typed_is_kept_when_somebody_saved_meanwhile(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        (conflict,) = rebasing.plan(mine).text.conflicts
        posted = {**self.seen(mine), conflict.name: "hand", f"{conflict.name}_hand": "My own words."}
        body = mine.body.replace("Ask for", "Demand")
        editing.save_draft(mine, revision=mine.revision, actor=ana, body=body)
        browser = as_person(ana)
        response = browser.post(self.url(mine), posted)
        assert response.status_code == 409
        assert "My own words." in response.content.decode()
        again = {**posted, **self.seen(mine)}
        assert browser.post(self.url(mine), again).status_code == 302
        assert "Demand" in fresh(mine).body
        assert "My own words." in fresh(mine).body

    def test_words_for_a_conflict_that_is_gone_are_shown_to_be_copied(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("Thank them.", "Say good-bye."))
        (conflict,) = rebasing.plan(mine).text.conflicts
        posted = {**self.seen(mine), conflict.name: "hand", f"{conflict.name}_hand": "My own words."}
        editing.save_draft(mine, revision=mine.revision, actor=ana, body=BODY)
        page = as_person(ana).post(self.url(mine), posted).content.decode()
        assert "Copy what you need" in page
        assert "My own words." in page

    def test_the_draft_can_be_kept_exactly_as_it_is(
        self, mine: ChangeItem, overtake: Any, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        overtake(body=BODY.replace("14 days", "30 days"))
        as_person(ana).post(self.url(mine), {**self.seen(mine), "keep": "1"})
        item = fresh(mine)
        assert (item.body, item.base_version_id) == (mine.body, rebasing.plan(item).theirs.pk)  # type: ignore[union-attr]

    @pytest.mark.parametrize("posted", [{}, {"revision": "²"}, {"revision": "1" * 30, "base": "-1"}])
    def test_a_forged_form_changes_nothing(
        self,
        mine: ChangeItem,
        overtake: Any,
        ana: User,
        as_person: Callable[[User], Client],
        posted: dict[str, str],
    ) -> None:
        overtake(body=BODY.replace("14 days", "30 days"))
        for keep in ({}, {"keep": "1"}):
            assert as_person(ana).post(self.url(mine), {**posted, **keep}).status_code in (409, 422)
        assert fresh(mine).base_version == mine.base_version
