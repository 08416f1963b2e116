"""Keys of customers that were changed: who was erased or is held is known again, or nothing is imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django import Settings

from metrics import importing, lost_keys, requesters
from metrics.mapping import MappingRefused
from metrics.models import Suppression, Ticket
from metrics.privacy import checks, erasing, holding, persons
from metrics.privacy.models import LegalHold
from sopdesk.accounts.models import User
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring, draft, finish
from tests.metrics.privacy.test_persons import ANN
from tests.metrics.privacy.test_retention import HEAD, OLD, mapping

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)


def test_by_an_earlier_secret_key_the_erased_are_known(settings: Settings, erased: None) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    bring(HEAD + OLD, read_as=mapping())
    assert Ticket.objects.get().requester_key is None


def test_a_key_of_its_own_has_fallbacks_of_its_own(settings: Settings) -> None:
    settings.REQUESTER_KEY, settings.SECRET_KEY_FALLBACKS = "own", ["before"]
    assert len(requesters.known_keys()) == 1
    settings.REQUESTER_KEY_FALLBACKS = ["before", "own"]
    assert len(requesters.known_keys()) == 2


def test_without_the_key_nothing_is_imported_and_nothing_lost(settings: Settings, erased: None) -> None:
    made, key = draft(HEAD + OLD), settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(MappingRefused, match="REQUESTER_KEY_FALLBACKS"):
        importing.start(made, mapping(), actor=None)
    assert importing.stored_path(made).exists()
    settings.REQUESTER_KEY_FALLBACKS = [key]
    finish(importing.start(made, mapping(), actor=None))
    assert Ticket.objects.get().requester_key is None


def test_an_import_that_had_begun_stops(settings: Settings, erased: None) -> None:
    started = importing.start(draft(HEAD + OLD), mapping(), actor=None)
    settings.SECRET_KEY = "another"
    finish(started)
    assert not Ticket.objects.exists()
    job = Job.objects.get(pk=started.job_id)
    assert job.state == Job.State.FAILED
    assert "REQUESTER_KEY_FALLBACKS" in job.error


def test_a_key_that_nobody_has_any_more_is_let_go(settings: Settings, erased: None) -> None:
    settings.SECRET_KEY = "another"
    settings.REQUESTER_KEYS_LOST = lost_keys.lost()
    assert bring(HEAD + OLD, read_as=mapping()).added == 1


def test_a_hold_is_known_by_any_of_its_keys(settings: Settings, carla: User) -> None:
    settings.REQUESTER_KEY_FALLBACKS = ["before"]
    holding.place(person=ANN, reason="Dispute", actor=carla)
    settings.REQUESTER_KEY, settings.REQUESTER_KEY_FALLBACKS = "another", ["before"]
    assert lost_keys.lost() == []
    settings.REQUESTER_KEY_FALLBACKS = []
    assert len(lost_keys.lost()) == 2
    LegalHold.objects.update(people_keys=[])
    assert lost_keys.lost() == [], "of holds from before keys were noted nothing can be told"


def test_it_is_said_by_check_and_on_the_pages(
    settings: Settings, erased: None, carla: User, as_person: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checks.knows_its_keys(None, databases=["default"]) == []
    settings.SECRET_KEY = "another"
    [said] = checks.knows_its_keys(None, databases=["default"])
    assert checks.knows_its_keys(None, databases=[]) == []
    call_command("check", databases=["default"])
    assert said.msg in capsys.readouterr().err
    browser = as_person(carla)
    for name in ("retention", "holds", "persons"):
        assert (
            "a key that the desk does not know now"
            in browser.get(reverse(f"privacy:{name}")).content.decode()
        )
    Suppression.objects.all().delete()
    assert "a key that" not in browser.get(reverse("privacy:persons")).content.decode()


def test_production_asks_for_a_key_of_its_own(settings: Settings) -> None:
    assert checks.has_its_own_key(None) == [checks.NO_KEY]
    settings.REQUESTER_KEY = "own"
    assert checks.has_its_own_key(None) == []
