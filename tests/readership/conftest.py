"""An SOP in force, a change of it, and people who have to read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import following, questions
from sopdesk.readership.models import MustRead
from tests import factories

TEXT = "Purpose first.\n\n## Verify {#verify}\n\nWithin 14 days.\n\n## Refund {#refund}\n\nGive it back.\n"


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    """SOP-0001, v1 in force since yesterday, by Ana and Ben."""
    return factories.published("sop", "SOP-0001", author=ana, reviewer=ben, title="Refunds", body=TEXT)


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    """Ana's draft: 14 days become 30."""
    return edited(refunds, ana, TEXT.replace("14 days", "30 days"))


@pytest.fixture
def approve(ana: User, ben: User) -> Callable[[Change], Change]:
    """Have a change proposed by Ana and approved by Ben."""

    def approved(change: Change) -> Change:
        change = reviewing.propose(change, actor=ana)
        change = reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
        following.follow_all()
        return change

    return approved


@pytest.fixture
def publish(approve: Callable[[Change], Change], ben: User) -> Callable[[Change], Change]:
    """Have a change approved and published, and what follows for its readers done."""

    def published(change: Change) -> Change:
        change = publishing.publish(approve(change), actor=ben)
        following.follow_all()
        return change

    return published


@pytest.fixture
def must_read(draft: ChangeItem, publish: Callable[[Change], Change]) -> MustRead:
    """The must-read of Ana's published draft."""
    publish(draft.change)
    return MustRead.objects.get(document=draft.document_id)


def edited(document: Document, author: User, body: str, **content: Any) -> ChangeItem:
    """A draft of a document in a change of its own."""
    item = editing.start_change(document, actor=author)
    return editing.save_draft(item, revision=item.revision, actor=author, body=body, **content)


def ask(
    change: Change, document: Document, author: User, words: str = "How many days?", **values: Any
) -> Any:
    """A question with one right answer, the second."""
    choices = [{"text": "14", "right": False}, {"text": "30", "right": True}]
    filled = {
        "anchor": "verify",
        "choices": choices,
        "several": False,
        "explanation": "It says 30.",
        **values,
    }
    return questions.write(change, actor=author, document=document, words=words, **filled)


def in_days(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)
