"""Statistics are made beside the last chunk of an import, or else before its days are added up."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction

from metrics import import_days, importing, reading_ahead, storing
from metrics.models import Import
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, draft, finish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Chunks of two rows; the threads that told the planner of what was stored."""
    names: list[str] = []
    refresh = storing.refresh_statistics

    def noted() -> None:
        names.append(threading.current_thread().name.partition("_")[0])
        refresh()

    monkeypatch.setattr(storing, "refresh_statistics", noted)
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    monkeypatch.setattr(import_days, "STATISTICS_FROM", 3)
    return names


def started(rows: int) -> Import:
    lines = "".join(f"A{n},open,2026-05-04T09:00Z\n" for n in range(rows))
    return importing.start(draft("external_id,status,created_at\n" + lines), SHIPPED["sopdesk"], actor=None)


def read(going: Import) -> None:
    """As far as into the tickets, so that days are left."""
    assert going.job is not None
    while going.job.cursor.get("phase") != "roll_up":
        assert running.run(going.job.pk)
        going.job.refresh_from_db()


def test_they_are_made_before_the_days_by_the_other_thread(made: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_clear_attribute_stats('public', 'metrics_ticket', 'source_id', true)")
        going = started(7)
        read(going)
        assert reading_ahead._of_this_thread.statistics[1].result() is None
        cursor.execute(
            "SELECT count(*) FROM pg_stats WHERE (tablename, attname) = ('metrics_ticket', 'source_id')"
        )
        assert cursor.fetchone()[0]
    while Job.objects.get(pk=going.job_id).cursor["phase"] == "roll_up":
        assert running.run(going.job_id)
    assert made == ["reading-ahead"]
    assert finish(going).added == 7


def test_those_of_the_last_chunk_come_at_the_end(made: list[str]) -> None:
    """In the newest tickets most promises run: who looks for these is not to plan as if there were none."""
    done = finish(started(7))
    assert done.job is not None
    assert made == ["reading-ahead", "MainThread"]
    assert (done.state, done.job.cursor["phase"], done.job.cursor["lacks_last"]) == ("done", "done", False)


def test_of_one_chunk_they_are_made_when_it_is_stored(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 10)
    assert finish(started(7)).added == 7
    assert made == ["MainThread"]


def test_few_rows_need_none(made: list[str]) -> None:
    assert finish(started(3)).added == 3
    assert made == []


def test_who_goes_on_for_a_dead_worker_makes_them(made: list[str]) -> None:
    going = started(7)
    read(going)
    reading_ahead._of_this_thread.statistics = None
    assert finish(going).added == 7
    assert made == ["reading-ahead", "MainThread"]


def test_those_of_another_import_do_not_count(made: list[str]) -> None:
    read(started(7))
    assert not reading_ahead.have_statistics(0, list)


def test_without_a_second_connection_they_are_made_on_the_first(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh, here = storing.refresh_statistics, threading.current_thread()

    def none_left() -> None:
        if threading.current_thread() is not here:
            raise OperationalError("too many clients")
        refresh()

    monkeypatch.setattr(storing, "refresh_statistics", none_left)
    done = finish(started(7))
    assert (done.added, done.state) == (7, "done")
    assert made == ["MainThread"]


def test_a_table_that_is_locked_is_not_waited_for_long(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it locked may be this thread, which waits for the other: Postgres knows nothing of that."""
    monkeypatch.setattr(reading_ahead, "LOCK_LIMIT", "100ms")
    with transaction.atomic(), connection.cursor() as cursor:
        # As one does who attaches a month.
        cursor.execute("LOCK TABLE metrics_ticket IN SHARE UPDATE EXCLUSIVE MODE")
        reading_ahead.begin_statistics(1)
        assert not reading_ahead.have_statistics(1, list)
    reading_ahead.begin_statistics(1)
    assert reading_ahead.have_statistics(1, list)


def test_range_indexes_know_of_what_was_stored() -> None:
    """Of what they do not know all would be read."""
    finish(started(7))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX told ON metrics_ticketkey USING brin (created_at) WITH (pages_per_range = 1)"
        )
        cursor.execute(
            "INSERT INTO metrics_ticketkey (id, source_id, external_id, created_at)"
            " SELECT -n, min(source_id), 'K' || n, now()"
            " FROM metrics_ticketkey, generate_series(1, 500) AS n GROUP BY n"
        )
        storing.refresh_statistics()
        cursor.execute("SELECT brin_summarize_new_values('told')")
        left = cursor.fetchone()[0]
        cursor.execute("DROP INDEX told")
    assert left == 0
