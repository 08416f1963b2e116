"""Which texts have to be read, by whom, and since when: derived from changes and people as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents import describing, editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem, Document, Transition
from sopdesk.readership import closing, confirming, following, opening, planning
from sopdesk.readership.days import today
from sopdesk.readership.models import Followed, MustRead
from sopdesk.readership.reading import reading_of
from tests import factories
from tests.readership.conftest import TEXT, edited, in_days

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]


def asked_of(person: User) -> list[str]:
    rows = MustRead.objects.live().for_reader(person).unread_by(person)
    return list(rows.values_list("document__key", flat=True))


def read(row: MustRead, person: User) -> None:
    confirming.confirm(row, reader=person, seen_hash=reading_of(row, person).hash)


def test_a_material_change_is_asked_of_agents_and_leads(
    must_read: MustRead, ana: User, dev: User, eve: User, finn: User, gia: User
) -> None:
    assert [asked_of(person) for person in (dev, eve, finn)] == [["SOP-0001"]] * 3
    assert asked_of(ana) == asked_of(gia) == []
    assert must_read.due_on == today() + timedelta(days=7)
    assert Entry.objects.filter(event="must_read:opened").count() == 1


def test_an_editorial_change_asks_nobody(draft: ChangeItem, publish: Step, ana: User, dev: User) -> None:
    change = draft.change
    describing.describe_change(
        change, actor=ana, title=change.title, why="", material=False, revision=change.revision
    )
    publish(change)
    assert asked_of(dev) == []


def test_a_label_is_not_asked(publish: Step, ana: User, ben: User, dev: User) -> None:
    label = factories.published("label", "refund", author=ana, reviewer=ben)
    publish(edited(label, ana, "When money is asked for.").change)
    assert asked_of(dev) == []


def test_named_teams_alone_are_asked(
    refunds: Document, publish: Step, ana: User, dev: User, eve: User
) -> None:
    teams = ["harbor-payments"]
    publish(edited(refunds, ana, "New.", audience="teams", audience_teams=teams).change)
    assert (asked_of(eve), asked_of(dev)) == (["SOP-0001"], [])


def test_a_new_agent_gets_what_is_still_due_and_a_leaver_drops_out(
    must_read: MustRead, payments: Team, dev: User
) -> None:
    new = factories.user("New Agent", "agent", team=payments)
    assert asked_of(new) == ["SOP-0001"]
    MustRead.objects.update(due_on=today() - timedelta(days=1))
    User.objects.filter(pk=dev.pk).update(created_at=in_days(-9))
    dev.refresh_from_db()
    assert (asked_of(dev), asked_of(new)) == (["SOP-0001"], [])
    dev.is_active = False
    assert asked_of(dev) == []


def test_a_change_of_team_changes_what_is_asked(
    refunds: Document, publish: Step, ana: User, dev: User, harbor_payments: Team
) -> None:
    teams = ["harbor-payments"]
    publish(edited(refunds, ana, "New.", audience="teams", audience_teams=teams).change)
    dev.team = harbor_payments
    assert asked_of(dev) == ["SOP-0001"]


def test_a_later_material_change_replaces_an_earlier_one(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, dev: User
) -> None:
    publish(edited(refunds, ana, TEXT.replace("14 days", "60 days")).change)
    rows = MustRead.objects.live().for_reader(dev)
    assert len(rows) == 1
    assert rows[0] != must_read
    before = reading_of(rows[0], dev).before
    assert before is not None
    assert before.number == 1, "the one replaced unread counts: v1 is what they know"


def test_what_was_confirmed_is_what_the_next_one_is_compared_with(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, dev: User
) -> None:
    read(must_read, dev)
    publish(edited(refunds, ana, TEXT.replace("14 days", "60 days")).change)
    [row] = MustRead.objects.live().for_reader(dev).unread_by(dev)
    reading = reading_of(row, dev)
    assert reading.before is not None
    assert (reading.before.number, reading.is_confirmed) == (2, True)


def test_a_later_editorial_change_is_read_with_it(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, dev: User
) -> None:
    item = edited(refunds, ana, TEXT.replace("14 days", "thirty days"))
    planning.plan(item.change, actor=ana, asks="no")
    publish(item.change)
    [row] = MustRead.objects.live().for_reader(dev)
    assert row == must_read
    assert reading_of(row, dev).number == 3


def test_only_what_changed_is_shown(must_read: MustRead, dev: User) -> None:
    reading = reading_of(must_read, dev)
    assert [part.difference.anchor for part in reading.parts] == ["verify"]
    assert "30 days" in reading.parts[0].html
    assert "Give it back" not in reading.parts[0].html


def test_it_may_be_read_ahead_only_when_the_plan_says_so(
    draft: ChangeItem, approve: Step, ana: User, dev: User
) -> None:
    approve(draft.change)
    assert asked_of(dev) == []
    planning.plan(draft.change, actor=ana, early=True)
    [row] = MustRead.objects.live().for_reader(dev)
    reading = reading_of(row, dev)
    assert (reading.in_force, reading.number) == (False, None)
    assert "30 days" in reading.parts[0].html


def test_reading_ahead_counts_when_it_comes_in_force(
    draft: ChangeItem, approve: Step, ana: User, ben: User, dev: User
) -> None:
    planning.plan(draft.change, actor=ana, early=True)
    approve(draft.change)
    [row] = MustRead.objects.live().for_reader(dev)
    read(row, dev)
    publishing.publish(draft.change, actor=ben)
    following.follow_all()
    assert asked_of(dev) == []
    assert MustRead.objects.live().count() == 1


def test_a_text_that_was_edited_after_reading_ahead_has_to_be_read_again(
    draft: ChangeItem, approve: Step, ana: User, dev: User
) -> None:
    planning.plan(draft.change, actor=ana, early=True)
    approve(draft.change)
    [row] = MustRead.objects.live().for_reader(dev)
    read(row, dev)
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=ana, body=TEXT.replace("14", "45"))
    assert MustRead.objects.live().count() == 0, "nobody reads what is being edited"
    change = Change.objects.get(pk=draft.change_id)
    reviewing.approve(
        change, actor=User.objects.get(name="Ben Okafor"), seen_hash=reviewing.current_hash(change)
    )
    following.follow_all()
    assert asked_of(dev) == ["SOP-0001"]


def test_a_scheduled_change_is_due_on_its_day(draft: ChangeItem, approve: Step, ana: User, ben: User) -> None:
    planning.plan(draft.change, actor=ana, early=True)
    approve(draft.change)
    MustRead.objects.all().delete()
    publishing.schedule(draft.change, at=in_days(3), actor=ben)
    following.follow_all()
    [row] = MustRead.objects.live()
    assert row.due_on == timezone.localdate(in_days(3))
    publishing.unschedule(draft.change, actor=ben)
    assert MustRead.objects.live().count() == 1, "it is approved still"


def test_asking_twice_opens_once(must_read: MustRead) -> None:
    assert opening.open_for(must_read.change) == []
    assert MustRead.objects.count() == 1


def test_beat_finds_what_the_hook_missed(draft: ChangeItem, approve: Step, ben: User, dev: User) -> None:
    publishing.publish(approve(draft.change), actor=ben)
    assert asked_of(dev) == [], "in a test no transaction commits, so the hook is lost"
    assert following.follow_all() == 1
    assert asked_of(dev) == ["SOP-0001"]
    assert following.follow_all() == 0
    assert Followed.objects.count() == Transition.objects.count()


def test_a_step_that_fails_holds_up_no_other(
    draft: ChangeItem, approve: Step, ana: User, ben: User, dev: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    second = edited(other, ana, "Other.").change
    for change in (approve(draft.change), approve(second)):
        publishing.publish(change, actor=ben)
    open_for = opening.open_for

    def failing(change: Change) -> list[MustRead]:
        if change.pk == draft.change_id:
            raise RuntimeError("no")
        return open_for(change)

    with monkeypatch.context() as patched:
        patched.setattr(opening, "open_for", failing)
        following.follow_all()
    assert asked_of(dev) == ["SOP-0002"]
    following.follow_all()
    assert sorted(asked_of(dev)) == ["SOP-0001", "SOP-0002"], "it is tried again"


def test_a_closed_one_is_asked_of_nobody(must_read: MustRead, ana: User, ben: User, dev: User) -> None:
    with pytest.raises(ChangeRefused):
        closing.close(must_read, actor=ana, why=" ")
    closing.close(must_read, actor=ana, why="The campaign is over.")
    assert asked_of(dev) == []
    assert Entry.objects.filter(event="must_read:closed").count() == 1
    with pytest.raises(ChangeRefused):
        closing.move(must_read, actor=ana, due_on=today())


def test_a_due_date_can_be_moved_but_not_into_the_past(must_read: MustRead, ana: User) -> None:
    with pytest.raises(ChangeRefused):
        closing.move(must_read, actor=ana, due_on=today() - timedelta(days=1))
    moved = closing.move(must_read, actor=ana, due_on=today() + timedelta(days=30))
    assert moved.due_on == today() + timedelta(days=30)
    assert Entry.objects.latest("number").event == "must_read:moved"


def test_publishing_opens_at_once(
    draft: ChangeItem, approve: Step, ben: User, dev: User, django_capture_on_commit_callbacks: Any
) -> None:
    change = approve(draft.change)
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish(change, actor=ben)
    assert asked_of(dev) == ["SOP-0001"]


def test_a_later_edit_that_narrows_the_audience_narrows_who_is_asked(
    must_read: MustRead, refunds: Document, publish: Step, ana: User, dev: User, eve: User
) -> None:
    item = edited(refunds, ana, TEXT, audience="teams", audience_teams=["payments"])
    planning.plan(item.change, actor=ana, asks="no")
    publish(item.change)
    assert (asked_of(dev), asked_of(eve)) == (["SOP-0001"], [])


def test_a_document_that_ended_asks_nobody(must_read: MustRead, refunds: Document, dev: User) -> None:
    version = refunds.versions.get(number=2)
    version.in_force = DateTimeTZRange(version.since, in_days(1))
    version.save(update_fields=["in_force"])
    assert MustRead.objects.live().for_reader(dev).count() == 1
    assert MustRead.objects.live(in_days(2)).for_reader(dev).count() == 0


def test_what_several_documents_of_a_change_ask_is_opened_together(
    draft: ChangeItem, publish: Step, ana: User, ben: User, dev: User
) -> None:
    macro = factories.published("macro", "refund", author=ana, reviewer=ben, body="Hello.\n")
    item = editing.add_document(draft.change, macro, actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Hello there.\n")
    publish(draft.change)
    assert sorted(asked_of(dev)) == ["SOP-0001", "refund"]
    [entry] = Entry.objects.filter(event="must_read:opened")
    assert len(entry.facts["documents"]) == 2
