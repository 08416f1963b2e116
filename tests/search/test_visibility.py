"""Who may not read something learns nothing of it: not from results, counts, corrections or suggestions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.search.searching import search
from tests import factories
from tests.search.conftest import Publish, found

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


@pytest.fixture
def teams_only(publish: Publish, harbor_payments: Any) -> None:
    publish(
        "SOP-0001", "Chargeback playbook", "## Zanzibar\n\nThe zanzibarian exception.\n",
        audience="teams", audience_teams=[harbor_payments.slug],
    )  # fmt: skip


@pytest.mark.usefixtures("teams_only")
def test_only_the_named_team_and_the_policy_team_find_what_is_for_a_team(
    dev: User, eve: User, ana: User
) -> None:
    assert found("zanzibarian", eve) == ["SOP-0001"]
    assert found("zanzibarian", ana) == ["SOP-0001"]
    assert found("zanzibarian", dev) == []
    assert found("zanzibarian", NOBODY) == []


@pytest.mark.usefixtures("teams_only")
@pytest.mark.parametrize(
    "typed", ["zanzibarian", "SOP-0001", "sop 1", "chargeback playbook", "zanzib", "zanzibarain"]
)
def test_nothing_tells_another_team_that_it_is_there(typed: str, dev: User, as_person: Any) -> None:
    results = search(typed, viewer=dev)
    assert not results.documents
    assert not results.counts
    assert results.respelt is None
    assert not results.also
    for page in ("search:page", "search:suggest"):
        body = as_person(dev).get(reverse(page), {"q": typed}).content.decode()
        assert "SOP-0001" not in body.replace(typed, "")
        assert "exception" not in body


@pytest.mark.usefixtures("teams_only")
def test_counts_leave_out_what_is_hidden(publish: Publish, dev: User, eve: User) -> None:
    publish("SOP-0002", "Chargeback for all", "## Step\n\nChargeback.\n")
    assert search("chargeback", viewer=dev).total == 1
    assert search("chargeback", viewer=eve).total == 2


def test_anonymous_people_find_what_is_public_only(publish: Publish, client: Any) -> None:
    publish("SOP-0001", "Refund rule", "## Step\n\nRefund inside.\n")
    publish("refunds", "How refunds work", "## You\n\nRefund for you.\n", kind="article", audience="public")
    assert found("refund", NOBODY) == ["refunds"]
    body = client.get(reverse("search:page"), {"q": "refund"}).content.decode()
    assert "How <mark>refunds</mark> work" in body
    assert "SOP-0001" not in body
    assert "Ben Okafor" not in body


def test_a_scheduled_version_is_found_from_its_minute_on_without_a_job(
    publish: Publish, ana: User, ben: User, dev: User
) -> None:
    start = timezone.now() + timedelta(days=3)
    document = publish("SOP-0001", "Refunds", "## Window\n\nFourteen days.\n")
    item = editing.start_change(document, actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body="## Window\n\nThirty days.\n")
    change = reviewing.propose(item.change, actor=ana)
    change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    publishing.schedule(change, at=start, actor=ben)
    for viewer in (ana, dev):
        assert found("thirty", viewer) == []
        assert found("thirty", viewer, at=start - timedelta(seconds=1)) == []
        assert found("fourteen", viewer, at=start - timedelta(seconds=1)) == ["SOP-0001"]
        assert found("thirty", viewer, at=start) == ["SOP-0001"]
        assert found("fourteen", viewer, at=start) == []


def test_what_was_superseded_is_found_no_longer(publish: Publish, ana: User, ben: User, dev: User) -> None:
    now = timezone.now()
    versions = [
        factories.past(ana, ben, body="## Window\n\nFourteen days.\n", since=now - timedelta(days=9)),
        factories.past(ana, ben, body="## Window\n\nThirty days.\n", since=now - timedelta(days=1)),
    ]
    publish("SOP-0001", "", "", versions=versions)
    assert found("fourteen", dev) == []
    assert found("thirty", dev) == ["SOP-0001"]
