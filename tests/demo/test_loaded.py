"""The demo once it is loaded: who and what is there, that all of it can be read, and who has read what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from compliance.loading import load as load_frameworks
from sopdesk.accounts.models import Site, Team, User
from sopdesk.audit.recording import faults
from sopdesk.demo import documents, people, reading
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, Document, Reference, Version
from sopdesk.readership import own, readiness
from sopdesk.readership.models import Gate, MustRead
from sopdesk.readership.waiting import standing_of
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lumio(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, User]]:
    """Everybody, by slugs such as "ana-lim". To load their documents takes ten seconds."""

    def load() -> dict[str, User]:
        load_frameworks()
        everybody = people.load()
        documents.load(everybody)
        documents.load_work(everybody)
        return everybody

    with rows_of_a_module(django_db_blocker, load) as everybody:
        yield everybody


def test_who_and_what_is_there(lumio: dict[str, User], client: Client) -> None:
    assert (Site.objects.count(), Team.objects.count(), User.objects.count()) == (4, 12, 40)
    assert sorted(Site.objects.values_list("kind", flat=True)) == ["in_house", "in_house", "vendor", "vendor"]
    sops = Document.objects.filter(kind="sop")
    assert sops.count() == 30
    assert all(sop.versions.count() >= 2 for sop in sops)
    assert Version.objects.in_force().filter(document__kind="sop").count() == 30
    open_states = Change.objects.open().values_list("state", flat=True)
    assert sorted(open_states) == [
        "approved",
        "changes_requested",
        "draft",
        "in_review",
        "in_review",
        "scheduled",
    ]
    assert list(faults()) == []
    _check_references()
    _read_everything(client, lumio["ana-lim"])


def _check_references() -> None:
    """Every document that a text in force refers to is in force too."""
    in_force = set(Version.objects.in_force().values_list("document__kind", "document__key"))
    used = Reference.objects.filter(version__in=Version.objects.in_force()).exclude(kind="duty")
    missing = set(used.values_list("kind", "key")) - in_force
    assert not missing


def _read_everything(client: Client, reader: User) -> None:
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    for document in Document.objects.with_version_at(timezone.now()):
        answer = client.get(kind_of(document.kind).url("read", document.key))
        assert answer.status_code == 200, document.key
        assert "not available" not in answer.content.decode(), document.key


def test_reading_is_shown_at_every_stage(lumio: dict[str, User]) -> None:
    """Partly ready, one text to be read ahead, one behind a gate that is closed."""
    reading.load(lumio)
    rows = list(MustRead.objects.live())
    assert {row.has_begun for row in rows} == {True, False}  # type: ignore[attr-defined]
    totals = readiness.totals(rows, readiness.people_seen(lumio["ana-lim"])).values()
    assert all(0 < tally.read < tally.n for tally in totals)
    assert any(tally.overdue for tally in totals)
    standing = standing_of(Gate.objects.get())
    assert standing.groups
    assert not standing.may_open
    assert Change.objects.filter(state="scheduled", questions__isnull=False).exists()
    eve = lumio["eve-santos"]
    eve.refresh_from_db()
    card = own.card(eve)
    assert card.count
    assert card.overdue
    assert card.changed
