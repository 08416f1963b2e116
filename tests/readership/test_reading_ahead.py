"""What a text that is read ahead of its time shows: its pictures, to those who are to read it and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.documents import editing, pictures, publishing
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import planning
from tests import factories
from tests.readership.conftest import TEXT, edited, in_days

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
AsPerson = Callable[[User], Client]


@pytest.fixture
def address(settings: Any, tmp_path: Path, ana: User) -> str:
    """A picture that nothing shows yet."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return pictures.address(pictures.keep(factories.picture(), actor=ana))


@pytest.fixture
def coming(refunds: Document, ana: User, address: str) -> ChangeItem:
    """Ana's draft that shows it, for the payments team, to be read ahead."""
    item = edited(refunds, ana, f"{TEXT}\n![Box]({address})\n", audience="teams", audience_teams=["payments"])
    planning.plan(item.change, actor=ana, early=True)
    return item


def test_early_readers_see_its_pictures_as_soon_as_it_is_approved(
    coming: ChangeItem, address: str, approve: Step, as_person: AsPerson, dev: User, ben: User
) -> None:
    assert as_person(dev).get(address).status_code == 404
    change = approve(coming.change)
    assert as_person(dev).get(address).status_code == 200
    publishing.schedule(change, at=in_days(7), actor=ben)
    assert as_person(dev).get(address).status_code == 200


def test_nobody_else_sees_them(
    coming: ChangeItem,
    address: str,
    approve: Step,
    as_person: AsPerson,
    client: Client,
    eve: User,
    gia: User,
) -> None:
    approve(coming.change)
    assert [as_person(person).get(address).status_code for person in (eve, gia)] == [404, 404]
    assert client.get(address).status_code == 404


def test_what_is_edited_again_is_hidden_again(
    coming: ChangeItem, address: str, approve: Step, as_person: AsPerson, dev: User, ana: User
) -> None:
    approve(coming.change)
    coming.refresh_from_db()
    editing.save_draft(coming, revision=coming.revision, actor=ana, body=f"{coming.body}\nMore.\n")
    assert as_person(dev).get(address).status_code == 404
