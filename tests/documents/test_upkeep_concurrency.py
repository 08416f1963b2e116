"""Upkeep by several people at once, on real Postgres."""

from __future__ import annotations

import pytest

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.audit.recording import faults
from sopdesk.documents import handing_over, publishing, verifying
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, Document, HandOver, Verification
from tests import factories
from tests.documents.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_verification_and_a_publication_at_once_never_verify_the_unseen(
    approved: Change, refunds: Document, ben: User
) -> None:
    looked_at = refunds.versions.in_force().get()

    def verb(index: int) -> object:
        if index == 0:
            return publishing.publish(approved, actor=ben)
        return verifying.verify(refunds, actor=ben, version=looked_at)

    at_once(2, verb)
    assert refunds.versions.in_force().get().number == 2
    assert {said.version_id for said in Verification.objects.all()} <= {looked_at.pk}
    refunds.refresh_from_db()
    since = refunds.versions.in_force().get().since
    assert since is not None
    assert refunds.review_by is not None
    assert refunds.review_by >= since.date()
    assert list(faults()) == []


def test_two_take_one_verification_back_and_one_is_told(refunds: Document, ben: User) -> None:
    said = verifying.verify(refunds, actor=ben, version=refunds.versions.in_force().get())
    results = at_once(2, lambda _: verifying.take_back(said, actor=ben))
    assert sum(isinstance(result, ChangeRefused) for result in results) == 1
    assert Entry.objects.filter(event="document:verification_undone").count() == 1


def test_two_hand_over_the_same_and_one_wins(refunds: Document, ana: User, ben: User, hal: User) -> None:
    ines = factories.user("Ines Duarte", "author")
    heirs = (ben, ines)
    results = at_once(2, lambda index: handing_over.hand_over(ana, to={"kind:sop": heirs[index]}, actor=hal))
    assert sum(isinstance(result, ChangeRefused) for result in results) == 1
    given = HandOver.objects.get()
    refunds.refresh_from_db()
    assert given.moved[0]["to"] == refunds.owner_id
