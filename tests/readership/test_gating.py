"""The cut-over gate: publishes an approved change when its readers are ready, once, and never anything else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem, ReviewRule, Version
from sopdesk.readership import confirming, gating, planning, tasks
from sopdesk.readership.models import Gate, MustRead
from sopdesk.readership.reading import reading_of
from sopdesk.readership.waiting import standing_of
from tests import factories
from tests.readership.conftest import edited, in_days

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]


@pytest.fixture
def agents(harbor_payments: Team, payments: Team) -> list[User]:
    """Ten agents at the vendor Harbor, and two of our own."""
    own = [factories.user(f"Own {n}", "agent", team=payments) for n in range(2)]
    return [*(factories.user(f"Agent {n}", "agent", team=harbor_payments) for n in range(10)), *own]


@pytest.fixture
def gated(draft: ChangeItem, approve: Step, ana: User, agents: list[User]) -> Change:
    gate(draft.change, ana)
    return approve(draft.change)


def gate(change: Change, actor: User, **values: Any) -> Gate:
    filled: dict[str, Any] = {"share": 90, "by": "vendor", "latest": in_days(5), **values}
    return gating.set_gate(change, actor=actor, **filled)


def read(people: list[User]) -> None:
    for person in people:
        [row] = MustRead.objects.live().for_reader(person)
        confirming.confirm(row, reader=person, seen_hash=reading_of(row, person).hash)


def state(change: Change) -> str:
    return Change.objects.get(pk=change.pk).state


def test_it_opens_when_nine_of_ten_have_read_it(gated: Change, agents: list[User], ana: User) -> None:
    read(agents[:8])
    tasks.settle()
    assert state(gated) == "approved"
    read(agents[8:9])
    tasks.settle()
    assert state(gated) == "published"
    released = Entry.objects.get(event="change:published")
    opened = Entry.objects.get(event="gate:opened")
    assert (released.actor_name, opened.actor_name) == ("Ana Lim", "cut-over gate")
    assert opened.facts["standing"] == {"Harbor": "9/10"}
    assert MustRead.objects.live().for_reader(agents[0]).unread_by(agents[0]).count() == 0


def test_it_opens_at_the_latest_moment_however_few_have_read_it(
    gated: Change, past_latest: Callable[[], None]
) -> None:
    past_latest()
    tasks.settle()
    assert state(gated) == "published"
    assert Entry.objects.get(event="gate:opened").facts["at_the_latest"] is True


@pytest.fixture
def past_latest() -> Callable[[], None]:
    return lambda: Gate.objects.update(latest=in_days(-1), not_before=None) and None


def test_it_does_not_open_before_its_earliest_moment(
    draft: ChangeItem, approve: Step, ana: User, agents: list[User]
) -> None:
    gate(draft.change, ana, not_before=in_days(1))
    approve(draft.change)
    read(agents[:10])
    tasks.settle()
    assert state(draft.change) == "approved"
    assert standing_of(Gate.objects.get(), in_days(2)).may_open


def test_with_no_vendor_to_count_it_waits_for_the_latest_moment(
    draft: ChangeItem, approve: Step, ana: User, dev: User
) -> None:
    gate(draft.change, ana)
    approve(draft.change)
    tasks.settle()
    assert state(draft.change) == "approved"
    assert standing_of(Gate.objects.get()).groups == ()


@pytest.mark.parametrize(("by", "names"), [("site", ["Dublin", "Harbor"]), ("everybody", ["everybody"])])
def test_it_counts_by_what_it_was_set_by(
    draft: ChangeItem, approve: Step, ana: User, agents: list[User], by: str, names: list[str]
) -> None:
    gate(draft.change, ana, by=by)
    approve(draft.change)
    read(agents[:10])
    standing = standing_of(Gate.objects.get())
    assert [group.name for group in standing.groups] == names
    assert not standing.is_reached


def test_what_is_gated_cannot_be_published_past_it(gated: Change, ben: User) -> None:
    with pytest.raises(ChangeRefused, match="gate"):
        publishing.publish(gated, actor=ben)
    with pytest.raises(ChangeRefused, match="gate"):
        publishing.schedule(gated, at=in_days(2), actor=ben)
    assert state(gated) == "approved"


def test_a_closed_gate_takes_the_signatures_that_a_rule_asks_for_since(
    gated: Change, carla: User, past_latest: Callable[[], None]
) -> None:
    ReviewRule.objects.create(kind="sop", functions=["legal"])
    reviewing.approve(gated, actor=carla, seen_hash=reviewing.current_hash(gated), functions=["legal"])
    past_latest()
    tasks.settle()
    assert (state(gated), Gate.objects.get().trouble) == ("published", "")


def test_a_failing_gate_holds_up_no_other(
    gated: Change, approve: Step, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    second = edited(other, ana, "Other.").change
    gate(second, ana)
    approve(second)
    Gate.objects.filter(change=gated).update(latest=in_days(-2))
    Gate.objects.filter(change=second).update(latest=in_days(-1))
    publish = publishing.publish

    def failing(change: Change, *, actor: User) -> Change:
        if change.pk == gated.pk:
            raise RuntimeError("the disk is full")
        return publish(change, actor=actor)

    monkeypatch.setattr(publishing, "publish", failing)
    assert gating.try_all() == 1
    assert (state(gated), state(second)) == ("approved", "published")
    trouble = Gate.objects.get(change=gated).trouble
    assert "tries again" in trouble
    assert "disk" not in trouble, "what failed inside is for the log"


def test_overriding_takes_a_reason_that_is_recorded(gated: Change, ben: User, dev: User) -> None:
    with pytest.raises(ChangeRefused):
        gating.override(gated, actor=ben, reason="  ")
    with pytest.raises(PermissionDenied):
        gating.override(gated, actor=dev, reason="Now!")
    gating.override(gated, actor=ben, reason="The law is in force tomorrow.")
    assert state(gated) == "published"
    entry = Entry.objects.get(event="gate:overridden")
    assert (entry.actor_name, entry.facts["reason"]) == ("Ben Okafor", "The law is in force tomorrow.")
    assert Entry.objects.filter(event="gate:opened").count() == 0
    with pytest.raises(ChangeRefused):
        gating.override(gated, actor=ben, reason="Again.")


def test_a_refused_override_changes_nothing(gated: Change, draft: ChangeItem, ana: User, ben: User) -> None:
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Something else.")
    with pytest.raises(ChangeRefused):
        gating.override(gated, actor=ben, reason="It is urgent.")
    found = Gate.objects.get()
    assert (found.overridden_by, found.opened_at) == (None, None)


def test_an_approval_that_no_longer_stands_is_never_published(
    gated: Change, draft: ChangeItem, ana: User, past_latest: Callable[[], None]
) -> None:
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=ana, body="Something else.")
    past_latest()
    tasks.settle()
    assert state(gated) == "in_review"
    assert Version.objects.filter(number=2).count() == 0


def test_whoever_set_it_must_still_be_allowed_to_publish(
    gated: Change, ana: User, past_latest: Callable[[], None]
) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    past_latest()
    tasks.settle()
    assert state(gated) == "approved"
    assert "change:publish" in Gate.objects.get().trouble
    User.objects.filter(pk=ana.pk).update(is_active=True)
    tasks.settle()
    assert state(gated) == "published"


def test_what_cannot_be_set_is_refused(draft: ChangeItem, ana: User, dev: User) -> None:
    with pytest.raises(PermissionDenied):
        gate(draft.change, dev)
    with pytest.raises(ChangeRefused):
        gate(draft.change, ana, latest=in_days(-1))
    with pytest.raises(ChangeRefused):
        gate(draft.change, ana, not_before=in_days(9))
    planning.plan(draft.change, actor=ana, asks="no")
    with pytest.raises(ChangeRefused):
        gate(draft.change, ana)
    assert not Gate.objects.exists()


def test_taken_off_it_holds_nothing(gated: Change, ana: User, ben: User) -> None:
    gating.remove_gate(gated, actor=ana)
    publishing.publish(gated, actor=ben)
    assert state(gated) == "published"
    with pytest.raises(ChangeRefused):
        gating.remove_gate(gated, actor=ana)
    assert Entry.objects.filter(event="gate:removed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_publish_once(gated: Change, past_latest: Callable[[], None]) -> None:
    past_latest()
    barrier = Barrier(4)

    def scheduler(_index: int) -> int:
        try:
            barrier.wait(timeout=20)
            return gating.try_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        opened = sum(pool.map(scheduler, range(4)))
    assert opened == 1
    assert Version.objects.filter(number=2).count() == 1
    assert Entry.objects.filter(event="gate:opened").count() == 1
    assert isinstance(Gate.objects.get().opened_at, datetime)
