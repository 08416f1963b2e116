"""An SOP in force, and a change of it on the way."""

from __future__ import annotations

import pytest

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
