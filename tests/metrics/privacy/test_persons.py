"""One person: found by address, given what is held, erased, and kept out."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from metrics import requesters
from metrics.importing import stored_path
from metrics.models import Rating, Source, Suppression, Ticket, TicketBefore, TicketText
from metrics.privacy import erasing, filing, finding, holding, ledger, person_files, persons
from metrics.privacy.erasing import EraseRefused, LiftRefused
from metrics.privacy.models import PersonExport
from metrics.privacy.person_files import ExportRefused
from metrics.storing import SOURCE_LOCKS
from metrics.undoing import undo
from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, bring, draft, source
from tests.metrics.privacy.test_retention import HEAD, NEW, OLD, WRONG, mapping

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def _ledger_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.ERASED_LEDGER = tmp_path / "ledger" / "erased.jsonl"


def brought() -> None:
    at = source()
    at.keeps_subject = True
    at.save()
    bring(HEAD + OLD + NEW, read_as=mapping(), at=at)


def test_a_person_is_found_by_address_under_every_source(carla: User) -> None:
    brought()
    bring(HEAD + OLD, read_as=mapping(), at=source("Another"))
    held = persons.held(persons.find(" Ann@Example.com"), carla)
    assert [(row["source__name"], row["tickets"]) for row in held.sources] == [
        ("Another", 1),
        ("Helpdesk", 1),
    ]
    assert (held.tickets, held.texts, held.holds, held.is_erased) == (2, 1, [], False)
    assert persons.held(persons.find("eve@example.com"), carla).tickets == 0


def test_an_erasure_waits_for_who_imports_before_it_locks_tickets(carla: User) -> None:
    """Rows are locked in another order by an import: each would wait for the other."""
    brought()
    with CaptureQueriesContext(connection) as asked:
        erasing.erase(persons.find(ANN), actor=carla)
    at = Source.objects.get().pk
    waited = [
        n for n, each in enumerate(asked) if f"pg_advisory_xact_lock({SOURCE_LOCKS}, {at})" in each["sql"]
    ]
    locked = [
        n for n, each in enumerate(asked) if "FOR UPDATE" in each["sql"] and "metrics_ticket" in each["sql"]
    ]
    assert waited
    assert waited[0] < locked[0]


def test_a_person_is_found_under_a_key_of_before(settings: Settings, carla: User) -> None:
    brought()
    settings.REQUESTER_KEY, settings.REQUESTER_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert persons.held(persons.find(ANN), carla).tickets == 1


def test_the_token_tells_nothing_and_cannot_be_made_up() -> None:
    person = persons.find(ANN)
    assert persons.by_token(person.token) == person
    with pytest.raises(signing.BadSignature):
        persons.by_token(person.token[:-1] + "x")


def test_the_file_holds_all_and_goes_by_itself(carla: User) -> None:
    brought()
    made = person_files.make(persons.find(ANN), actor=carla)
    with zipfile.ZipFile(made.path) as archive:
        data = json.loads(archive.read("data.json"))
        lines = archive.read("tickets.csv").decode("utf-8-sig").splitlines()
    (ticket,) = data["tickets"]
    assert (ticket["external_id"], ticket["subject"], ticket["ratings"][0]["raw"]) == (
        "A1",
        "Please help",
        "good",
    )
    assert ticket["spans"]
    assert "requester_key" not in ticket
    assert len(lines) == 2
    assert "A1" in lines[1]
    assert (made.path.stat().st_mode & 0o077, made.path.parent.stat().st_mode & 0o077) == (0, 0)
    PersonExport.objects.update(created_at=timezone.now() - timedelta(days=8))
    filing.remove_old()
    assert not made.path.exists()
    assert not PersonExport.objects.exists()
    with pytest.raises(ExportRefused):
        person_files.make(persons.find("eve@example.com"), actor=carla)


def test_an_erased_person_is_gone_and_stays_gone(
    carla: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    brought()
    bring(HEAD + OLD.replace("help", "hurry"), read_as=mapping())
    assert TicketBefore.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert erasing.erase(persons.find(ANN), actor=carla) == 1
    hashed = persons.find(ANN).hashes[0]
    assert Ticket.objects.get(external_id="A1").requester_key is None
    assert not TicketText.objects.exists()
    assert not TicketBefore.objects.exists()
    assert Rating.objects.count() == 1
    bring(HEAD + OLD.replace("12:00Z", "13:00Z"), read_as=mapping())
    assert not Ticket.objects.filter(requester_key=hashed).exists()
    assert not TicketText.objects.exists()
    assert hashed not in str(list(Entry.objects.values()))
    assert (requesters.fingerprint(requesters.known_keys()[0]), hashed) in ledger.noted()


CUSTOMER = requesters.PREFIX + "%s"
BY_NUMBER = OLD.replace(ANN, "4711")


@pytest.mark.parametrize("who", [ANN, " Ann@EXAMPLE.com ", CUSTOMER])
def test_no_spelling_of_the_address_comes_back(who: str, carla: User) -> None:
    person = persons.find(ANN)
    erasing.erase(person, actor=carla)
    spelled = who % person.hashes[0] if who == CUSTOMER else who
    bring(HEAD + OLD.replace(ANN, spelled), read_as=mapping())
    assert Ticket.objects.get().requester_key is None


def test_in_an_event_log_they_do_not_come_back_either(carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)
    log = "number,ident_state,sys_updated_at,opened_at,who\nI1,New,1/5/2026 10:00,1/5/2026 09:00,ann@example.com\n"
    of_log = SHIPPED["servicenow_events"]
    bring(log, read_as={**of_log, "columns": {**of_log["columns"], "requester": "who"}})
    assert Ticket.objects.get().requester_key is None


def test_undoing_an_import_brings_nobody_back(carla: User, gia: User) -> None:
    brought()
    second = bring(HEAD + OLD.replace("12:00Z,2024", "13:00Z,2024"), read_as=mapping())
    erasing.erase(persons.find(ANN), actor=carla)
    job = undo(second, actor=gia).undo_job
    while job and running.run(job.pk):
        pass
    assert not Ticket.objects.filter(requester_key__in=persons.find(ANN).hashes).exists()
    assert not TicketText.objects.filter(ticket__external_id="A1").exists()


def test_by_number_they_are_somebody_else_until_that_is_erased_too(carla: User) -> None:
    bring(HEAD + OLD, read_as=mapping(), at=source("Addresses"))
    bring(HEAD + BY_NUMBER, read_as=mapping(), at=source("Numbers"))
    by_address, by_number = persons.find(ANN), persons.find("4711")
    assert persons.held(by_address, carla).unlike == ["Numbers"]
    assert persons.held(by_number, carla).unlike == ["Addresses"]
    assert persons.by_token(by_number.token) == by_number
    assert erasing.erase(by_address, actor=carla) == 1
    bring(HEAD + BY_NUMBER.replace("A1", "A5"), read_as=mapping(), at=source("Numbers"))
    assert Ticket.objects.filter(requester_key=by_number.hashes[0]).count() == 2
    assert erasing.erase(by_number, actor=carla) == 2
    bring(HEAD + BY_NUMBER.replace("A1", "A6"), read_as=mapping(), at=source("Numbers"))
    assert not Ticket.objects.exclude(requester_key=None).exists()


def test_files_that_were_read_go_with_an_erasure(
    carla: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """They hold the person's row as it came; one that waits does, too, and the page says so."""
    brought()
    read = bring(HEAD + WRONG, read_as=mapping())
    waits, kept = draft(HEAD + OLD), bring(HEAD + WRONG, at=source("Held"), read_as=mapping())
    holding.place(person="", reason="Dispute", source=kept.source, actor=carla)
    assert persons.held(persons.find(ANN), carla).waiting_files == 1
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(persons.find(ANN), actor=carla)
    assert [stored_path(each).exists() for each in (read, waits, kept)] == [False, True, True]


def test_a_hold_stops_an_erasure_as_a_whole(carla: User) -> None:
    brought()
    holding.place(person="", reason="Dispute", external_id="A1", actor=carla)
    with pytest.raises(EraseRefused):
        erasing.erase(persons.find(ANN), actor=carla)
    assert Ticket.objects.get(external_id="A1").requester_key
    assert not Suppression.objects.exists()


def test_after_a_restore_the_erased_are_erased_again() -> None:
    """The backup knows neither of the erasure nor of the list; the file beside the database does."""
    ledger.append(persons.find(ANN).names)
    brought()
    assert erasing.reapply() == 1
    assert Ticket.objects.get(external_id="A1").requester_key is None
    assert Ticket.objects.get(external_id="A2").requester_key
    assert Suppression.objects.count() == 1
    assert erasing.reapply() == 0


def test_a_file_that_was_lost_or_cut_is_written_anew(settings: Settings, carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)
    Path(settings.ERASED_LEDGER).parent.mkdir(parents=True)
    Path(settings.ERASED_LEDGER).write_text('["abc", "de')
    erasing.reapply()
    assert ledger.noted() >= set(persons.find(ANN).names)


def test_an_erasure_is_lifted_for_good(
    carla: User, gia: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    brought()
    person = persons.find(ANN)
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(person, actor=carla)
    with pytest.raises(PermissionDenied):
        erasing.lift(person, actor=gia)
    erasing.lift(person, actor=carla)
    erasing.reapply()
    assert not Suppression.objects.exists()
    entry = Entry.objects.get(event=Event.PERSON_ERASURE_LIFTED)
    assert (entry.actor_name, entry.facts) == (carla.name, {"entries": 1})
    assert Ticket.objects.get(external_id="A1").requester_key is None
    bring(HEAD + OLD.replace("12:00Z", "13:00Z"), read_as=mapping())
    assert Ticket.objects.get(external_id="A1").requester_key == person.hashes[0]
    with pytest.raises(LiftRefused):
        erasing.lift(person, actor=carla)


def test_a_restore_does_not_erase_whom_it_was_lifted_for(carla: User) -> None:
    """The backup is of the time between: the list in it is older than the last word in the file."""
    names = persons.find(ANN).names
    (key, hashed), *_others = names
    Suppression.objects.create(key_id=key, hashed=hashed)
    ledger.append(names)
    ledger.append_lifted(names)
    brought()
    assert erasing.reapply() == 0
    assert not Suppression.objects.exists()
    erasing.erase(persons.find(ANN), actor=carla)
    erasing.reapply()
    assert Suppression.objects.count() == 1


def test_nothing_is_lifted_while_the_file_cannot_be_written(settings: Settings, carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)
    Path(settings.ERASED_LEDGER).mkdir(parents=True)
    with pytest.raises(LiftRefused, match="nothing was changed"):
        erasing.lift(persons.find(ANN), actor=carla)
    assert Suppression.objects.exists()
    assert not Entry.objects.filter(event=Event.PERSON_ERASURE_LIFTED).exists()


def test_months_that_are_over_are_indexed_once(carla: User) -> None:
    brought()
    assert "metrics_ticket_2024_05" in finding.index_months()
    assert finding.index_months() == []
    assert not [name for name in finding.index_months(timezone.now().date()) if name > "metrics_ticket_2024"]
    assert persons.held(persons.find(ANN), carla).tickets == 1
