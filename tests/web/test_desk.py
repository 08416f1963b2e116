"""The desk: each person finds what waits for them, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.models import Change, Document
from sopdesk.web import desk
from tests import factories

pytestmark = pytest.mark.django_db
AsPerson = Callable[[User], Client]


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    return factories.published("sop", "SOP-0001", author=ana, reviewer=ben, title="Refunds")


@pytest.fixture
def proposed(refunds: Document, ana: User) -> Change:
    item = editing.start_change(refunds, actor=ana, title="Thirty days")
    editing.save_draft(item, revision=item.revision, actor=ana, body="Within 30 days.")
    return reviewing.propose(item.change, actor=ana)


def verbs(person: User) -> list[tuple[str, str]]:
    return [(task.verb, task.title) for task in desk.waiting_for(person)]


def test_a_reviewer_is_asked_to_review_what_others_wrote(proposed: Change, ana: User, ben: User) -> None:
    assert verbs(ben) == [("Review", "Thirty days")]
    assert verbs(ana) == []


def test_an_author_is_asked_to_rework_what_came_back(proposed: Change, ana: User, ben: User) -> None:
    reviewing.request_changes(proposed, actor=ben, note="Say since when.")
    assert verbs(ana) == [("Rework", "Thirty days")]
    assert verbs(ben) == []


def test_what_is_approved_waits_to_be_published(proposed: Change, ana: User, ben: User) -> None:
    reviewing.approve(proposed, actor=ben, seen_hash=reviewing.current_hash(proposed))
    assert verbs(ana) == verbs(ben) == [("Publish", "Thirty days")]


def test_an_owner_is_asked_to_verify_what_is_overdue(refunds: Document, ana: User, ben: User) -> None:
    Document.objects.filter(pk=refunds.pk).update(review_by=timezone.localdate() - timedelta(days=1))
    assert [verb for verb, _title in verbs(ana)] == ["Verify"]
    assert verbs(ben) == []


def test_readers_see_what_came_in_force_and_writers_what_is_coming(
    proposed: Change, dev: User, ana: User, ben: User
) -> None:
    change = reviewing.approve(proposed, actor=ben, seen_hash=reviewing.current_hash(proposed))
    publishing.schedule(change, at=timezone.now() + timedelta(days=2), actor=ben)
    now = timezone.now()
    assert [news.key for news in desk.came_in_force(dev, now)] == ["SOP-0001"]
    assert desk.coming(dev, now) == []
    assert [news.key for news in desk.coming(ana, now)] == ["SOP-0001"]


def test_news_for_other_teams_stays_hidden(ana: User, ben: User, dev: User, eve: User) -> None:
    factories.published(
        "sop", "SOP-0002", author=ana, reviewer=ben, audience="teams", audience_teams=["payments"]
    )
    now = timezone.now()
    assert [news.key for news in desk.came_in_force(dev, now)] == ["SOP-0002"]
    assert desk.came_in_force(eve, now) == []


@pytest.mark.parametrize("who", ["ana", "ben", "carla", "dev", "eve", "finn", "gia", "hal"])
def test_everybody_has_a_desk(who: str, cast: dict[str, User], proposed: Change, as_person: AsPerson) -> None:
    answer = as_person(cast[who]).get("/")
    assert answer.status_code == 200
    assert cast[who].get_short_name() in answer.content.decode()


def test_nobody_signed_in_reads_the_help_center(client: Client) -> None:
    assert client.get("/")["Location"] == "/help"


@pytest.mark.parametrize(
    ("hour", "words"), [(3, "evening"), (9, "morning"), (13, "afternoon"), (20, "evening")]
)
def test_the_greeting_goes_by_the_persons_clock(hour: int, words: str, ana: User) -> None:
    assert words in desk.greeting(ana, datetime(2026, 1, 5, hour, tzinfo=UTC))


def test_the_desk_takes_the_same_queries_for_one_task_and_for_many(
    refunds: Document,
    ana: User,
    ben: User,
    as_person: AsPerson,
    django_assert_max_num_queries: Any,
) -> None:
    for n in range(12):
        item = editing.start_change(refunds, actor=ana, title=f"Change {n}")
        editing.save_draft(item, revision=item.revision, actor=ana, body=f"Text {n}.")
        reviewing.propose(item.change, actor=ana)
        factories.published("macro", f"macro-{n}", author=ana, reviewer=ben)
    browser = as_person(ben)
    with django_assert_max_num_queries(16):
        assert browser.get("/").status_code == 200
