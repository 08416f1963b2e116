"""An SOP in force, and a change of it on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Document
from tests import factories


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    """SOP-0001, v1 in force since yesterday, by Ana and Ben."""
    return factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, title="Refunds", body="## Verify\n\nWithin 14 days.\n"
    )


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    """Ana's draft: 14 days become 30."""
    item = editing.start_change(refunds, actor=ana)
    return editing.save_draft(
        item, revision=item.revision, actor=ana, body="## Verify\n\nWithin **30 days**.\n"
    )


@pytest.fixture
def proposed(draft: ChangeItem, ana: User) -> Change:
    return reviewing.propose(draft.change, actor=ana)


@pytest.fixture
def approved(proposed: Change, ben: User) -> Change:
    return reviewing.approve(proposed, actor=ben, seen_hash=reviewing.current_hash(proposed))


@pytest.fixture
def in_a_week() -> datetime:
    return timezone.now() + timedelta(days=7)


@pytest.fixture
def versions_of(ana: User, ben: User) -> Callable[[str, int], Document]:
    """Makes an SOP with so many versions, a day each, the last one in force."""

    def made(key: str, number: int) -> Document:
        now = timezone.now()
        days = [now - timedelta(days=number - n) for n in range(number)]
        versions = [factories.past(ana, ben, since=day, body=f"Day {n}.\n") for n, day in enumerate(days)]
        return factories.published("sop", key, author=ana, reviewer=ben, versions=versions)

    return made
