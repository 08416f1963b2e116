"""The demo as it is loaded: who and what is there, and that all of it can be read."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from compliance.loading import load as load_frameworks
from sopdesk.accounts.models import Site, Team, User
from sopdesk.audit.recording import faults
from sopdesk.demo import documents, people
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, Document, Reference, Version
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lumio() -> dict[str, User]:
    load_frameworks()
    everybody = people.load()
    documents.load(everybody)
    documents.load_work(everybody)
    return everybody


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


@pytest.mark.parametrize("login", people.LOGINS, ids=lambda login: login.email)
def test_the_log_ins_that_are_named_work(login: people.Login, client: Client) -> None:
    people.load()
    form = {"login": login.email, "password": people.PASSWORD}
    answer = client.post("/accounts/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_desk_in_use_is_left_alone() -> None:
    factories.user("Somebody Real", "author")
    with pytest.raises(CommandError, match="people already"):
        call_command("demo")
    call_command("demo", "--once", stdout=StringIO())
    assert User.objects.count() == 1
