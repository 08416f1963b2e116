"""What is compared with what: readers see only of texts that were theirs what changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.documents import describing
from sopdesk.documents.models import Change, Document, Version
from sopdesk.readership import confirming, planning
from sopdesk.readership.models import MustRead
from sopdesk.readership.reading import Reading, reading_of
from tests import factories
from tests.readership.conftest import edited

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
PAYMENTS = {"audience": "teams", "audience_teams": ["payments"]}
EVERYBODY: dict[str, Any] = {"audience": "internal", "audience_teams": []}


@pytest.fixture
def secret(ana: User, ben: User) -> Document:
    """SOP-0009, in force for the team Payments alone."""
    body = "## Limits {#limits}\n\nUp to SECRET.\n"
    return factories.published(
        "sop", "SOP-0009", author=ana, reviewer=ben, title="Hidden", body=body, **PAYMENTS
    )


@pytest.fixture
def opened(secret: Document, ana: User) -> Change:
    """A draft of it that is for everybody."""
    body = "## Limits {#limits}\n\nUp to a hundred.\n"
    return titled(edited(secret, ana, body, title="Limits", **EVERYBODY).change, ana)


def titled(change: Change, author: User) -> Change:
    """The change under words of its own, which its readers get to see."""
    values = {"title": "Say how much", "why": "", "material": True, "revision": change.revision}
    return describing.describe_change(change, actor=author, **values)


def read_by(person: User) -> Reading:
    [row] = MustRead.objects.live().for_reader(person).unread_by(person)
    return reading_of(row, person)


def test_a_text_that_was_for_others_is_new(
    opened: Change, publish: Step, dev: User, eve: User, as_person: Callable[[User], Client]
) -> None:
    publish(opened)
    found = read_by(eve)
    assert (found.before, found.fields, found.parts) == (None, (), ())
    page = as_person(eve).get(f"/must-read/{found.must_read.pk}").content.decode()
    assert "new: read it in full" in page
    for hidden in ("SECRET", "Hidden", "payments", "v1"):
        assert hidden not in page
    assert read_by(dev).before == Version.objects.get(document__key="SOP-0009", number=1)


def test_the_same_of_a_text_that_is_read_ahead(
    opened: Change, approve: Step, ana: User, dev: User, eve: User
) -> None:
    planning.plan(opened, actor=ana, early=True)
    approve(opened)
    assert read_by(eve).before is None
    assert read_by(dev).before is not None


def test_it_is_compared_with_the_last_one_that_was_theirs(
    refunds: Document, publish: Step, ana: User, dev: User, eve: User
) -> None:
    publish(edited(refunds, ana, "SECRET.", **PAYMENTS).change)
    publish(edited(refunds, ana, "For all again.", **EVERYBODY).change)
    before = read_by(eve).before
    assert before is not None
    assert before.number == 1


def test_what_was_confirmed_in_another_team_is_not_shown_again(
    opened: Change, secret: Document, publish: Step, ana: User, dev: User, eve: User
) -> None:
    publish(edited(secret, ana, "SECRET, still.").change)
    [row] = MustRead.objects.live().for_reader(dev)
    confirming.confirm(row, reader=dev, seen_hash=reading_of(row, dev).hash)
    User.objects.filter(pk=dev.pk).update(team=eve.team)
    moved = User.objects.get(pk=dev.pk)
    publish(edited(secret, ana, "For all.", **EVERYBODY).change)
    assert read_by(moved).before is None
