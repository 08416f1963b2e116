"""Keys of customers that were changed: who was erased or is held is known again, or nothing is imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from metrics import importing, lost_keys, requesters
from metrics.mapping import MappingRefused
from metrics.models import Suppression, Ticket
from metrics.privacy import checks, erasing, holding, persons
from metrics.privacy.models import LegalHold
from sopdesk.accounts.models import User
from sopdesk.jobs import running
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


def test_an_import_that_had_begun_waits_and_goes_on(
    settings: Settings, erased: None, gia: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "FIRST_ROWS", 1)
    rows = OLD.replace(ANN, "bob@example.com") + OLD.replace("A1,", "A2,")
    started, key = importing.start(draft(HEAD + rows), mapping(), actor=gia), settings.SECRET_KEY
    assert started.job_id is not None
    while not Ticket.objects.exists():
        running.run(started.job_id)
    settings.SECRET_KEY = "another"
    for _again in range(running.MAX_ATTEMPTS + 2):
        Job.objects.filter(pk=started.job_id).update(lease_until=None)
        assert not running.run(started.job_id)
    assert [*Ticket.objects.values_list("external_id", flat=True)] == ["A1"]
    job = Job.objects.get(pk=started.job_id)
    assert (job.state, job.attempts, job.put_off) == (Job.State.RUNNING, 0, job.error)
    page = as_person(gia).get(reverse("metrics:import_read", args=[started.pk])).content.decode()
    assert "REQUESTER_KEY_FALLBACKS" in page
    settings.REQUESTER_KEY_FALLBACKS = [key]
    Job.objects.filter(pk=job.pk).update(lease_until=None)
    done = finish(started)
    assert (done.added, done.job and done.job.state, done.job and done.job.put_off) == (2, Job.State.DONE, "")
    assert Ticket.objects.get(external_id="A2").requester_key is None


def test_the_command_says_what_the_import_waits_for(
    settings: Settings, erased: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It ends instead of waiting for ever; begun again, it tries first, also where another was put off just before."""
    monkeypatch.setattr(importing, "FIRST_ROWS", 1)
    file, key = tmp_path / "t.csv", settings.SECRET_KEY
    file.write_text(HEAD + OLD.replace(ANN, "bob@example.com") + OLD.replace("A1,", "A2,"))

    def keyless(job_id: int, run: Any = running.run) -> bool:
        settings.SECRET_KEY = "another" if Ticket.objects.exists() else key
        return bool(run(job_id))

    with monkeypatch.context() as patched:
        patched.setattr(running, "run", keyless)
        patched.setattr(Job, "is_finished", property(_is_over_or_asked_too_often()))
        with pytest.raises(CommandError, match="REQUESTER_KEY_FALLBACKS"):
            call_command("import_tickets", str(file), source="Desk", mapping="sopdesk", stdout=StringIO())
    assert [*Ticket.objects.values_list("external_id", flat=True)] == ["A1"]
    settings.SECRET_KEY = key
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=0.3))
    call_command("import_tickets", str(file), source="Desk", mapping="sopdesk", stdout=StringIO())
    assert Ticket.objects.count() == 2


def _is_over_or_asked_too_often() -> Callable[[Job], bool]:
    """Whether a job is over; a command that asks for ever fails."""
    asked = count()

    def is_finished(job: Job) -> bool:
        assert next(asked) < 100
        return job.state in {Job.State.DONE, Job.State.FAILED}

    return is_finished


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
