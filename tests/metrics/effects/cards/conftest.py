"""The cards of a desk of two sites, made once for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from metrics.effects.models import Card
from sopdesk.accounts.models import Team
from sopdesk.documents.models import Document
from tests.metrics.effects.desk_of_two_sites import (
    look_at,
)
from tests.sharing import rows_of_a_module


@pytest.fixture(scope="module", autouse=True)
def looked_at(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """What desk_of_two_sites.py says: for all these tests."""

    def write() -> None:
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
            look_at()

    with rows_of_a_module(django_db_blocker, write):
        yield


@pytest.fixture
def payments(db: None) -> Team:
    return Team.objects.get(slug="payments")


@pytest.fixture
def policy(db: None) -> Team:
    return Team.objects.get(slug="policy")


@pytest.fixture
def harbor_payments(db: None) -> Team:
    return Team.objects.get(slug="harbor-payments")


@pytest.fixture
def sop(db: None) -> Document:
    return Document.objects.get(key="SOP-0001")


@pytest.fixture
def cards(db: None) -> list[Card]:
    return list(Card.objects.order_by("pk"))
