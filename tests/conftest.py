"""The cast: the people of the tests, by name.

ana writes and ben reviews in Dublin, for Product and Operations; carla is the compliance officer, and signs for Legal
as well; dev is an agent in Dublin; eve is an agent and finn a lead at the vendor Harbor; gia is the analyst, hal the
administrator. Nobody signed in: `client` as it comes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.management.commands import flush as flush_command
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from pytest_django import DjangoDbBlocker

from compliance.loading import load as load_catalogue
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.models import ReviewRule
from sopdesk.postgres import worded
from tests import factories, ordering, sharing, template_database

FLUSH_ATTEMPTS = 5
OTHERS_SECONDS = 20
OF_DJANGO = {"django_content_type", "auth_permission"}
RULES: list[ReviewRule] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ordering.order(items)


def pytest_sessionstart() -> None:
    """What is read to collect the tests stays as well: nothing of it is garbage that is worth a walk."""
    gc.disable()


def pytest_collection_finish() -> None:
    """All that was read so far stays: the collector need not walk the whole desk again and again."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """Test databases are copies of one that is migrated already."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database.ready()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The rows that migrations wrote are remembered, so that they are there again whenever the tables were emptied."""
    with django_db_blocker.unblock():
        RULES[:] = ReviewRule.objects.all()


@pytest.fixture(autouse=True, scope="session")
def _words_are_compared() -> None:
    """What is worded once a process says in each test what it would say if it were worded anew."""
    worded.anew = True


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests with transactions empty all tables after them, also those whose triggers and rights refuse that.

    Only those that hold anything, and row by row: emptying two hundred tables as a whole makes as many files anew, for
    a third of a second. What Django fills by itself after migrating stays, so that it need not be filled anew; what
    migrations wrote is put back: a test finds the same whatever ran before it.
    """

    def unguarded(self: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            some = (f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables if table not in OF_DJANGO)
            cursor.execute(" UNION ALL ".join(some))
            filled = [row[0] for row in cursor.fetchall()]
        guarded = sorted({model._meta.db_table for model, _ in pgtrigger.registered()} & set(filled))
        return [
            "GRANT DELETE ON audit_entry TO CURRENT_USER",
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in guarded),
            *(f"DELETE FROM {table}" for table in filled),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in guarded),
            "REVOKE DELETE ON audit_entry FROM CURRENT_USER",
        ]

    flush = DatabaseOperations.execute_sql_flush

    def alone(self: DatabaseOperations, statements: list[str]) -> None:
        """A request that a browser gave up may still be at work, and would lock what the emptying waits for."""
        for _attempt in range(FLUSH_ATTEMPTS):
            _wait_for_others(self.connection)
            with suppress(OperationalError):
                flush(self, statements)
                break
        else:
            flush(self, statements)
        ReviewRule.objects.bulk_create(RULES)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "sql_flush", unguarded)
        patched.setattr(DatabaseOperations, "execute_sql_flush", alone)
        patched.setattr(flush_command, "emit_post_migrate_signal", lambda *_arguments: None)
        yield


def _wait_for_others(connection: Any) -> None:
    """Until no other session is at work in this database; those that take too long are ended."""
    others = (
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND state <> 'idle'"
    )
    until = time.monotonic() + OTHERS_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {others}")
        while cursor.fetchone()[0]:
            late = time.monotonic() > until
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}" if late else "SELECT pg_sleep(0.02)")
            cursor.execute(f"SELECT count(*) {others}")


@pytest.fixture(autouse=True)
def _no_attempts_remembered() -> None:
    """Log-in attempts are counted in the cache; one test's must not lock the next one's people out."""
    cache.clear()


@pytest.fixture(scope="module")
def catalogue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The shipped catalogue of duties, loaded once for all tests of a module."""
    with sharing.rows_of_a_module(django_db_blocker, load_catalogue):
        yield


@pytest.fixture
def dublin(db: None) -> Site:
    return factories.site("Dublin")


@pytest.fixture
def harbor(db: None) -> Site:
    return factories.site("Harbor", kind="vendor", time_zone="Asia/Manila")


@pytest.fixture
def policy(dublin: Site) -> Team:
    return factories.team("Policy", at=dublin)


@pytest.fixture
def payments(dublin: Site) -> Team:
    return factories.team("Payments", at=dublin)


@pytest.fixture
def harbor_payments(harbor: Site) -> Team:
    return factories.team("Harbor Payments", at=harbor)


@pytest.fixture
def ana(policy: Team) -> User:
    return factories.user("Ana Lim", "author", team=policy)


@pytest.fixture
def ben(policy: Team) -> User:
    return factories.user("Ben Okafor", "reviewer", team=policy, functions=["product", "operations"])


@pytest.fixture
def carla(policy: Team) -> User:
    return factories.user("Carla Weiss", "compliance_officer", team=policy, functions=["legal", "compliance"])


@pytest.fixture
def dev(payments: Team) -> User:
    return factories.user("Dev Nair", "agent", team=payments)


@pytest.fixture
def eve(harbor_payments: Team) -> User:
    return factories.user("Eve Santos", "agent", team=harbor_payments, time_zone="Asia/Manila")


@pytest.fixture
def finn(harbor_payments: Team) -> User:
    return factories.user("Finn Reyes", "lead", team=harbor_payments, time_zone="Asia/Manila")


@pytest.fixture
def gia(policy: Team) -> User:
    return factories.user("Gia Rossi", "analyst", team=policy)


@pytest.fixture
def hal(policy: Team) -> User:
    return factories.user("Hal Berg", "administrator", team=policy)


@pytest.fixture
def cast(
    ana: User, ben: User, carla: User, dev: User, eve: User, finn: User, gia: User, hal: User
) -> dict[str, User]:
    """Everybody, by first name."""
    people = (ana, ben, carla, dev, eve, finn, gia, hal)
    return {person.get_short_name().lower(): person for person in people}


@pytest.fixture
def as_person() -> Any:
    """`as_person(ana)`: a browser in which this person is signed in."""

    def signed_in(person: User) -> Client:
        browser = Client()
        browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return signed_in
