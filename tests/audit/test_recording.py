"""The record only grows, and what somebody with every right did to it is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from sopdesk.accounts.models import Site, User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry, Head
from sopdesk.audit.recording import System, faults, record

pytestmark = pytest.mark.django_db

STATEMENTS = [
    "UPDATE {table} SET hash = 'x'",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
]
SWAP = """
    UPDATE audit_entry SET number = number + 10 WHERE number > 1;
    UPDATE audit_entry SET number = 15 - number WHERE number > 10
"""


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def three(hal: User, dublin: Site) -> list[Entry]:
    return [record(actor=hal, event=Event.USER_CHANGED, subject=dublin, facts={"n": n}) for n in range(3)]


@pytest.fixture
def tampering(three: list[Entry]) -> None:
    """Whoever owns the database can switch everything off."""
    for table in ("audit_entry", "audit_head"):
        run(f"GRANT ALL ON {table} TO CURRENT_USER")
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def test_an_entry_says_who_what_and_about_what(three: list[Entry], hal: User, dublin: Site) -> None:
    entry = Entry.objects.about(dublin).get(number=2)
    assert (entry.actor_id, entry.actor_name, entry.event) == (hal.pk, "Hal Berg", "user:changed")
    assert (entry.subject_type, entry.subject_id, entry.subject_label) == (
        "accounts.site",
        str(dublin.pk),
        "Dublin",
    )
    assert entry.facts == {"n": 1}
    assert entry.get_event_display() == "person changed"


def test_names_are_frozen(three: list[Entry], hal: User, dublin: Site) -> None:
    User.objects.filter(pk=hal.pk).update(name="Somebody Else")
    dublin.name = "Cork"
    dublin.save()
    assert Entry.objects.get(number=1).actor_name == "Hal Berg"
    assert Entry.objects.get(number=1).subject_label == "Dublin"


def test_entries_follow_one_another(three: list[Entry]) -> None:
    assert [entry.number for entry in three] == [1, 2, 3]
    assert three[2].previous_hash == three[1].hash
    assert list(faults()) == []


@pytest.mark.parametrize("table", ["audit_entry", "audit_head"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_triggers_refuse_what_rights_would_allow(three: list[Entry], statement: str, table: str) -> None:
    run(f"GRANT ALL ON {table} TO CURRENT_USER")
    with pytest.raises(DatabaseError, match=r"Cannot|never emptied|only grows"), transaction.atomic():
        run(statement.format(table=table))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_rights_refuse_what_triggers_would_allow(three: list[Entry], statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            pytest.skip("a superuser has every right")
    run("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(statement.format(table="audit_entry"))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        ("UPDATE audit_entry SET facts = '{}' WHERE number = 2", "entry 2 was edited"),
        ("UPDATE audit_entry SET actor_name = 'X' WHERE number = 1", "entry 1 was edited"),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE number = 3", "entry 3 was edited"),
        ("DELETE FROM audit_entry WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE number = 1", "entry 1 is missing"),
        ("DELETE FROM audit_entry WHERE number = 3", "ends at entry 2, but it was written up to entry 3"),
        (SWAP, "does not follow the entry before"),
        ("DELETE FROM audit_entry", "ends at entry 0"),
    ],
)
def test_tampering_is_found(tampering: None, tamper: str, said: str) -> None:
    for statement in tamper.split(";"):
        run(statement)
    assert any(said in fault for fault in faults())
    with pytest.raises(CommandError, match="broken"):
        call_command("audit_verify", stderr=StringIO())


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_its_noted_end(
    tampering: None, three: list[Entry], hal: User, dublin: Site
) -> None:
    run("DELETE FROM audit_entry")
    run("DELETE FROM audit_head")
    for _ in range(3):
        record(actor=hal, event=Event.USER_CHANGED, subject=dublin)
    call_command("audit_verify", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("audit_verify", noted=(3, three[2].hash), stderr=StringIO())


def test_verify_prints_the_end_to_be_noted(three: list[Entry]) -> None:
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert f"3:{three[2].hash}" in said.getvalue()
    call_command("audit_verify", "--noted", f"3:{three[2].hash}", stdout=StringIO())


def test_the_desk_itself_can_decide(dublin: Site) -> None:
    entry = record(actor=System("the sweeper"), event=Event.IMPORT_FINISHED, subject=dublin)
    assert (entry.actor_id, entry.actor_name) == (None, "the sweeper")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_of_what_is_rolled_back(hal: User, dublin: Site) -> None:
    with transaction.atomic():
        record(actor=hal, event=Event.USER_CHANGED, subject=dublin)
    with transaction.atomic():
        record(actor=hal, event=Event.USER_CHANGED, subject=dublin)
        transaction.set_rollback(True)
    assert Entry.objects.count() == 1
    assert Head.objects.get().number == 1
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_recorded(hal: User, dublin: Site) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(actor=hal, event=Event.USER_CHANGED, subject=dublin)


@pytest.mark.django_db(transaction=True)
def test_appending_at_once_keeps_one_chain(hal: User, dublin: Site) -> None:
    def append(n: int) -> None:
        try:
            with transaction.atomic():
                record(actor=hal, event=Event.USER_CHANGED, subject=dublin, facts={"n": n})
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(append, range(48)))
    assert Entry.objects.count() == 48
    assert sorted(Entry.objects.values_list("facts__n", flat=True)) == list(range(48))
    assert list(faults()) == []
