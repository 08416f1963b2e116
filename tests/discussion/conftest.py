"""A change in review, with a section that is talked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.models import Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import Change, ChangeItem, Document
from tests import factories

BASE = "## Verify {#verify}\n\nAsk for the receipt.\n\n## Refund {#refund}\n\nPaid within 14 days of the order.\n"
DRAFT = BASE.replace("14 days", "**30 days**").replace("the receipt", "the order number")


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    data = {"risk": "medium", "labels": [], "topics": []}
    return factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, title="Refunds", body=BASE, data=data
    )


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    """Ana's: 30 days instead of 14."""
    item = editing.start_change(refunds, actor=ana)
    return editing.save_draft(item, revision=item.revision, actor=ana, body=DRAFT)


@pytest.fixture
def change(draft: ChangeItem, ana: User) -> Change:
    """The same, handed over for review."""
    return reviewing.propose(draft.change, actor=ana)


@pytest.fixture
def about(refunds: Document) -> Callable[..., About]:
    """`about("30 days")`: these words of the section on refunds."""

    def pointed(words: str = "", anchor: str = "refund", **where: Any) -> About:
        return About(refunds, anchor, Quote(words), **where)

    return pointed


@pytest.fixture
def thread(change: Change, ben: User, about: Callable[..., About]) -> Thread:
    """Ben asks about the 30 days."""
    return commenting.open_thread(change, author=ben, body="Why so long?", about=about("30 days"))


@pytest.fixture
def suggestion(change: Change, ben: User, about: Callable[..., About]) -> Thread:
    """Ben would write 21 days."""
    return commenting.open_thread(
        change, author=ben, about=about("30 days"), replacement="21 days", body="As the bank does."
    )


@pytest.fixture
def ines(ben: User) -> User:
    """Another author."""
    return factories.user("Ines Duarte", "author", team=ben.team)
