"""Watching: one letter and a line on the desk for those who asked, and for owners unless they said no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopdesk.accounts.models import User
from sopdesk.documents import publishing
from sopdesk.documents.models import Change, ChangeItem, Document, Retirement
from sopdesk.letters.models import Letter
from sopdesk.readership import following, own, watching
from sopdesk.readership.models import Watch
from tests import factories
from tests.readership.conftest import edited, in_days

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]


def told(person: User) -> list[str]:
    return list(
        Letter.objects.filter(to=person.email, key__startswith="watch:").values_list("subject", flat=True)
    )


def test_watchers_hear_once_when_it_comes_in_force(
    draft: ChangeItem, refunds: Document, publish: Step, ben: User, dev: User, eve: User
) -> None:
    for _time in range(2):
        watching.watch(refunds, actor=dev)
    publish(draft.change)
    following.follow_all()
    assert told(dev) == ["SOP-0001: v2 is in force"]
    assert told(eve) == []
    assert told(ben) == [], "whoever published it knows"
    assert [line.key for line in own.watched_news(dev)] == ["SOP-0001"]
    assert own.watched_news(eve) == []


def test_an_owner_watches_unless_they_said_no(
    draft: ChangeItem, refunds: Document, publish: Step, ana: User
) -> None:
    assert watching.is_watching(ana, refunds)
    publish(draft.change)
    assert told(ana) == ["SOP-0001: v2 is in force"]
    watching.stop(refunds, actor=ana)
    assert not watching.is_watching(ana, refunds)
    publish(edited(refunds, ana, "Again.").change)
    assert len(told(ana)) == 1
    assert list(watching.watched_by(ana)) == []


def test_what_is_scheduled_is_told_to_writers_alone(
    draft: ChangeItem, refunds: Document, approve: Step, ana: User, ben: User, dev: User
) -> None:
    watching.watch(refunds, actor=dev)
    publishing.schedule(approve(draft.change), at=in_days(2), actor=ben)
    following.follow_all()
    assert told(ana) == ["SOP-0001: v2 is scheduled"]
    assert told(dev) == []
    assert [line.number for line in own.watched_news(ana)] == [2, 1]
    assert [line.number for line in own.watched_news(dev)] == [1]


def test_who_may_not_read_the_new_version_hears_nothing(
    refunds: Document, publish: Step, ana: User, eve: User
) -> None:
    watching.watch(refunds, actor=eve)
    publish(edited(refunds, ana, "New.", audience="teams", audience_teams=["payments"]).change)
    assert told(eve) == []
    assert list(watching.watched_by(eve)) == []


def test_a_retirement_is_told(
    draft: ChangeItem, refunds: Document, approve: Step, ana: User, ben: User, dev: User
) -> None:
    watching.watch(refunds, actor=dev)
    change = publishing.publish(approve(draft.change), actor=ben)
    version = refunds.versions.get(number=2)
    after = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    Retirement.objects.create(
        document=refunds, change=change, version=version, at=in_days(0), superseded_by=after
    )
    following.follow_all()
    letter = Letter.objects.get(to=dev.email, subject="SOP-0001: retired")
    assert "superseded by SOP-0002" in letter.body


def test_a_retirement_is_told_as_far_as_the_watcher_may_see(
    refunds: Document, approve: Step, ana: User, ben: User, dev: User, eve: User
) -> None:
    for person in (dev, eve):
        watching.watch(refunds, actor=person)
    narrow = {"audience": "teams", "audience_teams": ["payments"]}
    for number, content in ((2, {}), (3, narrow)):
        after = factories.published("sop", f"SOP-000{number}", author=ana, reviewer=ben, **narrow)
        change = publishing.publish(approve(edited(refunds, ana, f"v{number}.", **content).change), actor=ben)
        version = refunds.versions.get(number=number)
        Retirement.objects.create(
            document=refunds, change=change, version=version, at=in_days(0), superseded_by=after
        )
        following.follow_all()
    bodies = {
        person: [row.body for row in Letter.objects.filter(to=person.email, subject__endswith="retired")]
        for person in (dev, eve)
    }
    assert ["superseded by SOP-000" in body for body in bodies[dev]] == [True, True]
    assert len(bodies[eve]) == 1, "the last text was not for her"
    assert "SOP-0002" not in bodies[eve][0]


def test_writing_to_many_watchers_asks_no_more_than_to_one(
    draft: ChangeItem, refunds: Document, publish: Step, dev: User
) -> None:
    publish(draft.change)
    version = refunds.versions.get(number=2)
    costs = []
    for more in (1, 6):
        for _number in range(more):
            watching.watch(refunds, actor=factories.user("", "agent", team=dev.team))
        with CaptureQueriesContext(connection) as asked:
            watching._may_hear(watching.watchers_of(refunds), version, begun=True)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_only_staff_watch(refunds: Document, dev: User) -> None:
    dev.is_active = False
    with pytest.raises(PermissionDenied):
        watching.watch(refunds, actor=dev)
    assert not Watch.objects.exists()


def test_watching_by_the_page(refunds: Document, dev: User, as_person: Any) -> None:
    browser = as_person(dev)
    assert "Watch for new versions" in browser.get("/sops/SOP-0001").content.decode()
    assert browser.post(f"/documents/{refunds.pk}/watch").status_code == 302
    assert "Stop watching" in browser.get("/sops/SOP-0001").content.decode()
    assert "SOP-0001" in browser.get("/must-read/watching").content.decode()
    browser.post(f"/documents/{refunds.pk}/unwatch", {"list": "1"})
    assert "You watch nothing yet" in browser.get("/must-read/watching").content.decode()
