"""Retiring: a document's end, what readers meet afterwards, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import checks, editing, hashing, publishing, retiring, reviewing
from sopdesk.documents.errors import ChangeRefused, PublishRefused, StaleDraft
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, Retirement
from sopdesk.search.models import Passage
from tests import factories

pytestmark = pytest.mark.django_db
NOTE = "Ask the payments team instead."


def approved_item(item: ChangeItem, author: User, reviewer: User) -> Change:
    change = reviewing.propose(item.change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


@pytest.fixture
def newer(ana: User, ben: User) -> Document:
    return factories.published("sop", "SOP-0002", author=ana, reviewer=ben, title="Refunds, all channels")


@pytest.fixture
def ending(refunds: Document, newer: Document, ana: User) -> ChangeItem:
    return retiring.start_retirement(refunds, actor=ana, superseded_by=newer, note=NOTE)


@pytest.fixture
def retired(ending: ChangeItem, ana: User, ben: User) -> Change:
    return publishing.publish(approved_item(ending, ana, ben), actor=ben)


def test_publishing_ends_what_is_in_force_and_puts_nothing_after_it(
    retired: Change, refunds: Document, newer: Document
) -> None:
    assert refunds.versions.count() == 1
    assert not refunds.versions.in_force().exists()
    row = Retirement.objects.get()
    assert (row.document, row.superseded_by, row.note) == (refunds, newer, NOTE)
    assert row.at == row.version.until == retired.effective_at


def test_it_leaves_a_trail(retired: Change) -> None:
    assert Entry.objects.get(event="change:published").facts["retired"] == ["SOP-0001"]


def test_search_no_longer_finds_it(retired: Change, refunds: Document) -> None:
    assert not Passage.objects.filter(document_id=refunds.pk).exists()


def test_it_has_no_review_date_any_more(retired: Change, refunds: Document) -> None:
    assert Document.objects.get(pk=refunds.pk).review_by is None


def test_retiring_is_part_of_what_is_approved(
    ending: ChangeItem, newer: Document, ana: User, ben: User
) -> None:
    change = approved_item(ending, ana, ben)
    item = ChangeItem.objects.get(pk=ending.pk)
    retiring.set_retirement(item, revision=item.revision, actor=ana, retires=True, note="Another note.")
    assert Change.objects.get(pk=change.pk).state == "in_review"


def test_the_hash_of_a_draft_that_retires_nothing_is_as_it_was(draft: ChangeItem) -> None:
    change = draft.change
    plain = [[draft.document_id, draft.base_version_id, hashing.content_hash(draft)]]
    told = [change.pk, change.title, change.why, change.material, plain]
    assert hashing.change_hash(change, [draft]) == hashing._sha256(told)


def test_the_database_alone_does_not_retire(
    ending: ChangeItem, newer: Document, ana: User, ben: User
) -> None:
    change = approved_item(ending, ana, ben)
    ChangeItem.objects.filter(pk=ending.pk).update(superseded_by=None)
    with pytest.raises(PublishRefused, match="new approval"):
        publishing.publish(change, actor=ben)


def test_a_draft_of_a_change_may_retire_its_document_or_no_longer(
    draft: ChangeItem, newer: Document, ana: User
) -> None:
    body = draft.body
    item = retiring.set_retirement(
        draft, revision=draft.revision, actor=ana, retires=True, superseded_by=newer, note=NOTE
    )
    assert (item.retires, item.superseded_by, item.parting_note) == (True, newer, NOTE)
    with pytest.raises(StaleDraft):
        retiring.set_retirement(draft, revision=draft.revision, actor=ana, retires=False)
    item = retiring.set_retirement(item, revision=item.revision, actor=ana, retires=False)
    assert (item.retires, item.superseded_by, item.parting_note, item.body) == (False, None, "", body)


def test_what_is_not_in_force_cannot_be_retired(ana: User) -> None:
    item = editing.create_document(kind_of("sop"), title="New", actor=ana)
    with pytest.raises(ChangeRefused, match="Nothing of SOP-0001"):
        retiring.start_retirement(item.document, actor=ana)
    with pytest.raises(ChangeRefused, match="Nothing of SOP-0001"):
        retiring.set_retirement(item, revision=item.revision, actor=ana, retires=True)


def test_nothing_supersedes_itself(refunds: Document, ana: User) -> None:
    with pytest.raises(ChangeRefused, match="by itself"):
        retiring.start_retirement(refunds, actor=ana, superseded_by=refunds)


@pytest.mark.parametrize("name", ["ben", "carla", "dev", "finn", "gia", "hal"])
def test_who_may_not_write_does_not_retire(
    refunds: Document, draft: ChangeItem, cast: dict[str, User], name: str
) -> None:
    with pytest.raises(PermissionDenied):
        retiring.start_retirement(refunds, actor=cast[name])
    with pytest.raises(PermissionDenied):
        retiring.set_retirement(draft, revision=draft.revision, actor=cast[name], retires=True)


def test_a_successor_that_is_not_in_force_stops_it(refunds: Document, ana: User) -> None:
    unborn = editing.create_document(kind_of("sop"), title="Later", actor=ana).document
    item = retiring.start_retirement(refunds, actor=ana, superseded_by=Document.objects.get(pk=unborn.pk))
    assert any("is to supersede" in reason for reason in checks.blocking(item.change))


def test_a_successor_may_come_in_force_together(refunds: Document, ana: User, ben: User) -> None:
    born = editing.create_document(kind_of("sop"), title="Instead", actor=ana)
    born = editing.save_draft(born, revision=born.revision, actor=ana, body="## Go\n\nDo this.\n")
    item = editing.add_document(born.change, refunds, actor=ana)
    successor = Document.objects.get(pk=born.document_id)
    retiring.set_retirement(item, revision=item.revision, actor=ana, retires=True, superseded_by=successor)
    publishing.publish(approved_item(born, ana, ben), actor=ben)
    assert Retirement.objects.get().superseded_by == successor


class TestSchedule:
    """Retired at a time, and taken back before it."""

    def test_it_ends_by_itself(
        self, ending: ChangeItem, refunds: Document, ana: User, ben: User, in_a_week: datetime
    ) -> None:
        publishing.schedule(approved_item(ending, ana, ben), at=in_a_week, actor=ben)
        assert refunds.versions.in_force().exists()
        assert not refunds.versions.in_force(in_a_week).exists()
        assert retiring.retirement_of(refunds) is None
        assert retiring.retirement_of(refunds, in_a_week) is not None

    def test_unscheduling_takes_it_back(
        self, ending: ChangeItem, refunds: Document, ana: User, ben: User, in_a_week: datetime
    ) -> None:
        change = publishing.schedule(approved_item(ending, ana, ben), at=in_a_week, actor=ben)
        publishing.unschedule(change, actor=ben)
        assert refunds.versions.in_force(in_a_week).exists()
        assert not Retirement.objects.exists()
        publishing.publish(change, actor=ben)
        assert Retirement.objects.count() == 1

    def test_nothing_slips_in_before_it(
        self, ending: ChangeItem, draft: ChangeItem, ana: User, ben: User, in_a_week: datetime
    ) -> None:
        other = approved_item(draft, ana, ben)
        publishing.schedule(approved_item(ending, ana, ben), at=in_a_week, actor=ben)
        with pytest.raises(PublishRefused, match="to be retired"):
            publishing.publish(other, actor=ben)

    def test_readers_are_not_told_before(
        self,
        ending: ChangeItem,
        ana: User,
        ben: User,
        dev: User,
        in_a_week: datetime,
        as_person: Callable[[User], Client],
    ) -> None:
        publishing.schedule(approved_item(ending, ana, ben), at=in_a_week, actor=ben)
        assert "To be retired on" in as_person(ana).get("/sops/SOP-0001").content.decode()
        page = as_person(dev).get("/sops/SOP-0001").content.decode()
        assert "To be retired" not in page
        assert "until" not in page.split("About this version")[1].split("</div>")[0]


class TestAfterwards:
    """What is met by whoever comes for it."""

    @pytest.mark.parametrize("name", ["ana", "dev", "gia", "finn"])
    def test_staff_read_its_last_version_marked(
        self, retired: Change, cast: dict[str, User], as_person: Callable[[User], Client], name: str
    ) -> None:
        page = as_person(cast[name]).get("/sops/SOP-0001")
        assert page.status_code == 200
        for words in ("Retired on", "/sops/SOP-0002", NOTE, "Within 14 days"):
            assert words in page.content.decode()

    def test_its_history_stays(self, retired: Change, dev: User, as_person: Callable[[User], Client]) -> None:
        assert as_person(dev).get("/sops/SOP-0001/history").status_code == 200
        assert as_person(dev).get("/sops/SOP-0001/versions/1").status_code == 200

    def test_who_could_not_read_it_learns_nothing(
        self, ana: User, ben: User, dev: User, payments: Any, policy: Any, as_person: Callable[[User], Client]
    ) -> None:
        secret = factories.published(
            "sop", "SOP-0008", author=ana, reviewer=ben, audience="teams", audience_teams=["policy"]
        )
        item = retiring.start_retirement(secret, actor=ana)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        for url in ("/sops/SOP-0008", "/sops/SOP-0008/history", "/sops?standing=retired"):
            page = as_person(dev).get(url)
            assert "SOP-0008" not in page.content.decode() or page.status_code == 404

    def test_a_hidden_successor_is_not_named(
        self, refunds: Document, ana: User, ben: User, dev: User, as_person: Callable[[User], Client]
    ) -> None:
        hidden = factories.published(
            "sop", "SOP-0003", author=ana, reviewer=ben, audience="teams", audience_teams=["policy"]
        )
        item = retiring.start_retirement(refunds, actor=ana, superseded_by=hidden)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        assert "SOP-0003" not in as_person(dev).get("/sops/SOP-0001").content.decode()
        assert "SOP-0003" in as_person(ana).get("/sops/SOP-0001").content.decode()

    def test_the_public_is_led_to_what_is_public(self, ana: User, ben: User, client: Client) -> None:
        old, new = (
            factories.published("article", key, author=ana, reviewer=ben, audience="public", title=key)
            for key in ("old-way", "new-way")
        )
        item = retiring.start_retirement(old, actor=ana, superseded_by=new)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        page = client.get(old_url("old-way"))
        assert page.status_code == 200
        assert "new-way" in page.content.decode()

    def test_the_public_meets_nothing_where_nothing_public_follows(
        self, ana: User, ben: User, client: Client
    ) -> None:
        old = factories.published("article", "old-way", author=ana, reviewer=ben, audience="public")
        item = retiring.start_retirement(old, actor=ana)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        assert client.get(old_url("old-way")).status_code == 404

    def test_lists_leave_it_out_unless_asked(
        self, retired: Change, dev: User, as_person: Callable[[User], Client]
    ) -> None:
        browser = as_person(dev)
        shown = {
            standing: [row.key for row in browser.get(f"/sops?standing={standing}").context["listing"].rows]
            for standing in ("", "retired", "all", "in_force")
        }
        assert shown == {
            "": ["SOP-0002"],
            "retired": ["SOP-0001"],
            "all": ["SOP-0001", "SOP-0002"],
            "in_force": ["SOP-0002"],
        }

    def test_references_to_it_are_found(self, retired: Change, newer: Document, ana: User) -> None:
        item = editing.start_change(newer, actor=ana)
        body = "## Go\n\nSee [[sop:SOP-0001]].\n"
        item = editing.save_draft(item, revision=item.revision, actor=ana, body=body)
        assert any("retired" in finding.message for finding in checks.findings(item.change))

    def test_a_chain_of_successors_leads_to_its_end(
        self, retired: Change, refunds: Document, newer: Document, ana: User, ben: User
    ) -> None:
        last = factories.published("sop", "SOP-0004", author=ana, reviewer=ben)
        item = retiring.start_retirement(newer, actor=ana, superseded_by=last)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        ended = retiring.retirement_of(refunds)
        assert ended is not None
        follows = retiring.successor_for(ended, ana)
        assert follows is not None
        assert follows.key == "SOP-0004"

    def test_restoring_a_version_brings_it_back(
        self,
        retired: Change,
        refunds: Document,
        ana: User,
        ben: User,
        dev: User,
        as_person: Callable[[User], Client],
    ) -> None:
        item = editing.restore(refunds.versions.get(number=1), actor=ana)
        assert (item.base_version, "14 days" in item.body) == (None, True)
        publishing.publish(approved_item(item, ana, ben), actor=ben)
        assert refunds.versions.in_force().get().number == 2
        page = as_person(dev).get("/sops/SOP-0001").content.decode()
        assert "Retired on" not in page


class TestPages:
    """The two clicks to a retirement."""

    def test_from_the_document(
        self, refunds: Document, newer: Document, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        browser = as_person(ana)
        assert "/sops/SOP-0001/retire" in browser.get("/sops/SOP-0001").content.decode()
        page = browser.post("/sops/SOP-0001/retire", {"superseded_by": newer.pk, "note": NOTE})
        item = ChangeItem.objects.get(retires=True)
        assert page.headers["Location"] == f"/changes/{item.change_id}"
        shown = browser.get(page.headers["Location"]).content.decode()
        assert "This change retires SOP-0001" in shown
        assert NOTE in shown

    def test_from_a_change(
        self, draft: ChangeItem, newer: Document, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        browser, url = as_person(ana), f"/changes/{draft.change_id}/items/{draft.pk}/retire"
        assert browser.get(url).status_code == 200
        sent = {"revision": draft.revision, "superseded_by": newer.pk, "note": NOTE}
        assert browser.post(url, sent).status_code == 302
        stale = browser.post(url, sent)
        assert stale.status_code == 409
        assert NOTE in stale.content.decode()
        item = ChangeItem.objects.get(pk=draft.pk)
        assert browser.post(url, {**sent, "revision": item.revision, "keep": "1"}).status_code == 302
        assert not ChangeItem.objects.get(pk=draft.pk).retires

    def test_a_successor_out_of_nowhere_is_refused(
        self, refunds: Document, ana: User, as_person: Callable[[User], Client]
    ) -> None:
        page = as_person(ana).post("/sops/SOP-0001/retire", {"superseded_by": "999999"})
        assert page.status_code == 422
        assert not ChangeItem.objects.filter(retires=True).exists()


def old_url(key: str) -> str:
    return kind_of("article").url("read", key)
